package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host/hosttest"
)

const (
	neighbourPace = time.Millisecond      // between an answer and the next request of the neighbour
	collectPace   = 20 * time.Millisecond // between collections of garbage
)

// runaways are what does not end by itself, beside which the neighbour is called.
var runaways = []string{
	"none",
	"goroutine",                   // in the host itself, on as many processors as guests may take for long: Go can interrupt it anywhere
	"loop", "exponential", "fill", // guests
}

// neighbourCase is what the neighbour of some runaways has seen.
type neighbourCase struct {
	runaway string
	collect bool            // garbage was collected all the time
	took    []time.Duration // of each request
	stopped []time.Duration // of each collection, the longest stop of the world
}

// BenchmarkNeighbour calls a cheap endpoint, one request at a time, while twice as many clients as there are processors
// keep runaways of another endpoint busy: each runs into its deadline and is called again. Quiet is the same without them.
// An iteration is a turn of each, so that -benchtime=10x sees ten times as many requests.
func BenchmarkNeighbour(b *testing.B) {
	s := startServer(b, "host", serverHost, neighbourServices(b))
	var cases []*neighbourCase
	for _, collect := range []bool{false, true} {
		for _, runaway := range runaways {
			cases = append(cases, &neighbourCase{runaway: runaway, collect: collect})
		}
	}
	for b.Loop() {
		for _, c := range cases {
			if err := c.turn(s); err != nil {
				b.Fatalf("next to %s: %v", c.runaway, err)
			}
		}
	}
	for _, c := range cases {
		slices.Sort(c.took)
		slices.Sort(c.stopped)
	}
	for i, c := range cases {
		quiet := cases[i/len(runaways)*len(runaways)]
		b.Run(fmt.Sprintf("runaway=%s/collect=%t", c.runaway, c.collect), func(b *testing.B) { c.report(b, quiet) })
	}
	fmt.Print(neighbourTable(cases))
}

// neighbourServices makes a folder with the cheap endpoint and the runaways.
func neighbourServices(b *testing.B) (root string) {
	b.Helper()
	root = b.TempDir()
	hosttest.Build(b, filepath.Join("..", "modules", service, "text"), root, service)
	for _, name := range runaways[2:] {
		file := filepath.Join(root, "hostile", name)
		hosttest.Copy(b, filepath.Join("..", "host", "testdata", "hostile", name+".wasm"), file+".wasm")
		settings := "[limits]\ntimeout = \"200ms\"\nmemory = \"16MiB\"\n"
		if err := os.WriteFile(file+".toml", []byte(settings), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

// turn lets the runaways go, and then the neighbour for some time.
func (c *neighbourCase) turn(s *server) (err error) {
	var over atomic.Bool
	var others sync.WaitGroup
	var failed [2]error
	defer func() {
		over.Store(true)
		others.Wait()
		if c.runaway == "goroutine" {
			err = errors.Join(err, s.rest())
		}
		err = errors.Join(append(failed[:], err)...)
	}()
	switch c.runaway {
	case "none":
	case "goroutine":
		if err := s.spin(); err != nil {
			return err
		}
	default:
		var once sync.Once
		for range 2 * runtime.NumCPU() {
			others.Go(func() {
				if err := runAway(s, c.runaway, &over); err != nil {
					once.Do(func() { failed[0] = err })
				}
			})
		}
		time.Sleep(50 * time.Millisecond) // they have all begun
	}
	if c.collect {
		if _, err := s.collect(); err != nil { // what has been before does not count
			return err
		}
		others.Go(func() {
			for ; !over.Load() && failed[1] == nil; time.Sleep(collectPace) {
				var stopped time.Duration
				stopped, failed[1] = s.collect()
				c.stopped = append(c.stopped, stopped)
			}
		})
	}
	client, err := dial(s.addr, queries["text"])
	if err != nil {
		return err
	}
	defer client.conn.Close()
	for end := time.Now().Add(2 * turnLength); time.Now().Before(end); time.Sleep(neighbourPace) {
		start := time.Now()
		if err := client.exchange(); err != nil {
			return err
		}
		c.took = append(c.took, time.Since(start))
	}
	return nil
}

// runAway calls a runaway again and again. The host ends each call at its deadline.
func runAway(s *server, name string, over *atomic.Bool) error {
	body := `{"pad":"` + strings.Repeat("x", 1100) + `"}` // long enough for these guests to misbehave
	client, err := dial(s.addr, query{path: "/public/api/v1/hostile/" + name + "/run", body: body})
	if err != nil {
		return err
	}
	defer client.conn.Close()
	for !over.Load() {
		if _, err := client.conn.Write(client.request); err != nil {
			return err
		}
		if err := client.answer.Read(client.reader); err != nil {
			return err
		}
		if client.answer.StatusCode() != fasthttp.StatusGatewayTimeout {
			return fmt.Errorf("a runaway is answered with %d, %s", client.answer.StatusCode(), client.answer.Body())
		}
	}
	return nil
}

// report gives the figures of a case that has run to the testing package. What it holds is sorted.
func (c *neighbourCase) report(b *testing.B, quiet *neighbourCase) {
	p50, p99 := percentile(c.took, 50), percentile(c.took, 99)
	b.ReportMetric(0, "ns/op") // its own time says nothing
	b.ReportMetric(micros(p50), "p50-µs")
	b.ReportMetric(micros(p99), "p99-µs")
	if c != quiet {
		b.ReportMetric(micros(p50-percentile(quiet.took, 50)), "p50-above-quiet-µs")
		b.ReportMetric(micros(p99-percentile(quiet.took, 99)), "p99-above-quiet-µs")
	}
	if c.collect {
		b.ReportMetric(micros(percentile(c.stopped, 90)), "p90-stop-µs")
		b.ReportMetric(micros(slices.Max(c.stopped)), "longest-stop-µs")
	}
}

// neighbourTable is all of it as Markdown.
func neighbourTable(cases []*neighbourCase) string {
	var t strings.Builder
	t.WriteString("\n| runaways | collections | requests | p50 µs | p99 µs | stop of the world, p50 µs | p90 µs | longest µs |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, c := range cases {
		collections, stops := "few", "| | |"
		if c.collect {
			collections = fmt.Sprintf("each %v", collectPace)
			stops = fmt.Sprintf("%.0f | %.0f | %.0f |", micros(percentile(c.stopped, 50)), micros(percentile(c.stopped, 90)),
				micros(slices.Max(c.stopped)))
		}
		fmt.Fprintf(&t, "| %s | %s | %d | %.0f | %.0f | %s\n", c.runaway, collections, len(c.took),
			micros(percentile(c.took, 50)), micros(percentile(c.took, 99)), stops)
	}
	t.WriteString("\n")
	return t.String()
}
