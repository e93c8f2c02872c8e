package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// describe writes a scan as lines: "service generation: endpoint=module+sidecar+resources/ …", the id of a loose generation
// as "loose".
func describe(services []Service) (lines []string) {
	for _, s := range services {
		for _, g := range s.Generations {
			line := s.ID + " " + g.ID + ":"
			if g.Loose {
				line = s.ID + " loose:"
			}
			for _, e := range g.Endpoints {
				line += " " + e.ID + "=" + e.Module
				if e.Sidecar != "" {
					line += "+" + e.Sidecar
				}
				if e.Resources != "" {
					line += "+" + e.Resources + "/"
				}
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestScan(t *testing.T) {
	for _, test := range []struct {
		name     string
		files    map[string]string
		want     []string
		problems []string // path below the folder, ": " and what the reason must say
	}{
		{name: "an empty folder"},
		{
			name: "generations, the newest first",
			files: map[string]string{
				"docs/generations/v9/text.wasm": "", "docs/generations/v10/text.wasm": "", "docs/generations/v1/a.wasm": "",
			},
			want: []string{
				"docs v10: text=docs/generations/v10/text.wasm",
				"docs v9: text=docs/generations/v9/text.wasm",
				"docs v1: a=docs/generations/v1/a.wasm",
			},
		},
		{
			name: "loose modules, in order",
			files: map[string]string{
				"docs/text.wasm": "", "docs/json.wasm": "", "docs/json.toml": "", "docs/service.toml": "", "skep.toml": "",
				"docs/state.json": `{"mode":"newest"}`,
			},
			want: []string{"docs loose: json=docs/json.wasm+docs/json.toml text=docs/text.wasm"},
		},
		{
			name: "several services",
			files: map[string]string{"b/x.wasm": "", "a/generations/v.1/x.wasm": "", "a/generations/v.1/x.toml": "",
				"a/generations/v.1/resources/x/table.csv": ""},
			want: []string{
				"a v.1: x=a/generations/v.1/x.wasm+a/generations/v.1/x.toml+a/generations/v.1/resources/x/",
				"b loose: x=b/x.wasm",
			},
		},
		{
			name: "resources beside loose modules",
			files: map[string]string{"docs/text.wasm": "", "docs/resources/text/deep/table.csv": "", "docs/json.wasm": "",
				"docs/resources/.text/x": "", "docs/resources/none/x": "", "docs/resources/table.csv": "",
				"docs/resources/json": "-> ../../../etc"},
			want: []string{"docs loose: json=docs/json.wasm text=docs/text.wasm+docs/resources/text/"},
			problems: []string{
				"docs/resources/json: a link that cannot be followed",
				"docs/resources/none: holds files for none.wasm, which is not there",
				"docs/resources/table.csv: is for no endpoint: move it into the folder of one, ROOT/docs/resources/<endpoint>",
			},
		},
		{
			name: "resources beside loose modules that are not served",
			files: map[string]string{"docs/text.wasm": "", "docs/resources/text/table.csv": "",
				"docs/generations/v1/text.wasm": ""},
			want:     []string{"docs v1: text=docs/generations/v1/text.wasm"},
			problems: []string{"docs/text.wasm: new folder ROOT/docs/generations/<name>"},
		},
		{
			name: "service.toml is the operator's, but only beside loose modules",
			files: map[string]string{"a/service.wasm": "", "a/service.toml": "",
				"b/generations/v1/service.wasm": "", "b/generations/v1/service.toml": ""},
			want: []string{
				"a loose: service=a/service.wasm",
				"b v1: service=b/generations/v1/service.wasm+b/generations/v1/service.toml",
			},
		},
		{
			name: "hidden and temporary files",
			files: map[string]string{
				"docs/text.wasm": "", "docs/.text.wasm.Xy": "", "docs/.hidden.wasm": "", "docs/text.wasm~": "",
				"docs/new.wasm.tmp": "", "docs/.x.toml": "", ".git/x.wasm": "", "docs/generations/.v2/text.wasm": "",
				"docs/generations/v3.tmp/text.wasm": "", "docs/notes.txt": "", "notes.txt": "", "docs/generations/README": "",
			},
			want: []string{"docs loose: text=docs/text.wasm"},
		},
		{
			name:     "a module in the root",
			files:    map[string]string{"text.wasm": ""},
			problems: []string{"text.wasm: move it to ROOT/<service>/text.wasm"},
		},
		{
			name:     "a module beside the generations",
			files:    map[string]string{"docs/generations/text.wasm": ""},
			problems: []string{"docs/generations/text.wasm: move it to ROOT/docs/generations/<name>/text.wasm"},
		},
		{
			name: "names that no URL can have",
			files: map[string]string{"my docs/x.wasm": "", "docs/my text.wasm": "", "docs/ok.wasm": "", "docs/_x.wasm": "",
				"docs/a.b.wasm": "", "other/generations/v 1/x.wasm": "", "docs/.wasm": "", "-x/": ""},
			want: []string{"docs loose: ok=docs/ok.wasm"},
			problems: []string{
				"-x: not a name for a service",
				"docs/_x.wasm: not a name for an endpoint",
				"docs/a.b.wasm: not a name for an endpoint",
				"docs/my text.wasm: not a name for an endpoint",
				"my docs: not a name for a service",
				"other/generations/v 1: not a name for a generation",
			},
		},
		{
			name:  "sidecars without a module",
			files: map[string]string{"docs/text.wasm": "", "docs/txt.toml": "", "docs/generations/": ""},
			want:  []string{"docs loose: text=docs/text.wasm"},
			problems: []string{
				"docs/txt.toml: overrides the manifest of txt.wasm, which is not there",
			},
		},
		{
			name: "an empty generation beside a good one",
			files: map[string]string{"docs/generations/v2/": "", "docs/generations/v1/text.wasm": "",
				"docs/generations/v3/text.toml": ""},
			want: []string{"docs v1: text=docs/generations/v1/text.wasm"},
			problems: []string{
				"docs/generations/v2: holds no module",
				"docs/generations/v3: holds no module",
				"docs/generations/v3/text.toml: which is not there",
			},
		},
		{
			name:     "an empty service beside another with a problem",
			files:    map[string]string{"docs/": "", "a/x.toml": ""},
			problems: []string{"a/x.toml: which is not there", "docs: holds no module"},
		},
		{
			name:  "loose modules beside generations",
			files: map[string]string{"docs/generations/v1/text.wasm": "", "docs/json.wasm": "", "docs/xml.wasm": ""},
			want:  []string{"docs v1: text=docs/generations/v1/text.wasm"},
			problems: []string{
				"docs/json.wasm: new folder ROOT/docs/generations/<name>",
				"docs/xml.wasm: new folder ROOT/docs/generations/<name>",
			},
		},
		{
			name:     "folders named like files",
			files:    map[string]string{"docs/text.wasm/": "", "docs/ok.wasm": "", "docs/ok.toml/": "", "x.wasm/": ""},
			want:     []string{"docs loose: ok=docs/ok.wasm"},
			problems: []string{"docs/text.wasm: a folder", "x.wasm: not a name for a service"},
		},
		{
			name: "links inside the root, as a mounted volume has them",
			files: map[string]string{
				"docs": "-> .data/docs", ".data/docs/text.wasm": "", ".data/docs/json.wasm": "-> text.wasm",
				".data/v1/text.wasm": "", "other/generations/v1": "-> ../../.data/v1",
			},
			want: []string{
				"docs loose: json=docs/json.wasm text=docs/text.wasm",
				"other v1: text=other/generations/v1/text.wasm",
			},
		},
		{
			name: "links out of the root",
			files: map[string]string{
				"etc": "-> /etc", "up": "-> ..", "gone": "-> nowhere", "loop": "-> loop",
				"docs/generations/v1": "-> /etc", "docs/generations/v0/out.wasm": "-> /etc/passwd",
			},
			want: []string{"docs v0: out=docs/generations/v0/out.wasm"}, // refused as a whole when it is read
			problems: []string{
				"docs/generations/v1: a link that cannot be followed",
				"etc: a link that cannot be followed",
				"gone: a link that cannot be followed",
				"loop: a link that cannot be followed",
				"up: a link that cannot be followed",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := write(t, test.files)
			services, problems, err := open(t, root).Scan()
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(services); !slices.Equal(got, test.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
			checkProblems(t, root, problems, test.problems)
		})
	}
}

// checkProblems wants one problem for each line, in any order.
func checkProblems(t *testing.T, root string, got []Problem, want []string) {
	t.Helper()
	left := slices.Clone(got)
	for _, line := range want {
		name, reason, _ := strings.Cut(strings.ReplaceAll(line, "ROOT", root), ": ")
		i := slices.IndexFunc(left, func(p Problem) bool {
			return p.Path == filepath.Join(root, name) && strings.Contains(p.Reason, reason)
		})
		if i < 0 {
			t.Errorf("no problem %q", line)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, p := range left {
		t.Errorf("unexpected problem %q", p)
	}
}

func TestLooseGenerationFollowsItsContent(t *testing.T) {
	root := write(t, map[string]string{"docs/text.wasm": "1", "docs/json.wasm": "1"})
	s := open(t, root)
	scan := func() string {
		t.Helper()
		services, _, err := s.Scan()
		if err != nil {
			t.Fatal(err)
		}
		id := services[0].Generations[0].ID
		if !regexp.MustCompile(`^auto-[0-9a-f]{12}$`).MatchString(id) {
			t.Errorf("id %q", id)
		}
		if e := services[0].Generations[0].Endpoints[0]; e.Generation != id {
			t.Errorf("endpoint of generation %q in generation %q", e.Generation, id)
		}
		return id
	}
	seen := map[string]string{scan(): "first"}
	for i, change := range []struct{ what, name, text string }{
		{"content", "docs/text.wasm", "2"},
		{"sidecar added", "docs/text.toml", "a = 1"},
		{"sidecar changed", "docs/text.toml", "a = 2"},
		{"endpoint added", "docs/xml.wasm", "1"},
		{"a module that cannot be read", "docs/bad.wasm", "-> nowhere"},
		{"resource added", "docs/resources/text/deep/table.csv", "1"},
		{"resource changed", "docs/resources/text/deep/table.csv", "2"},
		{"another resource", "docs/resources/text/table.csv", "2"},
		{"a resource that cannot be read", "docs/resources/text/gone", "-> nowhere"},
	} {
		writeFile(t, root, change.name, change.text)
		id := scan()
		if before, ok := seen[id]; ok {
			t.Errorf("%s: same id as %s", change.what, before)
		}
		seen[id] = fmt.Sprintf("step %d", i)
		if again := scan(); again != id {
			t.Errorf("%s: %s, then %s without a change", change.what, id, again)
		}
	}
	before := scan()
	for _, name := range []string{"docs/resources/text/.hidden", "docs/resources/nobody/table.csv", "docs/notes.txt"} {
		writeFile(t, root, name, "x")
		if id := scan(); id != before {
			t.Errorf("%s, which no endpoint may read, makes %s of %s", name, id, before)
		}
	}
	for _, name := range []string{"docs/text.toml", "docs/xml.wasm", "docs/bad.wasm", "docs/resources"} {
		if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, root, "docs/text.wasm", "1")
	if id := scan(); seen[id] != "first" {
		t.Error("the first content again, but not its id")
	}
}

func TestScanUnreadableFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	root := write(t, map[string]string{"docs/text.wasm": "", "ok/text.wasm": ""})
	if err := os.Chmod(filepath.Join(root, "docs"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(root, "docs"), 0o755) })
	services, problems, err := open(t, root).Scan()
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(services); len(got) != 1 || !strings.HasPrefix(got[0], "ok ") {
		t.Errorf("got %v", got)
	}
	if len(problems) == 0 || !strings.Contains(problems[0].Reason, "cannot be read") {
		t.Errorf("problems %v", problems)
	}
}

func TestScanError(t *testing.T) {
	root := write(t, nil)
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Scan(); err == nil || !strings.Contains(err.Error(), root) {
		t.Errorf("%v does not name %s", err, root)
	}
}

// closedFolder is a file system with a folder that cannot be listed.
type closedFolder struct {
	fs.FS
	folder string
	err    error
}

func (u closedFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == u.folder {
		return nil, &fs.PathError{Op: "open", Path: name, Err: u.err}
	}
	return fs.ReadDir(u.FS, name)
}

// Of a service with a folder that cannot be read at the moment nobody knows what it holds: it does not lose what it serves.
func TestUnreadableFolder(t *testing.T) {
	s := open(t, write(t, map[string]string{"docs/generations/v1/a.wasm": "", "docs/generations/v1/resources/a/m.bin": "",
		"docs/b.wasm": ""}))
	for _, folder := range []string{"docs", "docs/generations", "docs/generations/v1", "docs/generations/v1/resources"} {
		sc := s.newScan()
		sc.fsys = closedFolder{sc.fsys, folder, syscall.EMFILE}
		if found, there := sc.service("docs"); !there || !errors.Is(found.Err, syscall.EMFILE) {
			t.Errorf("%s: there is a service: %v, %+v", folder, there, found)
		}
		sc.fsys = closedFolder{s.root.FS(), folder, syscall.ENOENT}
		if found, _ := sc.service("docs"); found.Err != nil {
			t.Errorf("%s: it is gone, but the service has %v", folder, found.Err)
		}
	}
}
