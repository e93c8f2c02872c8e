package wasmbin

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

var printTable = flag.Bool("metering.table", false, "print the figures of BenchmarkMetering as a table in Markdown")

// kernel is a function that every module in testdata/kernels exports.
type kernel struct {
	name string
	size int32 // a call takes about a millisecond, less than the system's time slice
	what string
}

var kernels = []kernel{
	{"fib", 22, "recursion"},
	{"sieve", 100_000, "prime numbers in an array of bytes"},
	{"matmul", 60, "matrices of floats"},
	{"sort", 5_000, "quicksort; in Go and Rust that of the library"},
	{"table", 3_000, "hash table with strings for keys"},
	{"fnv", 500_000, "the shortest of loops"},
	{"sha", 64_000, "SHA-256; in Go that of the library"},
	{"text", 3_000, "building a string, and base64 of it"},
	{"tree", 12, "binary tree on the heap"},
	{"indirect", 100_000, "calls by tables of functions, interfaces, traits"},
	{"copies", 100, "copying byte by byte"},
	{"mandelbrot", 80, "floats in a loop that ends early"},
	{"parse", 400, "JSON; in Go by encoding/json"},
}

// runs are the ways in which a kernel is run. The first is what the others are compared with.
var runs = []struct {
	name    string
	metered bool
	flag    bool // the engine's own way of stopping a guest
}{{name: "plain"}, {name: "metered", metered: true}, {name: "flag", flag: true}}

const metered, flagged = 1, 2 // of runs

// unitsOfSlice is what the sandbox grants at a time.
const unitsOfSlice = 1 << 19

// benched is an instance of a module of kernels, for one of the ways.
type benched struct {
	api.Module
	metered bool
	fuel    api.MutableGlobal
	ends    time.Time
}

// sliceEnds does what the sandbox does at the end of a slice.
func (g *benched) sliceEnds(ctx context.Context) {
	if int64(g.fuel.Get()) >= 0 || ctx.Err() != nil || !time.Now().Before(g.ends) {
		panic(errEnded)
	}
	g.fuel.Set(unitsOfSlice)
}

// newBenched makes an instance for the i-th of the ways.
func newBenched(b *testing.B, module []byte, i int) *benched {
	ctx := context.Background()
	config := wazero.NewRuntimeConfigCompiler().WithDebugInfoEnabled(false).WithCloseOnContextDone(runs[i].flag)
	rt := wazero.NewRuntimeWithConfig(ctx, config)
	b.Cleanup(func() { rt.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, rt)
	g := &benched{metered: runs[i].metered}
	_, err := rt.NewHostModuleBuilder(SliceModule).NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, _ api.Module, _ []uint64) { g.sliceEnds(ctx) }), nil, nil).
		Export(SliceName).Instantiate(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var data []Segment
	if g.metered {
		r := mustRewrite(b, module)
		module, data = r.Module, r.Data
	}
	code, err := rt.CompileModule(experimental.WithCompilationWorkers(ctx, 2), module)
	if err == nil {
		g.Module, err = rt.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithStartFunctions())
	}
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range data {
		g.Memory().Write(s.Offset, s.Bytes)
	}
	if g.metered {
		g.fuel = counter(g, ExportFuel)
	}
	if start := g.ExportedFunction("_initialize"); start != nil {
		g.call(b, start, nil)
	}
	return g
}

// call calls a function under a deadline and says how long it takes.
func (g *benched) call(b *testing.B, f api.Function, stack []uint64) time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if g.metered {
		g.ends = time.Now().Add(2 * time.Minute)
		g.fuel.Set(unitsOfSlice)
		counter(g, ExportStack).Set(testStack)
	}
	start := time.Now()
	if err := f.CallWithStack(ctx, stack); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// BenchmarkMetering compares kernels as they are with what Rewrite makes of them, and with the engine's own way of
// stopping a guest. An iteration is a call in each of the ways, in turns, the slow one with the flag only at
// every eighth; the ratios are those of the shortest times, since whatever else runs on a machine only adds to them.
func BenchmarkMetering(b *testing.B) {
	for _, l := range kernelLanguages {
		b.Run("lang="+l.name, func(b *testing.B) {
			module := l.build(b)
			var ways []*benched
			for i := range runs {
				ways = append(ways, newBenched(b, module, i))
			}
			figures := make(map[string][]float64)
			for _, k := range kernels {
				b.Run("kernel="+k.name, func(b *testing.B) { figures[k.name] = k.compare(b, ways) })
			}
			b.Run("all", func(b *testing.B) { summarise(b, figures) })
			if *printTable {
				fmt.Print(markdown(l.name, figures))
			}
		})
	}
}

// compare runs a kernel and gives the times of the ways, divided by that of the first one.
func (k kernel) compare(b *testing.B, ways []*benched) []float64 {
	times := k.inTurns(b, ways, func(way, turn int) bool { return way == flagged && turn%8 != 0 })
	b.ReportMetric(times[0], "plain-µs")
	ratios := make([]float64, len(ways))
	for i, t := range times {
		ratios[i] = t / times[0]
		if i > 0 {
			b.ReportMetric(ratios[i], runs[i].name+"/plain")
		}
	}
	return ratios
}

// inTurns runs a kernel in ways that must give the same result, and gives the shortest time of each in microseconds.
func (k kernel) inTurns(b *testing.B, ways []*benched, leftOut func(way, turn int) bool) []float64 {
	var functions []api.Function
	for _, g := range ways {
		functions = append(functions, g.ExportedFunction(k.name))
	}
	times := slices.Repeat([]float64{math.Inf(1)}, len(ways))
	var want uint64
	for turn := 0; b.Loop(); turn++ {
		for n := range ways {
			i := (n + turn) % len(ways)
			if leftOut(i, turn) {
				continue
			}
			stack := []uint64{uint64(k.size)}
			took := ways[i].call(b, functions[i], stack)
			times[i] = min(times[i], float64(took)/float64(time.Microsecond))
			if turn+n == 0 {
				want = stack[0]
			} else if stack[0] != want {
				b.Fatalf("way %d gives %d, want %d", i, stack[0], want)
			}
		}
	}
	b.ReportMetric(0, "ns/op") // all ways together: of no use
	return times
}

// BenchmarkStraighten compares the kernels in Go as the compiler makes them with what Straighten makes of them, both
// metered, in turns.
func BenchmarkStraighten(b *testing.B) {
	compiled := goBuild(b, "testdata/kernels/go")
	ways := []*benched{newBenched(b, compiled, metered), newBenched(b, straightened(b, compiled), metered)}
	figures := make(map[string][]float64)
	for _, k := range kernels {
		b.Run("kernel="+k.name, func(b *testing.B) {
			times := k.inTurns(b, ways, func(int, int) bool { return false })
			figures[k.name] = []float64{1, times[1] / times[0]}
			b.ReportMetric(times[0], "compiled-µs")
			b.ReportMetric(times[1]/times[0], "straight/compiled")
		})
	}
	b.Run("all", func(b *testing.B) {
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(geomean(figures, 1), "straight/compiled")
	})
}

// summarise reports the geometric means and the worst kernel of a language.
func summarise(b *testing.B, figures map[string][]float64) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(geomean(figures, metered), "metered/plain")
	b.ReportMetric(geomean(figures, flagged), "flag/plain")
	b.ReportMetric(worst(figures, metered), "worst-metered")
}

func geomean(figures map[string][]float64, way int) float64 {
	sum := 0.0
	for _, f := range figures {
		sum += math.Log(f[way])
	}
	return math.Exp(sum / float64(len(figures)))
}

func worst(figures map[string][]float64, way int) float64 {
	most := 0.0
	for _, f := range figures {
		most = max(most, f[way])
	}
	return most
}

// markdown is the figures as a table, the worst kernels first.
func markdown(language string, figures map[string][]float64) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n| %s | metered | flag |\n| --- | ---: | ---: |\n", language)
	order := slices.Clone(kernels)
	slices.SortFunc(order, func(k, l kernel) int { return cmp.Compare(figures[l.name][metered], figures[k.name][metered]) })
	for _, k := range order {
		fmt.Fprintf(&out, "| %s | %.2f | %.1f |\n", k.name, figures[k.name][metered], figures[k.name][flagged])
	}
	fmt.Fprintf(&out, "| geometric mean | %.2f | %.1f |\n\n", geomean(figures, metered), geomean(figures, flagged))
	return out.String()
}
