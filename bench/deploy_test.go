package bench

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/abi"
	"skep/host/hosttest"
)

var (
	deployments = flag.Int("deploy.count", 5, "BenchmarkDeploy: how many generations it deploys")
	deployRate  = flag.Float64("deploy.rate", 0, "BenchmarkDeploy: requests a second; 0 is half of what the host can bear")
)

const (
	deployPace = 100 * time.Millisecond // between two deployments
	deployTurn = 20                     // deployments between two times without
	askPace    = 2 * time.Millisecond   // between two looks which generation answers
	pathShop   = "/public/api/v1/shop/hello/run"
)

// BenchmarkDeploy copies one generation after the other into the folder of a host that has half of the load that it can
// bear, ten a second, and compares the time of requests with that just before, in turns of a few seconds. Every request must be
// answered. The copying is done by a process of its own: one that waits for a disk is late with requests.
func BenchmarkDeploy(b *testing.B) {
	for b.Loop() {
		root := b.TempDir()
		if err := deploy(root, 0); err != nil {
			b.Fatal(err)
		}
		s := startServer(b, "host", serverHost, root, envCache+"="+b.TempDir()) // no module has been compiled before
		d := startServer(b, "deployer", serverDeployer, root)
		q := query{path: pathShop, body: "{}", want: `{"response":"g`}
		rate, err := s.halfLoad(q)
		if err != nil {
			b.Fatal(err)
		}
		var quiet, busy, first []time.Duration
		var ratios []float64
		before := s.resident(b)
		for n := 0; n < *deployments; n += deployTurn {
			count := min(deployTurn, *deployments-n)
			length := time.Duration(count) * deployPace
			without, err := paced(s, q, rate, max(length, turnLength))
			if err != nil {
				b.Fatal(err)
			}
			var deploying sync.WaitGroup
			deploying.Go(func() { first = append(first, deployAll(b, s, d, q, n+1, count)...) })
			with, err := paced(s, q, rate, length)
			deploying.Wait()
			if err != nil {
				b.Fatal(err)
			}
			quiet, busy = append(quiet, without...), append(busy, with...)
			ratios = append(ratios, float64(percentile(with, 99))/float64(percentile(without, 99)))
			time.Sleep(time.Second) // what was replaced ends
		}
		if len(first) < *deployments {
			b.Fatalf("%d of %d generations have answered", len(first), *deployments)
		}
		for _, list := range [][]time.Duration{quiet, busy, first} {
			slices.Sort(list)
		}
		slices.Sort(ratios)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(rate, "req/s")
		b.ReportMetric(micros(percentile(quiet, 99)), "quiet-p99-µs")
		b.ReportMetric(micros(percentile(busy, 99)), "p99-µs")
		b.ReportMetric(ratios[len(ratios)/2], "p99/quiet")
		b.ReportMetric(micros(percentile(quiet, 50)), "quiet-p50-µs")
		b.ReportMetric(micros(percentile(busy, 50)), "p50-µs")
		b.ReportMetric(float64(len(busy)), "answered")
		b.ReportMetric(float64(percentile(first, 50).Milliseconds()), "first-answer-ms")
		b.ReportMetric(float64(s.resident(b)-before)/(1<<20), "grown-MB")
	}
}

// halfLoad is how many requests a second are half of what the server can bear, or what the command line says.
func (s *server) halfLoad(q query) (float64, error) {
	if *deployRate > 0 {
		return *deployRate, nil
	}
	if _, err := turn(s, q, turnLength); err != nil {
		return 0, err
	}
	peak, err := turn(s, q, turnLength)
	return peak.perSecond / 2, err
}

// deploy makes generation n of shop, whose endpoint answers with its name: as a whole, by a rename.
func deploy(root string, n int) error {
	name := "g" + strconv.Itoa(n)
	module := hosttest.GuestWith(abi.AppendResult(nil, abi.Result{Tag: abi.TagValue, Value: abi.AppendString(nil, name)}))
	dir := filepath.Join(root, "shop", "generations")
	incoming := filepath.Join(dir, "."+name+".tmp")
	err := errors.Join(os.MkdirAll(incoming, 0o755), os.WriteFile(filepath.Join(incoming, "hello.wasm"), module, 0o644))
	if err == nil {
		err = os.Rename(incoming, filepath.Join(dir, name))
	}
	return err
}

// runDeployer is the life of a process that deploys the generations whose numbers it reads.
func runDeployer(root string) error {
	fmt.Println("ready")
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		n, err := strconv.Atoi(asked.Text())
		if err == nil {
			err = deploy(root, n)
		}
		if err != nil {
			return err
		}
		fmt.Println(time.Now().UnixNano())
	}
	return nil
}

// deployAll has generations deployed at their pace, and gives how long each took from its rename to its first answer. One that
// was overtaken by the next counts from then on, too.
func deployAll(b *testing.B, s, deployer *server, q query, from, count int) (first []time.Duration) {
	c, err := dial(s.addr, q)
	if err != nil {
		b.Error(err)
		return nil
	}
	defer func() { _ = c.conn.Close() }()
	start := time.Now()
	for n := from; n < from+count; n++ {
		time.Sleep(time.Until(start.Add(time.Duration(n-from) * deployPace)))
		if err := deployer.order(strconv.Itoa(n)); err != nil {
			b.Error(err)
			return first
		}
		renamed := time.Now()
		for answered := 0; answered < n; time.Sleep(askPace) { // asking without a pause would be a load of its own
			if time.Since(renamed) > time.Minute {
				b.Errorf("generation g%d does not serve", n)
				return first
			}
			if err := c.exchange(); err != nil {
				b.Error(err)
				return first
			}
			_, name, _ := bytes.Cut(c.answer.Body(), []byte(`"response":"g`))
			name, _, _ = bytes.Cut(name, []byte(`"`))
			if answered, err = strconv.Atoi(string(name)); err != nil {
				b.Error(err)
				return first
			}
		}
		first = append(first, time.Since(renamed))
	}
	return first
}

// paced sends requests at a rate, whatever becomes of those before, and gives how long each took from when it was due.
func paced(s *server, q query, rate float64, length time.Duration) (took []time.Duration, err error) {
	pause := time.Duration(float64(connections) / rate * float64(time.Second))
	start := time.Now().Add(pause)
	errs := make([]error, connections)
	lists := make([][]time.Duration, connections)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			c, err := dial(s.addr, q)
			if err != nil {
				errs[i] = err
				return
			}
			defer func() { _ = c.conn.Close() }()
			due := start.Add(time.Duration(i) * pause / connections)
			for end := start.Add(length); due.Before(end); due = due.Add(pause) {
				time.Sleep(time.Until(due))
				if errs[i] = c.exchange(); errs[i] != nil {
					return
				}
				lists[i] = append(lists[i], time.Since(due))
			}
		})
	}
	all.Wait()
	took = slices.Concat(lists...)
	slices.Sort(took)
	return took, errors.Join(errs...)
}

// resident is how much memory of the server is in use, in bytes; 0 where that is not known.
func (s *server) resident(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
