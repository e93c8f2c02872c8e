package store

import (
	"io/fs"
	"os"
)

// Resources opens the folder of files that an endpoint may read, nil where it has none. Nothing outside of that folder
// can be reached by it.
func (s *Store) Resources(e Endpoint) (*os.Root, error) {
	if e.Resources == "" {
		return nil, nil
	}
	return s.root.OpenRoot(e.Resources)
}

// Hidden says whether a name is one of those that are not looked at, in packages and folders: editors and copying tools
// make such names for themselves.
func Hidden(name string) bool { return hidden(name) }

// eachResource hands on the files of an endpoint, by name, and what cannot be read.
func (s *Store) eachResource(e Endpoint, file func(name string, err error)) {
	if e.Resources == "" {
		return
	}
	_ = fs.WalkDir(s.root.FS(), e.Resources, func(name string, d fs.DirEntry, err error) error { // it gives no error
		switch {
		case err != nil:
			file(name, err)
		case name != e.Resources && hidden(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			file(name, nil)
		}
		return nil
	})
}
