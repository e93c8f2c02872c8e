package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// serveWith is the serve command after its flags and the variables have been read, and what settings make of it.
func serveWith(t *testing.T, settings string, args ...string) (*cobra.Command, error) {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "skep.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(root))
	cmd := newServe("skep")
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	if err := applyVariables(cmd); err != nil {
		t.Fatal(err)
	}
	return cmd, applySettings(cmd, filepath.Base(root))
}

// TestSettings shows that each key of skep.toml stands for a flag, and gives way to the flag and its variable.
func TestSettings(t *testing.T) {
	const settings = `addr = "127.0.0.1:1"
admin_addr = "127.0.0.1:4"
confine = false
infra = "k8s"
log_format = "json"
log_level = "warn"
memory_budget = "1GiB"
request_metadata = true
`
	want := map[string]string{"addr": "127.0.0.1:1", "admin-addr": "127.0.0.1:4", "confine": "false", "infra": "k8s", "log-format": "json", "log-level": "warn",
		"memory-budget": "1GiB", "request-metadata": "true"}
	for name := range want {
		t.Setenv(variable(name), "")
	}
	check := func(args ...string) {
		t.Helper()
		cmd, err := serveWith(t, settings, args...)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range want {
			if got := cmd.Flags().Lookup(name).Value.String(); got != value {
				t.Errorf("--%s is %q, want %q", name, got, value)
			}
		}
	}
	check()
	t.Setenv("SKEP_LOG_LEVEL", "error")
	t.Setenv("SKEP_ADDR", "127.0.0.1:2")
	want["log-level"], want["addr"], want["memory-budget"] = "error", "127.0.0.1:3", "2MiB"
	want["request-metadata"] = "false"
	check("--addr", "127.0.0.1:3", "--memory-budget", "2MiB", "--request-metadata=false")
}

func TestSettingsErrors(t *testing.T) {
	for settings, want := range map[string]string{
		`infra = "moon"`: `bad value "moon" for infra: allowed are static, k8s, azure-ml, sagemaker, snowpark, ` +
			`vertex-ai, databricks`,
		`addr = "x"`: `bad value "x" for addr: allowed is HOST:PORT, as in 127.0.0.1:12000; port 0 takes a free one`,
		`root = "x"`: `unknown key "root"; known here are addr, admin_addr, confine, infra, log_format, log_level, max, ` +
			`memory_budget, request_metadata`,
	} {
		t.Setenv("SKEP_INFRA", "")
		if _, err := serveWith(t, settings); err == nil || !strings.HasSuffix(err.Error(), "skep.toml:1:1: "+want) {
			t.Errorf("%s gives %v, want %s", settings, err, want)
		}
	}
}
