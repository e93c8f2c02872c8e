package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// without are the guests that are not measured, and why.
var without = [][2]string{
	{"JavaScript", "there is no SDK"},
	{"Python", "there is no SDK"},
}

// report is all figures of a run as Markdown.
func report(r *runner) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n", machine())
	b.WriteString("| scenario | server | requests/s | spread | to native | CPU µs/request | to native |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range scenarios {
		for _, p := range peers {
			r.row(&b, s, p)
		}
	}
	for _, w := range without {
		fmt.Fprintf(&b, "| all | skep, %s guest | %s | | | | |\n", w[0], w[1])
	}
	b.WriteString("\n| scenario | server | share of its peak | requests/s | p50 µs | p90 µs | p99 µs | p99.9 µs |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, share := range shares {
		for _, name := range paced {
			r.latencyRow(&b, name, share)
		}
	}
	if err := r.absent["latency"]; err != nil {
		fmt.Fprintf(&b, "\nNo latency: %v\n", err)
	}
	fmt.Fprintf(&b, "\nmedians over the rounds, ratios within a round; rounds: %d of %v, connections: %d\n",
		r.rounds, r.length, r.connections)
	if r.awake {
		b.WriteString("processors that waited did not halt\n")
	}
	return b.String()
}

// row is a peer in a scenario: medians, and medians of the ratios to native in the same round.
func (r *runner) row(b *strings.Builder, s scenario, p peer) {
	if err := r.absent[p.name]; err != nil && p.does(s.name) && r.run.MatchString(s.name) {
		fmt.Fprintf(b, "| %s | %s | %s | | | | |\n", s.name, p.about, strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	var rate, cpu, rateRatio, cpuRatio []float64
	for _, t := range r.turns {
		if t.Scenario != s.name || t.Peer != p.name || t.Share != 0 {
			continue
		}
		rate, cpu = append(rate, t.PerSecond), append(cpu, t.CPU)
		for _, n := range r.turns {
			if n.Scenario == s.name && n.Peer == native && n.Share == 0 && n.Round == t.Round {
				rateRatio = append(rateRatio, t.PerSecond/n.PerSecond)
				cpuRatio = append(cpuRatio, t.CPU/n.CPU)
			}
		}
	}
	if len(rate) == 0 {
		return
	}
	spread := "–" // of one round
	if len(rate) > 1 {
		spread = fmt.Sprintf("%.0f %%", (slices.Max(rate)-slices.Min(rate))/median(rate)*100)
	}
	fmt.Fprintf(b, "| %s | %s | %.0f | %s | %.3f | %.1f | %.2f |\n", s.name, p.about, median(rate), spread,
		median(rateRatio), median(cpu), median(cpuRatio))
}

func (r *runner) latencyRow(b *strings.Builder, name string, share float64) {
	var rate, wanted []float64
	var latency [4][]float64
	for _, t := range r.turns {
		if t.Peer != name || t.Share != share {
			continue
		}
		rate, wanted = append(rate, t.PerSecond), append(wanted, t.Wanted)
		for i, v := range t.Latency {
			latency[i] = append(latency[i], v)
		}
	}
	if len(rate) == 0 {
		return
	}
	about := peers[slices.IndexFunc(peers, func(p peer) bool { return p.name == name })].about
	note := ""
	if median(rate) < 0.97*median(wanted) {
		note = fmt.Sprintf(" of %.0f", median(wanted))
	}
	fmt.Fprintf(b, "| hello | %s | %.0f %% | %.0f%s |", about, share*100, median(rate), note)
	for _, l := range latency {
		fmt.Fprintf(b, " %.0f |", median(l))
	}
	b.WriteString("\n")
}

// machine is where and with what the figures were taken.
func machine() string {
	cpu := ""
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.Trim(name, "\t :\n")
				break
			}
		}
	}
	parts := []string{time.Now().Format(time.DateOnly), fmt.Sprintf("%s, %d processors", cpu, runtime.NumCPU()),
		said("uname", "-sr"), runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			for _, of := range []string{"valyala/fasthttp", "tetratelabs/wazero", "extism/go-sdk", "wasmtime-go/v39"} {
				if strings.HasSuffix(d.Path, of) {
					parts = append(parts, of+" "+d.Version)
				}
			}
		}
	}
	for _, program := range []string{"clang-19", buildDir + "/npm/node_modules/.bin/asc",
		buildDir + "/npm/node_modules/.bin/workerd", buildDir + "/venv/bin/python", buildDir + "/venv/bin/gunicorn",
		buildDir + "/venv/bin/uvicorn", "wrk", buildDir + "/oha/bin/oha"} {
		if text := said(program, "--version"); text != "" {
			parts = append(parts, filepath.Base(program)+": "+text)
		}
	}
	if compiler, _, ok := rustc(); ok {
		parts = append(parts, said(compiler, "--version"))
	}
	return strings.Join(parts, "; ")
}

// said is the first line that a command prints, whatever its exit code; wrk's is 1.
func said(name string, args ...string) string {
	out, _ := exec.Command(name, args...).CombinedOutput() // one that is not there says nothing
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

// median is the middle of some numbers, 0 of none.
func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
