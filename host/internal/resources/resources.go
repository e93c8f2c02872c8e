// Package resources lists the folder of files that an endpoint may read, once, and opens what is in the list. It knows
// neither guests nor where the folder comes from.
package resources

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Limits of a folder: no more than a package can bring along.
const (
	MaxEntries = 10_000 // files and folders
	MaxDepth   = 16     // of folders in each other
)

// ErrFolder says that a folder cannot be offered to a guest: it holds too much.
var ErrFolder = errors.New("resources refused")

// Folder is a folder with all that lies in it, as it was when it was listed. What came later does not exist, and what
// has gone cannot be opened. It is safe for concurrent use.
type Folder struct {
	root    *os.Root
	entries map[string]*Entry // by path; "." is the folder itself
}

// Entry is one file or folder. It does not change.
type Entry struct {
	Name     string // last part of Path; "." for the folder itself
	Path     string // below the folder, with slashes
	Number   uint64 // tells entries of one folder apart; from 1
	Size     int64  // bytes; 0 for folders
	Modified time.Time
	Children []*Entry // of a folder, by name
	dir      bool
}

// IsDir says whether it is a folder.
func (e *Entry) IsDir() bool { return e.dir }

// Open lists a folder. Names that hidden reports are left out, as are special files and links to folders; a link to a file
// that lies in the folder is one more file. The folder takes root over, and closes it also when there is an error, which
// is an [ErrFolder] when the folder holds too much.
func Open(root *os.Root, hidden func(name string) bool) (_ *Folder, err error) {
	f := &Folder{root: root, entries: make(map[string]*Entry)}
	defer func() {
		if err != nil {
			_ = root.Close() // nothing was written
		}
	}()
	info, err := root.Stat(".")
	if err != nil {
		return nil, err
	}
	top := f.add(".", info)
	return f, f.list(top, 0, hidden)
}

// add makes an entry of what is known of it.
func (f *Folder) add(place string, info fs.FileInfo) *Entry {
	e := &Entry{Name: path.Base(place), Path: place, Number: uint64(len(f.entries) + 1), Modified: info.ModTime(),
		dir: info.IsDir()}
	if !e.dir {
		e.Size = info.Size()
	}
	f.entries[place] = e
	return e
}

// list adds what lies in a folder.
func (f *Folder) list(dir *Entry, depth int, hidden func(string) bool) error {
	if depth > MaxDepth {
		return fmt.Errorf("%w: folders lie more than %d deep: %.200s", ErrFolder, MaxDepth, dir.Path)
	}
	names, err := f.names(dir.Path)
	if err != nil {
		return err
	}
	for _, found := range names {
		place := path.Join(dir.Path, found.Name())
		if hidden(found.Name()) || !fs.ValidPath(place) {
			continue
		}
		info, err := f.root.Stat(place) // follows links, as far as they stay in the folder
		if err != nil {
			continue // a link that leads nowhere, or outside
		}
		link := found.Type()&fs.ModeSymlink != 0
		if !info.Mode().IsRegular() && (link || !info.IsDir()) {
			continue
		}
		if len(f.entries) >= MaxEntries {
			return fmt.Errorf("%w: more than %d files and folders", ErrFolder, MaxEntries)
		}
		e := f.add(place, info)
		dir.Children = append(dir.Children, e)
		if e.dir {
			if err := f.list(e, depth+1, hidden); err != nil {
				return err
			}
		}
	}
	return nil
}

// names reads a folder, by name. What is more than there may be is not read.
func (f *Folder) names(dir string) ([]fs.DirEntry, error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	found, err := d.ReadDir(MaxEntries + 1)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case len(found) > MaxEntries:
		return nil, fmt.Errorf("%w: more than %d files and folders", ErrFolder, MaxEntries)
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}

// Find is what a path leads to that starts in a folder. It may hold dots, but must not leave the folder of all: that is
// an [fs.ErrPermission]. Where nothing is, the error is an [fs.ErrNotExist].
func (f *Folder) Find(from *Entry, name string) (*Entry, error) {
	place := path.Join(from.Path, name)
	if path.IsAbs(name) || !fs.ValidPath(place) {
		return nil, fs.ErrPermission
	}
	e := f.entries[place]
	if e == nil || name == "" {
		return nil, fs.ErrNotExist
	}
	return e, nil
}

// Top is the folder itself.
func (f *Folder) Top() *Entry { return f.entries["."] }

// Open opens a file for reading; the caller closes it. What has become a link out of the folder, or something other than
// a file, cannot be opened, and a pipe of that name is not waited for.
func (f *Folder) Open(e *Entry) (*os.File, error) {
	file, err := f.root.OpenFile(e.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrInvalid
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}

// Close ends the use of the folder. Files that are open stay readable.
func (f *Folder) Close() error { return f.root.Close() }
