package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// digests remembers the digests of files, so that looking at an unchanged folder reads none of them.
type digests struct {
	mu    sync.Mutex
	files map[string]seenFile
}

type seenFile struct {
	info   fs.FileInfo
	at     time.Time // when it was read
	digest string
}

// settled is how old a change must be before the time of it counts: clocks of file systems are coarse, and a second
// change may fall into the same tick.
const settled = 2 * time.Second

// digest is the SHA-256 of a regular file, in hex.
func (s *Store) digest(name string) (string, error) {
	f, err := s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", name)
	}
	s.digests.mu.Lock()
	seen, ok := s.digests.files[name]
	s.digests.mu.Unlock()
	if ok && sameFile(seen, info) {
		return seen.digest, nil
	}
	now := time.Now()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	s.digests.mu.Lock()
	defer s.digests.mu.Unlock()
	if s.digests.files == nil {
		s.digests.files = make(map[string]seenFile)
	}
	s.digests.files[name] = seenFile{info, now, digest}
	return digest, nil
}

// sameFile says whether a file is what it was when it was read.
func sameFile(seen seenFile, now fs.FileInfo) bool {
	return os.SameFile(seen.info, now) && seen.info.Size() == now.Size() && seen.info.ModTime().Equal(now.ModTime()) &&
		seen.at.Sub(now.ModTime()) > settled
}

// forget drops what is known of files that are not there any more.
func (d *digests) forget(gone func(name string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.files {
		if gone(name) {
			delete(d.files, name)
		}
	}
}

// fresh is how young a change may be at most for a file to count as still being written: clocks of file systems are
// coarse, and what changes twice in a tick looks like one change.
const fresh = 50 * time.Millisecond

// fingerprint is a text that changes with each file of a generation: modules, sidecars and resources. It reads none of
// them. It reports whether all have been left alone for a while.
func (s *Store) fingerprint(g Generation) (text string, rested bool) {
	hash := sha256.New()
	now := time.Now()
	rested = true
	add := func(name string) {
		info, err := s.root.Stat(name)
		if err != nil {
			fmt.Fprintf(hash, "%q is not there\n", name)
			return
		}
		fmt.Fprintf(hash, "%q %d %d %s\n", name, info.Size(), info.ModTime().UnixNano(), identity(info))
		if age := now.Sub(info.ModTime()); age >= 0 && age < fresh {
			rested = false
		}
	}
	for _, e := range g.Endpoints {
		add(e.Module)
		if e.Sidecar != "" {
			add(e.Sidecar)
		}
	}
	for _, e := range g.Endpoints {
		s.eachResource(e, func(name string, err error) {
			if err != nil {
				fmt.Fprintf(hash, "%q cannot be read\n", name)
			} else {
				add(name)
			}
		})
	}
	return hex.EncodeToString(hash.Sum(nil)), rested
}
