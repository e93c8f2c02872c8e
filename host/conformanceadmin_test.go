package host_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host"
)

// packages are what the calls of the admin client import.
func packages(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{"v1": "one", "v2": "two"} {
		archive := zipped(t, "a.wasm", says(text))
		if err := os.WriteFile(filepath.Join(dir, name+".zip"), []byte(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestConformanceOfAdmin sends the recorded requests of the admin client, with what is known only now filled in:
// addresses, the folder of packages, and the keys that the host makes.
func TestConformanceOfAdmin(t *testing.T) {
	a, dir, requests := administer(t, host.Config{}), packages(t), recorded(t)
	user, admin := strings.TrimPrefix(a.URL, "http://"), strings.TrimPrefix(a.admin, "http://")
	basic := func(key string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":")) }
	fill := []string{"127.0.0.1:12000", user, "127.0.0.1:12001", admin, "%2Fpackages", url.QueryEscape(dir),
		basic("admin-key"), basic(a.key)}
	wires := map[bool]*wire{true: dial(t, user), false: dial(t, admin)}
	for _, c := range adminConformance {
		t.Run(c.name, func(t *testing.T) {
			w := wires[strings.Contains(requests[c.name], "127.0.0.1:12000")]
			got := w.send(t, strings.NewReplacer(fill...).Replace(requests[c.name]))
			if got.StatusCode != c.status {
				t.Errorf("status %d, want %d", got.StatusCode, c.status)
			}
			checkHead(t, got)
			c.agrees(t, strings.ReplaceAll(c.outcome(t, got), dir, "/packages"))
			var made struct{ ID, Key string }
			switch _ = json.Unmarshal(got.body, &made); c.name { // the list of keys is no object
			case "add-key":
				fill = append(fill, "keys/ID/key", "keys/"+made.ID+"/key")
			case "add-key-plain":
				fill = append(fill, "keys/KEY", "keys/"+made.Key, basic("KEY"), basic(made.Key))
			}
		})
	}
}
