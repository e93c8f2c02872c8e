package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host"
	"skep/host/hosttest"
	"skep/host/internal/auth"
	"skep/host/internal/manifest"
	"skep/host/internal/store"
)

// TestRollout asks a host for rollouts over its admin API: of so many calls that a machine that stands still for a moment
// does not make the one generation slower than the other.
func TestRollout(t *testing.T) {
	root := t.TempDir()
	for generation, guest := range map[string]string{"v1": "answer", "v2": "answer", "v3": "trap"} {
		file := filepath.Join(root, "demo", "generations", generation, "a.wasm")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, guests[guest], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	secret := pinned(t, root)
	s := hosttest.Start(t, host.Config{Root: root})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.ServeAdmin(ln) }()
	over, called := make(chan bool), make(chan bool)
	go func() {
		defer close(called)
		for {
			select {
			case <-over:
				return
			default:
				s.Post(t, "demo/a/run", "{}")
			}
		}
	}()
	defer func() {
		close(over)
		<-called
		_ = s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()

	for _, test := range []struct {
		generation, more string
		code             int
		stdout, stderr   string
	}{
		{"v3", "--key wrong", exitFailure, "", "authenti"},
		{"v9", "", exitFailure, "", "no generation v9"},
		{"v3", "--min-samples 0", exitFailure, "", "minSamples is 0"},
		{"v3", "--wait", exitFailure, "v3 gets 40 % of the requests\n", "withdrawn, v1 answers all requests: "},
		{"v2", "--wait", exitOK, "v2 has taken over\n", ""},
		{"v1", "", exitOK, "v1 gets 40 % of the requests\n", ""},
	} {
		args := append([]string{"rollout", "demo", test.generation, "--host", "http://" + ln.Addr().String(), "--key", secret,
			"--share", "0.4", "--min-samples", "200", "--interval", "100ms", "--max-latency-factor", "1000"},
			strings.Fields(test.more)...)
		code, stdout, stderr := skep(t, args...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
			t.Errorf("%s %s: exit code %d, stdout %q, stderr %q; want %d, %q, %q", test.generation, test.more, code, stdout,
				stderr, test.code, test.stdout, test.stderr)
		}
	}
}

// pinned has v1 serve, and gives a key of an administrator.
func pinned(t *testing.T, root string) (secret string) {
	t.Helper()
	s, err := store.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.UpdateKeys("", func([]byte) ([]byte, error) {
		var key manifest.Key
		secret, key = auth.GenerateKey(key.Created)
		return auth.FormatKeys([]manifest.Key{key})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.SwitchTo("demo", "v1"); err != nil {
		t.Fatal(err)
	}
	return secret
}
