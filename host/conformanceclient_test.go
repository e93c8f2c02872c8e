package host_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"skep/host"
)

// runClient runs testdata/client/client.py with the Python client that make test-client installs.
func runClient(t *testing.T, args ...string) []byte {
	t.Helper()
	python, err := filepath.Abs("../build/client/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		skip := t.Skipf
		if os.Getenv("SKEP_REQUIRE_ALL") == "1" {
			skip = t.Fatalf
		}
		skip("the Python client is not installed: make test-client does that, and runs this test")
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{"-B", "client.py"}, args...)...)
	cmd.Dir = filepath.Join("testdata", "client")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("client.py: %v\n%s", err, stderr.Bytes())
	}
	return out
}

// accepted are the compressions that the client takes, which depend on what else is installed.
var accepted = regexp.MustCompile(`(?m)^Accept-Encoding: .*\n`)

// TestConformanceOfRecords compares what the installed client sends with what is recorded.
func TestConformanceOfRecords(t *testing.T) {
	want, err := os.ReadFile("testdata/client/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(accepted.ReplaceAllString(string(runClient(t, "record")), ""), "\n-- ")
	for i, want := range strings.Split(accepted.ReplaceAllString(string(want), ""), "\n-- ") {
		if i >= len(got) || got[i] != want {
			t.Fatalf("request %d is\n%s\nrecorded is\n%s\nclient.py record writes a new testdata/client/requests.txt",
				i, got[min(i, len(got)-1)], want)
		}
	}
}

// clientAgrees compares what the client came to, call by call, with the rows.
func clientAgrees(t *testing.T, rows []conformance, out []byte, dir string) {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(lines) != len(rows) {
		t.Errorf("%d outcomes of %d calls", len(lines), len(rows))
	}
	for i := range min(len(lines), len(rows)) {
		var line struct {
			Name, Raised, Text string
			Result             json.RawMessage
		}
		if err := json.Unmarshal(lines[i], &line); err != nil || line.Name != rows[i].name {
			t.Fatalf("outcome %d is %s, not of %s: %v", i, lines[i], rows[i].name, err)
		}
		t.Run(line.Name, func(t *testing.T) {
			got := line.Raised
			switch got {
			case "":
				var err error
				if got, err = canonical(line.Result); err != nil {
					t.Fatal(err)
				}
			case exception:
				got += ": " + line.Text
			}
			rows[i].agrees(t, strings.ReplaceAll(got, dir, "/packages"))
		})
	}
}

func TestConformanceOfAdminClient(t *testing.T) {
	a, dir := administer(t, host.Config{}), packages(t)
	clientAgrees(t, adminConformance, runClient(t, "call", "--group", "admin", "--user", a.URL, "--admin", a.admin,
		"--admin-key", a.key, "--packages", dir), dir)
}
