package store

import (
	"io/fs"
	"path"
	"strings"
)

// entry is a name in a folder of the store, with links followed as far as they stay in the store.
type entry struct {
	name   string
	dir    bool
	broken error // why a link cannot be followed
}

func (e entry) ext() string  { return path.Ext(e.name) }
func (e entry) stem() string { return strings.TrimSuffix(e.name, e.ext()) }

// list is what a folder holds, by name, without what is hidden.
func (sc *scan) list(dir string) ([]entry, error) {
	sc.turn.Step()
	found, err := fs.ReadDir(sc.fsys, dir)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, f := range found {
		if hidden(f.Name()) {
			continue
		}
		e := entry{name: f.Name(), dir: f.IsDir()}
		if f.Type()&fs.ModeSymlink != 0 {
			info, err := fs.Stat(sc.fsys, path.Join(dir, e.name))
			e.dir, e.broken = err == nil && info.IsDir(), err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// hidden says whether a name is one of those that editors and copying tools make for themselves.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".tmp")
}
