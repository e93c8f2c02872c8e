package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Import makes a generation of a package, which appears as a whole or not at all, and gives its id: the one that is
// asked for, or, where that is empty, one made of a digest: the same package gives the same generation then, and
// nothing changes the second time. A generation that is held does not become active before somebody switches to it.
//
// The error is an [ErrPackage] when the package is to blame, an [ErrExists] when there is a generation of that id, an
// [ErrNotFound] when there is no such service, an [ErrFull] when the disk is full.
func (s *Store) Import(id, generation string, p Package, held bool) (string, error) {
	if err := s.exists(id); err != nil {
		return "", err
	}
	if generation != "" {
		if err := s.free(id, generation); err != nil {
			return "", err
		}
	}
	parent := path.Join(id, generationsDir)
	if err := s.disk("mkdir", parent, func() error { return s.root.MkdirAll(parent, 0o755) }); err != nil {
		return "", err
	}
	incoming := path.Join(parent, "."+rand.Text()+temporary)
	defer func() { _ = s.root.RemoveAll(incoming) }() // after the rename nothing is there
	digest, err := s.unpack(incoming, p)
	if err != nil {
		return "", err
	}
	if generation != "" {
		return generation, s.publish(id, generation, incoming, held)
	}
	generation = "auto-" + digest[:12]
	if err := s.publish(id, generation, incoming, held); !errors.Is(err, ErrExists) {
		return generation, err
	}
	return generation, nil
}

// free says whether a generation of that id may be made.
func (s *Store) free(id, generation string) error {
	if err := checkGeneration(generation); err != nil {
		return err
	}
	if _, err := s.root.Lstat(path.Join(id, generationsDir, generation)); err == nil {
		return fmt.Errorf("%w: generation %s of service %s; generations never change, so choose another name",
			ErrExists, generation, id)
	}
	return nil
}

// publish puts unpacked files in the place of a generation. The state comes first: a generation that must not become
// active by itself is never seen without it.
func (s *Store) publish(id, generation, incoming string, held bool) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.free(id, generation); err != nil {
		return err
	}
	before, err := s.readState(id)
	if err != nil {
		return err
	}
	after := before.clone()
	after.came(Import{Generation: generation, Held: held, Whole: true})
	if err := s.writeState(id, after); err != nil {
		return err
	}
	place := path.Join(id, generationsDir, generation)
	if err := s.disk("rename", place, func() error { return s.root.Rename(incoming, place) }); err != nil {
		_ = s.writeState(id, before) // else the state names one generation that is not there, which does no harm
		return err
	}
	return s.syncDir(path.Dir(place))
}

// unpack writes the files of a package into a new folder and brings them to the disk. It gives a digest of all. All
// names and sizes are looked at before anything is written.
func (s *Store) unpack(dir string, p Package) (string, error) {
	found := newContents()
	if err := p.walk(func(name string, size int64, _ func() (io.ReadCloser, error)) error {
		return found.add(name, size)
	}); err != nil {
		return "", err
	}
	if err := found.whole(); err != nil {
		return "", err
	}
	if err := s.disk("mkdir", dir, func() error { return s.root.Mkdir(dir, 0o755) }); err != nil {
		return "", err
	}
	var digests []string
	if err := p.walk(func(name string, _ int64, open func() (io.ReadCloser, error)) error {
		size, wanted := found.files[name]
		if !wanted {
			return nil
		}
		digest, err := s.unpackFile(path.Join(dir, name), name, size, open)
		digests = append(digests, fmt.Sprintf("%q %s\n", name, digest))
		return err
	}); err != nil {
		return "", err
	}
	for folder := range found.folders {
		if err := s.syncDir(path.Join(dir, folder)); err != nil {
			return "", err
		}
	}
	slices.Sort(digests)
	all := sha256.Sum256([]byte(strings.Join(digests, "")))
	return hex.EncodeToString(all[:]), nil
}

// unpackFile writes one file, which must have the size that it claims, and gives its SHA-256.
func (s *Store) unpackFile(place, name string, size int64, open func() (io.ReadCloser, error)) (string, error) {
	dir := path.Dir(place)
	if err := s.disk("mkdir", dir, func() error { return s.root.MkdirAll(dir, 0o755) }); err != nil {
		return "", err
	}
	r, err := open()
	if err != nil {
		return "", unreadable(name, err)
	}
	defer r.Close()
	hash := sha256.New()
	err = s.writeFile(place, 0o644, func(w io.Writer) error {
		source := &sourceReader{r: io.LimitReader(r, size+1)}
		n, err := io.Copy(io.MultiWriter(w, hash), source)
		switch {
		case source.err != nil:
			return unreadable(name, source.err)
		case err != nil:
			return err
		case n != size:
			return badPackage("%s has another size than the package says", name)
		}
		return nil
	})
	digest := hex.EncodeToString(hash.Sum(nil))
	if err == nil && path.Ext(name) == moduleExt && !strings.Contains(name, "/") {
		s.share(place, digest)
	}
	return digest, err
}

// unreadable is the error of a file of a package: the package is to blame, unless the system is.
func unreadable(name string, err error) error {
	var system *fs.PathError
	if errors.As(err, &system) {
		return err
	}
	return badPackage("%s cannot be read: %v", name, err)
}

// sourceReader remembers its error, to tell it from one of writing.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
