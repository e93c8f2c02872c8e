package store

import (
	"archive/zip"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"syscall"
)

// Archive is a package in a zip file.
type Archive struct {
	file  *os.File
	files []*zip.File
}

const (
	// maxArchive bounds the zip file itself.
	maxArchive = MaxPackage
	// maxDirectory bounds what is read of a zip file to list it: the list is kept in memory.
	maxDirectory = 8 << 20
)

// OpenPackage opens a zip file or a folder.
func OpenPackage(name string) (Package, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return OpenFolder(name)
	}
	return OpenArchive(name)
}

// OpenArchive opens a zip file. What it claims to hold is read, nothing is unpacked.
func OpenArchive(name string) (*Archive, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe of that name stops nothing
	if err != nil {
		return nil, err
	}
	return newArchive(f)
}

// Receive takes a zip file from a reader. Nothing is left of it when the archive is closed.
func (s *Store) Receive(r io.Reader) (*Archive, error) {
	name := "." + rand.Text() + temporary
	var f *os.File
	err := s.disk("open", name, func() (err error) {
		f, err = s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.root.Remove(name) }() // what is open stays readable
	source := &sourceReader{r: io.LimitReader(r, maxArchive+1)}
	if err := s.disk("write", name, func() error {
		_, err := io.Copy(f, source)
		return err
	}); err != nil {
		f.Close()
		if source.err != nil {
			return nil, source.err
		}
		return nil, err
	}
	return newArchive(f)
}

// newArchive takes an open file.
func newArchive(f *os.File) (*Archive, error) {
	files, err := list(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Archive{f, files}, nil
}

func list(f *os.File) ([]*zip.File, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, badPackage("%s is not a regular file", path.Base(f.Name()))
	case info.Size() > maxArchive:
		return nil, badPackage("the archive has %d bytes, at most %d are allowed", info.Size(), int64(maxArchive))
	}
	bounded := &boundedReader{r: f}
	bounded.left.Store(maxDirectory)
	r, err := zip.NewReader(bounded, info.Size())
	if errors.Is(err, errDirectory) {
		return nil, badPackage("the archive lists too many files")
	}
	if err != nil {
		return nil, badPackage("not a zip archive that can be read: %v", err)
	}
	bounded.left.Store(1 << 62)
	return r.File, nil
}

// Close ends the use of the archive.
func (a *Archive) Close() error { return a.file.Close() }

func (a *Archive) walk(file func(string, int64, func() (io.ReadCloser, error)) error) error {
	for _, f := range a.files {
		switch mode := f.Mode(); {
		case strings.HasSuffix(f.Name, "/"):
			if !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
				return badPackage("%.80q is not the name of a folder in a package", f.Name)
			}
			continue
		case !mode.IsRegular():
			return badPackage("%.80q is a link or a special file", f.Name)
		case f.Flags&1 != 0:
			return badPackage("%.80q is encrypted", f.Name)
		case f.UncompressedSize64 > 1<<62:
			return badPackage("%.80q claims an impossible size", f.Name)
		}
		if err := file(f.Name, int64(f.UncompressedSize64), f.Open); err != nil {
			return err
		}
	}
	return nil
}

var errDirectory = errors.New("more was read than may be")

// boundedReader fails when more was read than is left.
type boundedReader struct {
	r    io.ReaderAt
	left atomic.Int64
}

func (b *boundedReader) ReadAt(p []byte, off int64) (int, error) {
	if b.left.Add(-int64(len(p))) < 0 {
		return 0, errDirectory
	}
	return b.r.ReadAt(p, off)
}
