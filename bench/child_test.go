package bench

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"skep/host"
)

// What the environment of a child says.
const (
	envServer = "SKEP_BENCH_SERVER" // one of the kinds below
	envRoot   = "SKEP_BENCH_ROOT"   // of a host, its folder of services
	envCache  = "SKEP_BENCH_CACHE"  // of a host, its folder of compiled modules; none: the user's

	serverNative   = "native"
	serverHost     = "host"
	serverDeployer = "deployer" // serves nobody: see runDeployer
)

// What a child is asked for, one a line on stdin; it answers with nanoseconds.
const (
	askCPU     = "cpu"     // the CPU time that the process has used so far
	askSpin    = "spin"    // nothing; from now on there are goroutines that do not end, one less than processors
	askRest    = "rest"    // nothing; these have ended
	askCollect = "collect" // after a collection of garbage, the longest stop of the world since the last one that was asked for
	askRelease = "release" // nothing; memory that is not needed has been given back
)

// runServer is the life of a child: it listens, prints its address, and then answers what it is asked. It ends with stdin,
// so that no child outlives its parent.
func runServer(kind string) error {
	if kind == serverDeployer {
		return runDeployer(os.Getenv(envRoot))
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serve := serveNative
	if kind == serverHost {
		h, err := startHost(os.Getenv(envRoot))
		if err != nil {
			return err
		}
		defer h.Close()
		serve = h.Serve
	}
	served := make(chan error, 1)
	go func() { served <- serve(ln) }()
	fmt.Println(ln.Addr())
	var seen stops
	var rest func()
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		select {
		case err := <-served:
			return fmt.Errorf("serving ended: %w", err)
		default:
		}
		var answer time.Duration
		switch asked.Text() {
		case askCPU:
			if answer, err = cpuTime(); err != nil {
				return err
			}
		case askSpin:
			rest = spin(runtime.GOMAXPROCS(0) - 1)
		case askRest:
			rest()
		case askCollect:
			runtime.GC()
			answer = seen.longest()
		case askRelease:
			runtime.GC() // runs finalizers
			debug.FreeOSMemory()
		default:
			return fmt.Errorf("asked for %q", asked.Text())
		}
		fmt.Println(answer.Nanoseconds())
	}
	return nil
}

// spin starts goroutines that count until the function is called that it returns.
func spin(n int) (rest func()) {
	var over atomic.Bool
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for turns := uint64(1); turns%1024 != 0 || !over.Load(); turns++ {
			}
		})
	}
	return func() {
		over.Store(true)
		all.Wait()
	}
}

// stops counts how often garbage collections have stopped the world of this process.
type stops struct{ counts []uint64 }

// longest is how long the longest stop since the last look took: the upper bound of its class in the runtime's histogram.
func (s *stops) longest() (longest time.Duration) {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	for i, n := range h.Counts {
		if s.counts != nil && n > s.counts[i] {
			bound := h.Buckets[i+1]
			if math.IsInf(bound, 0) {
				bound = h.Buckets[i]
			}
			longest = time.Duration(bound * 1e9)
		}
	}
	s.counts = slices.Clone(h.Counts)
	return longest
}

// startHost serves a folder in which every endpoint must be sound. Its log ends when it is ready: what becomes of a call
// is seen in the answer. As in skep serve it may set how many processors Go has.
func startHost(root string) (*host.Host, error) {
	level := new(slog.LevelVar)
	level.Set(slog.LevelWarn)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	h, err := host.New(host.Config{Root: root, CacheDir: os.Getenv(envCache), KeepGenerations: 3, SpareProcessor: true,
		Log: log})
	if err != nil {
		return nil, err
	}
	if err := h.Wait(context.Background()); err != nil {
		return nil, err
	}
	level.Set(slog.LevelError + 1)
	return h, ready(h)
}

// ready is nil when every endpoint of a host serves.
func ready(h *host.Host) error {
	for _, e := range h.Endpoints() {
		if e.State != "ready" {
			return fmt.Errorf("%s/%s is %s: %w", e.Service, e.ID, e.State, e.Reason)
		}
	}
	return nil
}
