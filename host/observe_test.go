package host_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"skep/host"
	"skep/host/hosttest"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
)

// observed puts hostile guests beside a good one into docs, as generation v1, and waits until they serve.
func observed(t *testing.T, guests ...string) *administered {
	return observedWith(t, host.Config{}, guests...)
}

func observedWith(t *testing.T, config host.Config, guests ...string) *administered {
	t.Helper()
	a := administer(t, config)
	files := []string{}
	for _, g := range guests {
		module := says("hello")
		if g != "good" {
			data, err := os.ReadFile(filepath.Join(hostileDir, g+".wasm"))
			if err != nil {
				t.Fatal(err)
			}
			module = string(data)
		}
		files = append(files, g+".wasm", module)
	}
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.ask(t, 200, "POST", services+"/docs/generations?generation=v1&activate=true", zipped(t, files...))
	return a
}

// metrics are those of the host, by name.
func (a *administered) metrics(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.raw(t, 200, "GET", "/metrics", "", "")))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is that of the one series with these labels, given as "name=value"; of a histogram it is the count.
func value(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	found := []float64{}
	for _, m := range families[name].GetMetric() {
		have := []string{}
		for _, l := range m.GetLabel() {
			have = append(have, l.GetName()+"="+l.GetValue())
		}
		if slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
			continue
		}
		found = append(found, m.GetCounter().GetValue()+m.GetGauge().GetValue()+
			float64(m.GetHistogram().GetSampleCount()))
	}
	if len(found) != 1 {
		t.Fatalf("%s with %v: %d series, want 1", name, labels, len(found))
	}
	return found[0]
}

// strange is a body that has hostile guests do what they are for.
var strange = `{"a":"` + strings.Repeat("x", 2000) + `"}`

// TestMetrics compares counters with the requests that were made.
func TestMetrics(t *testing.T) {
	a := observed(t, "good", "trap", "log-flood")
	for range 3 {
		if got := a.Post(t, "docs/good/run", "{}"); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	a.Post(t, "docs/good/run", "[")
	a.Post(t, "docs/good/predict", "{}")
	a.Post(t, "docs/absent/run", "{}")
	a.Post(t, "absent/good/run", "{}")
	for range 2 {
		if got := a.Post(t, "docs/trap/run", strange); got.Status != 500 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	var flood struct{ Timing struct{ Fuel float64 } }
	answer := a.Post(t, "docs/log-flood/run", strange)
	if err := json.Unmarshal([]byte(answer.Body), &flood); err != nil || flood.Timing.Fuel < 100_000 {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}

	got := a.metrics(t)
	at := func(endpoint string, labels ...string) []string {
		return append(labels, "service=docs", "endpoint="+endpoint)
	}
	for _, want := range []struct {
		name   string
		labels []string
		value  float64
	}{
		{"skep_requests_total", at("good", "code=2xx"), 3},
		{"skep_requests_total", at("good", "code=4xx"), 2},
		{"skep_requests_total", at("good", "code=5xx"), 0},
		{"skep_request_seconds", at("good"), 5},
		{"skep_queue_wait_seconds", at("good"), 3},
		{"skep_requests_in_flight", at("good"), 0},
		{"skep_fuel_total", at("log-flood"), flood.Timing.Fuel},
		{"skep_rollbacks_total", at("good", "kind=replace"), 0},
		{"skep_requests_total", at("trap", "code=5xx"), 2},
		{"skep_failures_total", at("trap", "kind=GuestTrap"), 2},
		{"skep_failures_total", at("trap", "kind=GuestTimeout"), 0},
		{"skep_rollbacks_total", at("trap", "kind=replace"), 2},
		{"skep_log_lines_dropped_total", at("log-flood"), 100_000 - 64},
		{"skep_unrouted_requests_total", []string{"code=4xx"}, 2},
		{"skep_generations_loaded", []string{"service=docs"}, 1},
		{"skep_pool_instances", at("good", "generation=v1", "state=idle"), 1},
		{"skep_pool_instances", at("good", "generation=v1", "state=in_use"), 0},
		{"skep_pool_instances", at("trap", "generation=v1", "state=idle"), 0},
		{"skep_pool_waiting", at("good", "generation=v1"), 0},
	} {
		if v := value(t, got, want.name, want.labels...); v != want.value {
			t.Errorf("%s%v is %v, want %v", want.name, want.labels, v, want.value)
		}
	}
	rolledBack := 0.0
	for _, kind := range []string{"copy", "scan", "discard"} {
		rolledBack += value(t, got, "skep_rollbacks_total", at("good", "kind="+kind)...)
	}
	modules := value(t, got, "skep_modules_compiled_total") + value(t, got, "skep_modules_reused_total")
	if rolledBack != 3 || modules != 3 {
		t.Errorf("%v rollbacks, %v modules; want 3 of each", rolledBack, modules)
	}
	used := value(t, got, "skep_memory_budget_used_bytes")
	if own := value(t, got, "skep_memory_bytes", at("good")...); own < 64<<10 || own >= used ||
		used > value(t, got, "skep_memory_budget_bytes") {
		t.Errorf("one endpoint takes %v of %v bytes", own, used)
	}
	a.compareWithAPI(t)
}

// compareWithAPI wants the admin API to tell the same as the metrics of TestMetrics.
func (a *administered) compareWithAPI(t *testing.T) {
	t.Helper()
	var answer struct {
		Generations []struct {
			Endpoints []struct {
				Endpoint string
				Pool     struct {
					Idle, InUse, Ceil int
					MemoryBytes       int64
				}
				Counts struct {
					Requests, Failures, Rollbacks map[string]int
					LogLinesDropped               int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(a.raw(t, 200, "GET", services+"/docs", "", "Bearer "+a.key)), &answer); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, e := range answer.Generations[0].Endpoints {
		switch c := e.Counts; e.Endpoint {
		case "good":
			seen++
			if c.Requests["2xx"] != 3 || c.Requests["4xx"] != 2 || e.Pool.Idle != 1 || e.Pool.Ceil < 8 ||
				e.Pool.MemoryBytes < 64<<10 {
				t.Errorf("%+v", e)
			}
		case "trap":
			seen++
			if c.Failures["GuestTrap"] != 2 || c.Rollbacks["replace"] != 2 || e.Pool.Idle != 0 {
				t.Errorf("%+v", e)
			}
		}
	}
	if seen != 2 {
		t.Errorf("endpoints are missing: %+v", answer)
	}
	sum := a.ask(t, 200, "GET", "/admin/api/metrics", "")
	if sum["memoryBudgetUsedBytes"].(float64) <= 0 || sum["memoryBudgetBytes"].(float64) <= 0 || sum["endpoints"] != 3.0 {
		t.Errorf("%v", sum)
	}
}

// A new generation goes on counting, and has the pool's series for itself.
func TestMetricsOfANewGeneration(t *testing.T) {
	a := observed(t, "good")
	a.Post(t, "docs/good/run", "{}")
	a.ask(t, 200, "POST", services+"/docs/generations?generation=v2&activate=true", zipped(t, "good.wasm", says("new")))
	a.Post(t, "docs/good/run", "{}")
	got := a.metrics(t)
	if n := value(t, got, "skep_requests_total", "endpoint=good", "code=2xx"); n != 2 {
		t.Errorf("%v requests, want 2", n)
	}
	if n := value(t, got, "skep_pool_waiting"); n != 0 {
		t.Errorf("%v wait", n)
	}
	value(t, got, "skep_pool_ceiling", "endpoint=good", "generation=v2")
	a.ask(t, 200, "POST", services+"/docs/generations?generation=v3&activate=true", zipped(t, "other.wasm", says("other")))
	if err := a.Close(); err != nil { // the calls of the old ones have ended
		t.Error(err)
	}
}

// TestMetricsAreDocumented compares the table of host/README.md with what a host tells.
func TestMetricsAreDocumented(t *testing.T) {
	dir := t.TempDir()
	a := observedWith(t, host.Config{AccessLog: filepath.Join(dir, "access.log")}, "good")
	a.Post(t, "docs/good/run", "{}")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{} // labels by name
	for _, row := range regexp.MustCompile("(?m)^\\| `(skep_[a-z_]+)` \\| ?([^|]*?) ?\\|").FindAllStringSubmatch(string(readme), -1) {
		documented[row[1]] = strings.ReplaceAll(row[2], "`", "")
	}
	for name, family := range a.metrics(t) {
		if !strings.HasPrefix(name, "skep_") {
			continue
		}
		labels := []string{}
		for _, l := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		want, ok := documented[name]
		delete(documented, name)
		have := strings.Split(want, ", ")
		slices.Sort(have)
		if want == "" {
			have = []string{}
		}
		if !ok || !slices.Equal(labels, have) {
			t.Errorf("%s has the labels %v, the table says %v (in it: %v)", name, labels, have, ok)
		}
	}
	if len(documented) > 0 {
		t.Errorf("the table has what there is not: %v", documented)
	}
}

// follow reads the log of an endpoint until the test ends.
func (a *administered) follow(t *testing.T, path string) *bufio.Scanner {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, "GET", a.admin+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+a.key)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/x-ndjson") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	return bufio.NewScanner(res.Body)
}

// TestLogsAreFollowed reads lines of a guest while it writes them, and afterwards.
func TestLogsAreFollowed(t *testing.T) {
	a := observed(t, "log-flood")
	const logs = services + "/docs/endpoints/log-flood/logs"
	lines := a.follow(t, logs+"?follow=true")
	for call := range 2 {
		id := fmt.Sprint("call-", call)
		a.Post(t, "docs/log-flood/run", strange, "X-Request-Id: "+id)
		for i := range 64 {
			if !lines.Scan() {
				t.Fatalf("the log ends after %d lines: %v", i, lines.Err())
			}
			var got struct{ Time, Level, Generation, RequestID, Message string }
			if err := json.Unmarshal(lines.Bytes(), &got); err != nil || got.Time == "" || got.Level != "WARN" ||
				got.Generation != "v1" || got.RequestID != id || got.Message != "flood" {
				t.Fatalf("%v: %s", err, lines.Text())
			}
		}
	}
	last := a.raw(t, 200, "GET", logs+"?lines=70", "", "Bearer "+a.key)
	if strings.Count(last, "\n") != 70 || strings.Count(last, "call-1") != 64 {
		t.Errorf("the last 70 lines are:\n%s", last)
	}
	if usual := a.raw(t, 200, "GET", logs, "", "Bearer "+a.key); strings.Count(usual, "\n") != 100 {
		t.Errorf("%d lines are shown, want 100", strings.Count(usual, "\n"))
	}
	a.raw(t, 401, "GET", logs, "", "")
	a.raw(t, 400, "GET", logs+"?lines=-1", "", "Bearer "+a.key)
	a.raw(t, 400, "GET", logs+"?follow=maybe", "", "Bearer "+a.key)
	a.raw(t, 404, "GET", services+"/docs/endpoints/absent/logs", "", "Bearer "+a.key)

	if err := a.Close(); err != nil { // a follower does not hold it up
		t.Error(err)
	}
	if lines.Scan() {
		t.Errorf("after the end there is %s", lines.Text())
	}
}

// Who wrote an endpoint finds in its log why a call of it failed, which clients are not told.
func TestLogsTellOfFailures(t *testing.T) {
	a := observed(t, "trap")
	if got := a.Post(t, "docs/trap/run", strange, "X-Request-Id: the-call"); got.Status != 500 {
		t.Errorf("got %+v", got)
	}
	var said []string
	for line := range strings.Lines(a.raw(t, 200, "GET", services+"/docs/endpoints/trap/logs", "", "Bearer "+a.key)) {
		var got struct{ Level, Generation, RequestID, Message string }
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Level != "ERROR" || got.Generation != "v1" || got.RequestID != "the-call" {
			t.Errorf("%v: %s", err, line)
		}
		said = append(said, got.Message)
	}
	if len(said) < 3 || !strings.HasPrefix(said[0], "call failed, GuestTrap: ") || said[1] != ".inner()" || said[2] != "\t.outer()" {
		t.Errorf("it is told %q", said)
	}
}

// TestRecords compares the access log and the audit log with the requests that were made. Neither ever holds a key.
func TestRecords(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	key, stored := auth.GenerateKey(manifest.Key{}.Created)
	keys, err := auth.FormatKeys([]manifest.Key{stored})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"docs/a.wasm": says("hello"), "docs/service.toml": "[auth]\nmethod = \"API_KEYS\"\n",
		"docs/keys.json": string(keys)} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	access := filepath.Join(dir, "access.log")
	s := hosttest.Start(t, host.Config{Root: root, AccessLog: access, AuditLog: dir, AuditBodies: 1000})
	s.Post(t, "docs/a/run", `{"p1": 1}`, "Authorization: Bearer "+key, "X-Request-Id: first")
	s.Post(t, "docs/a/run", `{}`, "Authorization: Bearer "+key+"x", "X-Request-Id: second")
	s.Post(t, "absent/a/run", `{}`, "X-Request-Id: third")
	if err := s.ReopenLogs(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all := ""
	for _, want := range []struct {
		file  string
		lines [][]string
	}{
		{access, [][]string{
			{`"requestId":"first"`, `"status":200`, `"endpoint":"a"`, `"keyId":"` + stored.ID + `"`, `"fuel":`},
			{`"requestId":"second"`, `"status":401`, `"errorType":"NotAuthenticated"`},
			{`"requestId":"third"`, `"status":404`, `"path":"/public/api/v1/absent/a/run"`},
		}},
		{filepath.Join(dir, "queries.log"), [][]string{
			{`"dku.audit.apinode-query"`, `"msgType":"function-query"`, `"apiKeyId":"` + stored.ID + `"`,
				`"query":{"p1":1}`, `"result":{"response":"hello"`, `"requestId":"first"`},
		}},
		{filepath.Join(dir, "audit.log"), [][]string{
			{`"dku.audit.authfail"`, `"serviceId":"docs"`, `"status":401`, `"requestId":"second"`},
		}},
	} {
		text, err := os.ReadFile(want.file)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if len(lines) != len(want.lines) {
			t.Fatalf("%s has %d lines, want %d:\n%s", want.file, len(lines), len(want.lines), text)
		}
		for i, parts := range want.lines {
			for _, part := range parts {
				if !strings.Contains(lines[i], part) || !json.Valid([]byte(lines[i])) {
					t.Errorf("%s: %s is missing in %s", want.file, part, lines[i])
				}
			}
		}
	}
	if strings.Contains(all, key) {
		t.Error("a record holds a key")
	}
}

// Changes by the admin API are in the audit log, with the id of the administrator's key.
func TestAdminIsAudited(t *testing.T) {
	dir := t.TempDir()
	a := observedWith(t, host.Config{AuditLog: dir}, "good")
	a.raw(t, 401, "POST", services, `{"serviceId":"other"}`, "")
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 5 || !strings.Contains(lines[0], `"logger":"dku.audit.apicalls","message":{"msgType":"admin","method":"POST"`) ||
		!strings.Contains(lines[2], `"logger":"dku.audit.authfail"`) || !strings.Contains(lines[3], `"outcome":"NotAuthenticated"`) || strings.Contains(string(text), a.key) {
		t.Errorf("%s", text)
	}
}

// A file that cannot be written is an error at the start, not a host without records.
func TestRecordsThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []host.Config{{AccessLog: filepath.Join(file, "access.log")}, {AuditLog: file}} {
		c.Root = t.TempDir()
		if h, err := host.New(c); err == nil || !strings.Contains(err.Error(), "Log: ") {
			t.Errorf("%+v: %v %v", c, h, err)
		}
	}
}
