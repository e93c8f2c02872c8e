package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"skep/host/internal/service"
)

// What can keep a change of the folder from being made.
var (
	// ErrNotFound says that there is no such service or generation.
	ErrNotFound = errors.New("not found")
	// ErrExists says that there is one of that name already.
	ErrExists = errors.New("exists already")
	// ErrFull says that the disk is full. Nothing was changed.
	ErrFull = errors.New("the disk is full")
	// ErrName says that a name is none for a service or a generation.
	ErrName = errors.New("not a valid name")
)

// disk takes one step that changes the disk; tests make steps fail, or the process end between them.
func (s *Store) disk(step, name string, do func() error) error {
	s.turn.Step()
	if s.fault != nil {
		if err := s.fault(step, name); err != nil {
			return s.failed(err)
		}
	}
	return s.failed(do())
}

// failed gives errors that a caller tells apart their sentinels.
func (s *Store) failed(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// replaceFile puts a whole file in the place of another: whoever reads finds the old one or the new one, after a crash
// too. The file keeps its mode; a new one gets that which is given.
func (s *Store) replaceFile(name string, data []byte, mode fs.FileMode) (err error) {
	info, missing := s.root.Stat(name)
	if missing == nil {
		mode = info.Mode().Perm()
	}
	next := path.Join(path.Dir(name), "."+path.Base(name)+temporary)
	if err := s.writeFile(next, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}); err != nil {
		return err
	}
	if missing == nil {
		_ = s.root.Chmod(next, mode) // new files may get less; the content is what matters
	}
	if err := s.disk("rename", name, func() error { return s.root.Rename(next, name) }); err != nil {
		_ = s.root.Remove(next) // it would be replaced by the next attempt
		return err
	}
	return s.syncDir(path.Dir(name))
}

// writeFile makes a file, or replaces one that is not in use, and brings it to the disk.
func (s *Store) writeFile(name string, mode fs.FileMode, write func(io.Writer) error) (err error) {
	var f *os.File
	if err := s.disk("open", name, func() (err error) {
		f, err = s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
		return err
	}); err != nil {
		return err
	}
	err = s.disk("write", name, func() error { return write(f) })
	if err == nil {
		err = s.disk("sync", name, func() error { return s.syncer.sync(f) })
	}
	if closed := s.failed(f.Close()); err == nil {
		err = closed
	}
	if err != nil {
		_ = s.root.Remove(name)
	}
	return err
}

// syncDir brings the names in a folder to the disk.
func (s *Store) syncDir(name string) error {
	return s.disk("sync", name, func() error {
		dir, err := s.root.Open(name)
		if err != nil {
			return err
		}
		defer dir.Close()
		return s.syncer.sync(dir)
	})
}

// exists is nil where there is a folder for a service.
func (s *Store) exists(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	info, err := s.root.Stat(id)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("%w: service %s", ErrNotFound, id)
	}
	return err
}

func checkID(id string) error {
	if !service.ValidID(id) {
		return fmt.Errorf("%w: service %.80q: use %s", ErrName, id, service.IDRule)
	}
	return nil
}

func checkGeneration(id string) error {
	if !service.ValidGeneration(id) {
		return fmt.Errorf("%w: generation %.80q: use %s; dots may stand in it too", ErrName, id, service.IDRule)
	}
	return nil
}

// lock keeps all others, of this process and of others, from changing states.
func (s *Store) lock() (unlock func(), err error) {
	s.changing.Lock()
	release, err := lockFile(s.root, lockName)
	if err != nil {
		s.changing.Unlock()
		return nil, fmt.Errorf("locking the folder of services: %w", err)
	}
	s.turn.Waited()
	return func() {
		release()
		s.changing.Unlock()
	}, nil
}
