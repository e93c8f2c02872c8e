// Package store reads the folder that a host serves: services, their generations and loose modules. It finds files and
// gives their bytes; what is in them is not its business.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"skep/host/internal/pace"
)

// Limits of what is read whole.
const (
	// MaxModule bounds a module: what browsers' and edge hosts' limits are, and CPython fits in twice.
	MaxModule = 64 << 20
	// MaxManifest bounds a sidecar manifest.
	MaxManifest = 1 << 20
)

// Store is the folder of services, on disk. Nothing is read that lies outside of it, whatever links say.
type Store struct {
	path string
	root *os.Root

	pace *pace.Pace
	turn *pace.Turn // of changes

	changing sync.Mutex // held while a state changes
	syncer   syncer
	fault    func(step, name string) error
	digests  digests
	asked    chan chan struct{} // by Refresh, of Watch
}

// Open opens a folder of services, which must exist.
func Open(path string) (*Store, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("folder of services %q does not exist: create it, or name another", path)
		}
		return nil, fmt.Errorf("folder of services: %w", err)
	}
	return &Store{path: path, root: root, asked: make(chan chan struct{})}, nil
}

// Beside has work that nobody waits for make room for what the pace says. It comes first.
func (s *Store) Beside(p *pace.Pace) { s.pace, s.turn = p, p.Begin() }

// Close ends the use of the folder.
func (s *Store) Close() error {
	s.syncer.close()
	return s.root.Close()
}

// Files are the bytes of one endpoint.
type Files struct {
	Module  []byte
	Digest  string // SHA-256 of Module, in hex
	Sidecar []byte // text of the manifest beside the module, nil where there is none
}

// Read reads the files of an endpoint.
func (s *Store) Read(e Endpoint) (Files, error) {
	module, err := s.readFile(e.Module, MaxModule)
	if err != nil {
		return Files{}, err
	}
	digest := sha256.Sum256(module)
	files := Files{Module: module, Digest: hex.EncodeToString(digest[:])}
	if e.Sidecar != "" {
		files.Sidecar, err = s.readFile(e.Sidecar, MaxManifest)
	}
	return files, err
}

// readFile reads a regular file of the store. Opening does not wait, so that a pipe of that name cannot stop the host.
func (s *Store) readFile(name string, limit int64) ([]byte, error) {
	f, err := s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", name)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s has %d bytes, at most %d are allowed", name, info.Size(), limit)
	}
	data := make([]byte, info.Size()+1) // so that reading it ends at its end, as a rule
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return data[:n:n], nil
	}
	if err != nil {
		return nil, err
	}
	more, err := io.ReadAll(io.LimitReader(f, limit+1-int64(n))) // it grows
	if data = append(data, more...); err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s grew beyond %d bytes while it was read", name, limit)
	}
	return data, err
}
