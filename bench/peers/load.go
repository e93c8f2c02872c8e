package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// measure puts a server under a load and sees what CPU time that costs.
func (s *server) measure(load func() (requests float64, t turn, err error)) (turn, error) {
	before, err := s.cpuTime()
	if err != nil {
		return turn{}, err
	}
	requests, t, err := load()
	if err != nil {
		return turn{}, fmt.Errorf("%s: %w", s.peer.name, err)
	}
	after, err := s.cpuTime()
	t.CPU = float64((after - before).Microseconds()) / requests
	return t, err
}

// wrk sends as many requests as the server answers, one at a time on each connection.
func wrk(s scenario, port, connections int, length time.Duration) (requests float64, t turn, err error) {
	script := filepath.Join(buildDir, "wrk", s.name+".lua")
	if err := writeFile(script, []byte(lua(s))); err != nil {
		return 0, t, err
	}
	out, err := run(pinned(loadCPU, []string{"wrk", "-t1", "-c" + strconv.Itoa(connections),
		"-d" + strconv.Itoa(max(1, int(length.Seconds()))) + "s", "-s", script, "http://" + address(port) + s.path()}))
	if err != nil {
		return 0, t, err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var micros, broken, refused float64
	_, err = fmt.Sscan(lines[len(lines)-1], &requests, &micros, &broken, &refused, &t.Latency[0], &t.Latency[1],
		&t.Latency[2], &t.Latency[3])
	switch {
	case err != nil:
		return 0, t, fmt.Errorf("wrk says %q: %w", out, err)
	case refused > 0 || broken > 0 || requests == 0:
		return 0, t, fmt.Errorf("of %v answers %v were no 200, and %v errors of sockets", requests, refused, broken)
	}
	t.PerSecond = requests / micros * 1e6
	return requests, t, nil
}

// lua is a scenario for wrk, which makes the text of the request once.
func lua(s scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "wrk.method = \"POST\"\nwrk.body = [==[%s]==]\n", s.body)
	b.WriteString("wrk.headers[\"Content-Type\"] = \"application/json\"\n")
	for _, h := range s.headers {
		fmt.Fprintf(&b, "wrk.headers[%q] = %q\n", h.name, h.value)
	}
	b.WriteString(`done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("%d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout, e.status,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9)))
end
`)
	return b.String()
}

// oha sends requests at a fixed pace. The time of each counts from when it was due, so that a server that stalls is not
// spared the requests that would have come meanwhile.
func oha(s scenario, port, connections int, length time.Duration, rate float64) (requests float64, t turn, err error) {
	args := []string{filepath.Join(buildDir, "oha", "bin", "oha"), "--no-tui", "--output-format", "json",
		"-z", length.String(), "-c", strconv.Itoa(connections), "-q", strconv.Itoa(int(rate)), "--latency-correction",
		"--disable-compression", "--redirect", "0", "-m", "POST", "-T", "application/json", "-d", s.body}
	for _, h := range s.headers {
		args = append(args, "-H", h.name+": "+h.value)
	}
	out, err := run(pinned(loadCPU, append(args, "http://"+address(port)+s.path())))
	if err != nil {
		return 0, t, err
	}
	var result struct {
		Summary struct{ RequestsPerSec, Total float64 }
		Latency struct {
			P50  float64 `json:"p50"`
			P90  float64 `json:"p90"`
			P99  float64 `json:"p99"`
			P999 float64 `json:"p99.9"`
		} `json:"latencyPercentiles"`
		Statuses map[string]float64 `json:"statusCodeDistribution"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return 0, t, fmt.Errorf("oha says %q: %w", out, err)
	}
	requests = result.Statuses["200"]
	if len(result.Statuses) != 1 || requests == 0 {
		return 0, t, fmt.Errorf("answers by status: %v", result.Statuses)
	}
	l := result.Latency
	t.Latency = [4]float64{l.P50 * 1e6, l.P90 * 1e6, l.P99 * 1e6, l.P999 * 1e6}
	t.PerSecond = requests / result.Summary.Total
	return requests, t, nil
}

// run is what a command prints.
func run(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	return out, nil
}
