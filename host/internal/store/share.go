package store

import (
	"path"
)

// share keeps one copy of modules with the same bytes: a second one becomes a link to the first. Where that cannot be
// done there are two copies, which is no error.
func (s *Store) share(place, digest string) {
	_ = s.root.Chmod(place, 0o444) // who writes to it would write to the others too
	if s.root.MkdirAll(modulesDir, 0o755) != nil {
		return
	}
	kept := path.Join(modulesDir, digest+moduleExt)
	if s.root.Link(place, kept) == nil {
		return
	}
	if got, err := s.digest(kept); err != nil || got != digest {
		return
	}
	twin := place + temporary
	if s.root.Link(kept, twin) != nil {
		return
	}
	if s.root.Rename(twin, place) != nil {
		_ = s.root.Remove(twin)
	}
}

// sweepShared removes kept modules that no generation links to any more.
func (s *Store) sweepShared() {
	dir, err := s.root.Open(modulesDir)
	if err != nil {
		return
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		kept := path.Join(modulesDir, name)
		if info, err := s.root.Lstat(kept); err == nil && links(info) == 1 {
			_ = s.root.Remove(kept)
		}
	}
}
