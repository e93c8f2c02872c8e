package bench

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"
)

var (
	scaleFull  = flag.Bool("scale.full", false, "BenchmarkScale: all values of each axis for longer, not the first two")
	scaleCache = flag.String("scale.cache", "", "BenchmarkScale: the folder of compiled modules, else the user's")
	scaleInto  = flag.String("scale.into", "../build/scale", "BenchmarkScale, TestScalePlots: the folder of the figures")
)

// axis is something that grows.
type axis struct {
	name    string
	label   string // with the unit of its values
	values  []int
	clients func(value int) int // connections, each with one request under way
	cores   func(value int) int // of server and clients together; nil: all
	lines   []line
}

// line is one of the things that an axis is tried with.
type line struct {
	name    string
	prepare func(b *testing.B, m modules, root string, value int) // fills the folder of a host; nil: native handlers
	send    func(value int) []query                               // in turns, with the same answer to all
}

// axes is all that BenchmarkScale measures.
var axes = []axis{
	{
		name: "endpoints", label: "endpoints, ten of each module", values: []int{1, 10, 100, 1000}, clients: usual,
		lines: []line{{"all", manyEndpoints, sendMany}, {"one", manyEndpoints, sendFirst}},
	},
	{
		name: "connections", label: "connections, a request under way on each", values: []int{1, 10, 100, 1000, 10000},
		clients: same,
		lines:   []line{{"request", oneEndpoint("text", ""), sendText}, {"native", nil, sendText}},
	},
	{
		name: "body", label: "bytes of the body, which is sent back", values: []int{0, 1e3, 1e4, 1e5, 1e6, 4e6}, clients: usual,
		lines: []line{
			{"request", oneEndpoint("plain", bigLimits), sendBody},
			{"native", nil, sendBody},
		},
	},
	{
		name: "dirty", label: "pages of 4 KiB that a call writes to", values: []int{1, 10, 100, 300, 1000}, clients: usual,
		lines: []line{
			{"request", heldPages("request", 16<<20), sendPages('w', 1)},
			{"instance", heldPages("instance", 16<<20), sendPages('w', 1)},
		},
	},
	{
		name: "resident", label: "MiB that the module holds", values: []int{1, 2, 4, 8, 16, 32, 64}, clients: usual,
		lines: []line{
			{"held", heldPages("request", 0), sendOnePage},
			{"read", heldPages("request", 0), sendPages('r', 1<<20/pageSize)},
		},
	},
	{
		name: "cores", label: "cores, of server and clients together", values: coreNumbers(runtime.NumCPU()), clients: usual, cores: same,
		lines: []line{{"request", oneEndpoint("text", ""), sendText}, {"native", nil, sendText}},
	},
}

// bigLimits lets docs/plain echo what is as large as an answer may be.
const bigLimits = `limits = { body = "5MiB", memory = "256MiB", timeout = "10s" }`

func usual(int) int      { return connections }
func same(value int) int { return value }

// coreNumbers are the powers of two below a number, and the number.
func coreNumbers(all int) (numbers []int) {
	for n := 1; n < all; n *= 2 {
		numbers = append(numbers, n)
	}
	return append(numbers, all)
}

// BenchmarkScale lets one thing grow at a time. An iteration is a turn of many clients and one of a single client, and the
// figures are medians over the turns. Each value is a benchmark of its own, so that -bench can select.
func BenchmarkScale(b *testing.B) {
	built := buildModules(b)
	for _, a := range axes {
		b.Run("axis="+a.name, func(b *testing.B) {
			values := a.values
			if !*scaleFull {
				values = values[:min(2, len(values))]
			}
			for _, value := range values {
				for _, l := range a.lines {
					name := fmt.Sprintf("%s=%d/line=%s", a.name, value, l.name)
					b.Run(name, func(b *testing.B) { a.measure(b, built, l, value) })
				}
			}
		})
	}
}

// measure is one value of an axis.
func (a axis) measure(b *testing.B, m modules, l line, value int) {
	many, one := 50*time.Millisecond, 20*time.Millisecond
	n := a.clients(value)
	if *scaleFull {
		many, one = max(500*time.Millisecond, time.Duration(n)*200*time.Microsecond), 250*time.Millisecond
	}
	if a.cores != nil {
		unpin, err := pin(a.cores(value))
		if err != nil {
			b.Skip(err)
		}
		defer unpin()
	}
	kind, root := serverNative, b.TempDir()
	if l.prepare != nil {
		kind = serverHost
		l.prepare(b, m, root, value)
	}
	s := startServer(b, l.name, kind, root, envCache+"="+*scaleCache)
	clients, err := connectInTurns(s, l.send(value), n)
	if errors.Is(err, syscall.EMFILE) {
		b.Skip(err) // ulimit -n
	}
	if err != nil {
		b.Fatal(err)
	}
	defer disconnect(clients)
	if _, err := load(s, clients, many); err != nil { // pools fill, code gets warm
		b.Fatal(err)
	}
	if err := forgetPeak(s.pid); err != nil {
		b.Skip(err)
	}
	var crowd, alone []figures
	for b.Loop() {
		for _, turn := range []struct {
			into    *[]figures
			clients []*client
			length  time.Duration
		}{{&crowd, clients, many}, {&alone, clients[:1], one}} {
			f, err := load(s, turn.clients, turn.length)
			if err != nil {
				b.Fatal(err)
			}
			*turn.into = append(*turn.into, f)
		}
	}
	p := point{Axis: a.name, Value: value, Line: l.name, Clients: n, Turns: len(crowd), Full: *scaleFull}
	p.of(medians(crowd), medians(alone))
	p.remember(b, s)
	p.report(b)
	if err := p.write(*scaleInto); err != nil {
		b.Fatal(err)
	}
}

// connectInTurns makes connections of which each sends all queries in turn, no two beginning with the same if possible.
func connectInTurns(s *server, queries []query, n int) ([]*client, error) {
	clients, err := connect(s, queries[0], n)
	if err != nil {
		return nil, err
	}
	requests := make([][]byte, len(queries))
	for i, q := range queries {
		requests[i] = q.bytes()
	}
	for i, c := range clients {
		c.turns, c.next = requests, i*len(requests)/n
	}
	return clients, nil
}
