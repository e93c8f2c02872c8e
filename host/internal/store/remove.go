package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// ErrInUse says that a generation serves, so that it must not be deleted.
var ErrInUse = errors.New("in use")

// leftover is how old something half done must be before it is taken for forgotten.
const leftover = time.Hour

// DeleteGeneration removes a generation that neither serves nor is mapped.
func (s *Store) DeleteGeneration(id, generation string) error {
	if err := checkGeneration(generation); err != nil {
		return err
	}
	return s.change(id, func(st *State, have []Generation) error {
		if !has(have, generation) {
			return fmt.Errorf("%w: service %s has no generation %s", ErrNotFound, id, generation)
		}
		if st.uses(generation) {
			return fmt.Errorf("%w: generation %s of service %s is mapped or active; switch to another one first",
				ErrInUse, generation, id)
		}
		return s.drop(st, id, generation)
	})
}

// uses says whether a generation serves or is about to.
func (st State) uses(generation string) bool {
	n := len(st.History)
	return st.Maps(generation) || st.Mode == ModeNewest && n > 0 && st.History[n-1] == generation
}

func (s *Store) drop(st *State, id, generation string) error {
	if err := s.remove(path.Join(id, generationsDir, generation)); err != nil {
		return err
	}
	st.gone(generation)
	return nil
}

// remove takes a folder away at once, and then what is in it.
func (s *Store) remove(name string) error {
	gone := path.Join(path.Dir(name), "."+rand.Text()+temporary)
	if err := s.disk("rename", name, func() error { return s.root.Rename(name, gone) }); err != nil {
		return err
	}
	if err := s.syncDir(path.Dir(name)); err != nil {
		return err
	}
	return s.disk("remove", gone, func() error { return s.root.RemoveAll(gone) })
}

// Delete removes a service with all its generations.
func (s *Store) Delete(id string) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.exists(id); err != nil {
		return err
	}
	return s.remove(id)
}

// Clean removes the generations of a service that nothing maps to, but for those that came after the one that is active
// and keep of the others: the one that a rollback takes, and the newest. It gives their names.
func (s *Store) Clean(id string, keep int) (removed []string, err error) {
	err = s.change(id, func(st *State, have []Generation) (err error) {
		removed, err = s.dropAll(st, id, st.unneeded(have, keep))
		return err
	})
	s.sweepShared()
	return removed, err
}

// unneeded are the generations that Clean removes.
func (st State) unneeded(have []Generation, keep int) (list []string) {
	st.order(have)
	first := slices.IndexFunc(have, func(g Generation) bool { return st.uses(g.ID) })
	if first < 0 {
		return nil // nobody knows yet which of them serves
	}
	spared := st.previous(have)
	if keep == 0 || st.uses(spared) || !has(have[first:], spared) {
		spared = ""
	} else {
		keep--
	}
	for _, g := range have[first:] {
		switch {
		case st.uses(g.ID), g.ID == spared:
		case keep > 0:
			keep--
		default:
			list = append(list, g.ID)
		}
	}
	return list
}

func (s *Store) dropAll(st *State, id string, generations []string) (dropped []string, err error) {
	for _, g := range generations {
		if err := s.drop(st, id, g); err != nil {
			return dropped, err
		}
		dropped = append(dropped, g)
	}
	return dropped, nil
}

// Tidy removes what a process that ended early has left behind.
func (s *Store) Tidy() error {
	sc := s.newScan()
	s.tidy(".")
	services, err := sc.list(".")
	if err != nil {
		return err
	}
	for _, e := range services {
		if e.dir {
			s.tidy(e.name)
			s.tidy(path.Join(e.name, generationsDir))
		}
	}
	s.sweepShared()
	return nil
}

// tidy removes forgotten temporary files and folders from one folder.
func (s *Store) tidy(dir string) {
	f, err := s.root.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	for _, name := range names {
		if !strings.HasPrefix(name, ".") || !strings.HasSuffix(name, temporary) {
			continue
		}
		place := path.Join(dir, name)
		if info, err := s.root.Lstat(place); err == nil && time.Since(info.ModTime()) > leftover {
			_ = s.root.RemoveAll(place)
		}
	}
}
