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
	const settings = `access_log = "-"
addr = "127.0.0.1:1"
admin_addr = "same"
audit_bodies = "4KiB"
audit_log = "audit"
confine = false
cors_headers = ["X-A"]
cors_methods = ["POST", "GET"]
cors_origins = ["https://app.example", "https://b.example:8443"]
grace = "5s"
infra = "k8s"
keep_generations = 3
log_format = "json"
log_level = "warn"
max_connections = 20000
max_connections_per_address = 100
memory_budget = "1GiB"
request_metadata = true
rescan = "5s"
tls_cert = "cert.pem"
tls_key = "key.pem"
trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]
`
	want := map[string]string{"addr": "127.0.0.1:1", "admin-addr": "same", "access-log": "-", "audit-log": "audit", "audit-bodies": "4KiB", "confine": "false", "grace": "5s", "infra": "k8s", "keep-generations": "3", "rescan": "5s", "log-format": "json", "log-level": "warn",
		"memory-budget": "1GiB", "request-metadata": "true", "cors-headers": "[X-A]", "cors-methods": "[POST,GET]",
		"cors-origins": "[https://app.example,https://b.example:8443]", "max-connections": "20000",
		"max-connections-per-address": "100", "tls-cert": "cert.pem", "tls-key": "key.pem",
		"trusted-proxies": "10.0.0.0/8,192.0.2.1/32"}
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
		`root = "x"`: `unknown key "root"; known here are access_log, addr, admin_addr, audit_bodies, audit_log, confine, cors_headers, cors_methods, cors_origins, grace, infra, ` +
			`keep_generations, log_format, log_level, max, max_connections, max_connections_per_address, memory_budget, request_metadata, rescan, tls_cert, tls_key, ` +
			`trusted_proxies`,
		`max_connections = -1`: `bad value "-1" for max_connections: allowed are whole numbers above 0`,
		`trusted_proxies = ["lan"]`: `bad value "lan" for trusted_proxies: allowed are addresses and networks with commas ` +
			`between them, as 10.0.0.0/8,192.0.2.1`,
		`cors_origins = "x"`:     `cors_origins: is a string, must be a list of strings`,
		`cors_origins = [1]`:     `cors_origins: is an integer, must be a list of strings`,
		`cors_origins = ["a,b"]`: `cors_origins: "a,b" cannot be an item: it is empty, or has a comma, a quote or a line break`,
	} {
		t.Setenv("SKEP_INFRA", "")
		if _, err := serveWith(t, settings); err == nil || !strings.HasSuffix(err.Error(), "skep.toml:1:1: "+want) {
			t.Errorf("%s gives %v, want %s", settings, err, want)
		}
	}
}
