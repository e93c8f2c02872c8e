//go:build unix

package sandbox

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrivate has folders for compiled code that others can write to, or that are no folders.
func TestPrivate(t *testing.T) {
	make := func(t *testing.T, path string, mode os.FileMode) {
		t.Helper()
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask says
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name    string
		prepare func(t *testing.T, dir string) // makes dir/cache
		want    string                         // part of the error; empty: accepted
	}{
		{"missing", func(*testing.T, string) {}, ""},
		{"private", func(t *testing.T, dir string) { make(t, dir+"/cache", 0o700) }, ""},
		{"readable", func(t *testing.T, dir string) { make(t, dir+"/cache", 0o755) }, ""},
		{"for the group", func(t *testing.T, dir string) { make(t, dir+"/cache", 0o770) }, "(mode 0770); what is in it will be executed: chmod go-w"},
		{"for everybody", func(t *testing.T, dir string) { make(t, dir+"/cache", 0o777) }, "others may write to"},
		{"like /tmp", func(t *testing.T, dir string) { make(t, dir+"/cache", 0o777|os.ModeSticky) }, "others may write to"},
		{"below one for everybody", func(t *testing.T, dir string) {
			make(t, dir+"/cache", 0o700)
			if err := os.Chmod(dir, 0o777); err != nil {
				t.Fatal(err)
			}
		}, "everybody may write to"},
		{"behind a link", func(t *testing.T, dir string) {
			make(t, dir+"/target", 0o777)
			if err := os.Symlink("target", dir+"/cache"); err != nil {
				t.Fatal(err)
			}
		}, "target (mode 0777)"},
		{"a file", func(t *testing.T, dir string) { write(t, dir+"/cache", nil) }, "not a directory"},
		{"somebody else's", func(t *testing.T, dir string) {
			make(t, dir+"/cache", 0o700)
			if os.Geteuid() != 0 {
				t.Skip("only root can give folders away")
			}
			if err := os.Chown(dir+"/cache", 12345, 12345); err != nil {
				t.Fatal(err)
			}
		}, "belongs to user 12345, this is user 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			tc.prepare(t, dir)
			_, err := NewEngine(Config{CacheDir: filepath.Join(dir, "cache"), Log: slog.New(slog.DiscardHandler)})
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}
