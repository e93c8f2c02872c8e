package store

import (
	"io"
	"io/fs"
	"os"
)

// Folder is a package in a folder.
type Folder struct{ root *os.Root }

// OpenFolder opens a folder. Links in it are refused, wherever they lead.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close ends the use of the folder.
func (f *Folder) Close() error { return f.root.Close() }

func (f *Folder) walk(file func(string, int64, func() (io.ReadCloser, error)) error) error {
	fsys := f.root.FS()
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && hidden(d.Name()) && d.IsDir():
			return fs.SkipDir
		case d.IsDir(), hidden(d.Name()):
			return nil
		case !d.Type().IsRegular():
			return badPackage("%q is a link or a special file", name)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return file(name, info.Size(), func() (io.ReadCloser, error) { return fsys.Open(name) })
	})
}
