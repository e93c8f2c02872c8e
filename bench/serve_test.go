package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"skep/host/hosttest"
)

// turnLength is how long one server is under load before it is the turn of the next.
const turnLength = 250 * time.Millisecond

// What the servers send beside the arguments.
const (
	service    = "docs"
	generation = "v1"
	greeting   = "Hello, World!"

	pathText  = "/public/api/v1/docs/text/run"
	pathPlain = "/public/api/v1/docs/plain/run"
)

// arguments are 200 bytes of JSON with its keys in order, so that encoding/json gives the same bytes back.
const arguments = `{"active":true,"city":"Mountain View","id":4211078,"name":"Ada Lovelace","note":null,` +
	`"scores":[0.25,17,-3.5,88.125,1204],"tags":{"level":"gold","since":1843,"unit":"analytical engine, mill"}}`

var queries = map[string]query{
	"text":  {path: pathText, body: "{}", want: greeting},
	"plain": {path: pathPlain, body: arguments, want: `{"response":` + arguments + `,"timing":{`},
}

// scenario is one server under one kind of load.
type scenario struct {
	endpoint string
	server   *server
	turns    []figures
}

// BenchmarkServe puts the host and native handlers under the same load in turns. One iteration is one turn of each, so
// that -benchtime=10x takes the medians of ten.
func BenchmarkServe(b *testing.B) {
	servers := []*server{
		startServer(b, "native", serverNative, ""),
		startServer(b, "request", serverHost, services(b, "")),
		startServer(b, "instance", serverHost, services(b, `isolation = "instance"`)),
	}
	var scenarios []*scenario
	for _, endpoint := range []string{"text", "plain"} {
		for _, s := range servers {
			checkReply(b, servers[0], s, queries[endpoint])
			if _, err := turn(s, queries[endpoint], turnLength); err != nil { // pools fill, code gets warm
				b.Fatalf("%s of %s: %v", endpoint, s.name, err)
			}
			scenarios = append(scenarios, &scenario{endpoint: endpoint, server: s})
		}
	}
	for round := 0; b.Loop(); round++ {
		for i := range scenarios {
			s := scenarios[(round+i)%len(scenarios)]
			f, err := turn(s.server, queries[s.endpoint], turnLength)
			if err != nil {
				b.Fatalf("%s of %s: %v", s.endpoint, s.server.name, err)
			}
			s.turns = append(s.turns, f)
		}
	}
	for _, s := range scenarios {
		b.Run("endpoint="+s.endpoint+"/server="+s.server.name, s.report)
	}
	fmt.Print(table(scenarios))
}

// services makes a folder with the endpoints. The sidecar goes beside each of them.
func services(b *testing.B, sidecar string) (root string) {
	b.Helper()
	root = b.TempDir()
	for endpoint := range queries {
		hosttest.Build(b, filepath.Join("..", "modules", service, endpoint), root, service)
		file := filepath.Join(root, service, "generations", generation, endpoint+".toml")
		if err := os.WriteFile(file, []byte(sidecar), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

var (
	digits    = regexp.MustCompile(`[0-9]+`)
	requestID = regexp.MustCompile(`(?m)^X-Request-Id:.*\n`) // the host's alone
)

// checkReply makes sure that the native handler does the same work: its replies are those of the host, but for numbers,
// which are dates, times and the lengths that follow from them.
func checkReply(b *testing.B, native, host *server, q query) {
	b.Helper()
	var replies [2]string
	for i, s := range []*server{native, host} {
		c, err := dial(s.addr, q)
		if err != nil {
			b.Fatal(err)
		}
		defer c.conn.Close()
		if err := c.exchange(); err != nil {
			b.Fatalf("%s of %s: %v", q.path, s.name, err)
		}
		replies[i] = digits.ReplaceAllString(requestID.ReplaceAllString(c.answer.String(), ""), "0")
	}
	if replies[0] != replies[1] {
		b.Fatalf("%s: %s answers\n%s\n%s answers\n%s", q.path, native.name, replies[0], host.name, replies[1])
	}
}

// report gives the medians of a scenario that has run to the testing package.
func (s *scenario) report(b *testing.B) {
	f := medians(s.turns)
	b.ReportMetric(0, "ns/op") // its own time says nothing
	b.ReportMetric(f.perSecond, "req/s")
	b.ReportMetric(micros(f.p50), "p50-µs")
	b.ReportMetric(micros(f.p99), "p99-µs")
	b.ReportMetric(micros(f.cpu), "cpu-µs/req")
}

// table is the comparison as Markdown. The first scenario of an endpoint is the one that the others are compared with.
func table(scenarios []*scenario) string {
	var t strings.Builder
	t.WriteString("\n| endpoint | server | requests/s | to native | p50 µs | p99 µs | CPU µs/request | to native |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	native := make(map[string]figures)
	for _, s := range scenarios {
		f := medians(s.turns)
		if _, ok := native[s.endpoint]; !ok {
			native[s.endpoint] = f
		}
		n := native[s.endpoint]
		fmt.Fprintf(&t, "| %s | %s | %.0f | %.3f | %.0f | %.0f | %.1f | %.2f |\n", s.endpoint, s.server.name,
			f.perSecond, f.perSecond/n.perSecond, micros(f.p50), micros(f.p99), micros(f.cpu),
			float64(f.cpu)/float64(n.cpu))
	}
	fmt.Fprintf(&t, "\nmedians over the turns; turns: %d of %v each, connections: %d\n\n",
		len(scenarios[0].turns), turnLength, connections)
	return t.String()
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
