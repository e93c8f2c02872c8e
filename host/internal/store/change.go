package store

import (
	"errors"
	"fmt"
	"path"
	"slices"
)

// A change reads the state of a service, changes it and replaces it, while nobody else does: neither another goroutine
// nor another process with the same folder.
func (s *Store) change(id string, f func(st *State, have []Generation) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.exists(id); err != nil {
		return err
	}
	st, err := s.readState(id)
	if err != nil {
		return err
	}
	before := st.clone()
	if err := f(&st, s.generations(id)); err != nil {
		return err
	}
	if st.equal(before) {
		return nil
	}
	return s.writeState(id, st)
}

func (st State) clone() State {
	st.Mapping, st.Imports, st.History = slices.Clone(st.Mapping), slices.Clone(st.Imports), slices.Clone(st.History)
	return st
}

func (st State) equal(other State) bool {
	return st.Mode == other.Mode && st.Disabled == other.Disabled && st.Rollout == other.Rollout &&
		slices.Equal(st.Mapping, other.Mapping) && slices.Equal(st.Imports, other.Imports) &&
		slices.Equal(st.History, other.History)
}

// State gives the state of a service.
func (s *Store) State(id string) (State, error) {
	if err := s.exists(id); err != nil {
		return State{}, err
	}
	return s.readState(id)
}

// CheckMapping says whether the traffic of a service can be divided in this way. The error is an [ErrMapping].
func (s *Store) CheckMapping(id string, mapping []Share) error {
	if err := s.exists(id); err != nil {
		return err
	}
	return allThere(id, mapping, s.generations(id))
}

func allThere(id string, mapping []Share, have []Generation) error {
	if err := checkMapping(mapping); err != nil {
		return err
	}
	for _, share := range mapping {
		if !has(have, share.Generation) {
			return fmt.Errorf("%w: service %s has no generation %s", ErrMapping, id, share.Generation)
		}
	}
	return nil
}

func has(list []Generation, id string) bool {
	return slices.ContainsFunc(list, func(g Generation) bool { return g.ID == id })
}

// generations lists those of a service, in no order that means anything.
func (s *Store) generations(id string) []Generation {
	return s.newScan().generations(id)
}

// SetMapping divides the traffic of a service between generations, from now on and whatever appears. It enables the
// service. A mapping that makes no sense is an [ErrMapping], and nothing changes.
func (s *Store) SetMapping(id string, mapping []Share) error {
	return s.change(id, func(st *State, have []Generation) error {
		if err := allThere(id, mapping, have); err != nil {
			return err
		}
		st.Mode, st.Mapping, st.Disabled, st.Rollout = ModePinned, slices.Clone(mapping), false, Rollout{}
		return nil
	})
}

// SwitchTo makes one generation the active one, from now on and whatever appears. It does not enable the service.
func (s *Store) SwitchTo(id, generation string) error {
	return s.change(id, func(st *State, have []Generation) error {
		if !has(have, generation) {
			return fmt.Errorf("%w: service %s has no generation %s", ErrNotFound, id, generation)
		}
		st.Mode, st.Mapping, st.Rollout = ModePinned, []Share{{generation, 1}}, Rollout{}
		return nil
	})
}

// SwitchToNewest makes the newest generation active, however it came, and each one that appears from now on. It gives
// the newest one's name.
func (s *Store) SwitchToNewest(id string) (generation string, err error) {
	err = s.change(id, func(st *State, have []Generation) error {
		if len(have) == 0 {
			return fmt.Errorf("%w: service %s has no generation", ErrNotFound, id)
		}
		st.order(have)
		generation = have[0].ID
		st.Mode, st.Mapping, st.Rollout = ModeNewest, nil, Rollout{}
		for i := range st.Imports {
			st.Imports[i].Held = false
		}
		return nil
	})
	return generation, err
}

// Newest is the generation that came last, however it came.
func (s *Store) Newest(id string) (string, error) {
	st, err := s.State(id)
	if err != nil {
		return "", err
	}
	have := s.generations(id)
	if len(have) == 0 {
		return "", fmt.Errorf("%w: service %s has no generation", ErrNotFound, id)
	}
	st.order(have)
	return have[0].ID, nil
}

// SetEnabled says whether a service answers.
func (s *Store) SetEnabled(id string, enabled bool) error {
	return s.change(id, func(st *State, _ []Generation) error {
		st.Disabled = !enabled
		return nil
	})
}

// Activated records that a generation has become the only active one of its service, puts generations that have appeared in
// the folder into the order in which they were found, and removes those that nobody will go back to: of those that came before
// the active one and are not mapped, all but the newest keep; 0 keeps all. It gives the names of the removed, also beside an
// error.
func (s *Store) Activated(id, generation string, keep int) (removed []string, err error) {
	var stay error // generations that cannot be removed; what serves is recorded nevertheless
	err = s.change(id, func(st *State, have []Generation) error {
		st.activated(generation, have)
		if keep > 0 {
			removed, stay = s.dropAll(st, id, st.unneeded(have, keep))
		}
		return nil
	})
	if keep > 0 {
		s.sweepShared()
	}
	return removed, errors.Join(err, stay)
}

// Recorded says whether [Store.Activated] has nothing to do, going by what was found of a service.
func (s Service) Recorded(generation string, keep int) bool {
	st, have := s.State.clone(), slices.Clone(s.Generations)
	st.activated(generation, have)
	return st.equal(s.State) && (keep == 0 || len(st.unneeded(have, keep)) == 0)
}

func (st *State) activated(generation string, have []Generation) {
	st.order(have)
	for _, g := range slices.Backward(have) {
		if !st.knows(g.ID) {
			st.came(Import{Generation: g.ID})
		}
	}
	st.prune(have)
	if n := len(st.History); n == 0 || st.History[n-1] != generation {
		st.History = append(st.History, generation)
	}
	st.History = st.History[max(0, len(st.History)-maxHistory):]
}

// Previous is the generation that was the last to be active alone, other than the one that is it now, and is still
// there. Where several share the requests, that is the one from before they did; in a
// rollout, the one from which it goes.
func (s *Store) Previous(id string) (string, error) {
	st, err := s.State(id)
	if err != nil {
		return "", err
	}
	if g := st.previous(s.generations(id)); g != "" {
		return g, nil
	}
	return "", fmt.Errorf("%w: service %s has had no other generation that is still there", ErrNotFound, id)
}

// previous is the generation of those there are that a rollback makes active; empty where there is none.
func (st State) previous(have []Generation) string {
	if from := st.Rollout.From; has(have, from) {
		return from
	}
	now := st.alone()
	for _, g := range slices.Backward(st.History) {
		if g != now && has(have, g) {
			return g
		}
	}
	return ""
}

// alone is the generation that is to get all requests; empty where several share them, or nothing has served yet.
func (st State) alone() string {
	switch n := len(st.History); {
	case len(st.Mapping) == 1:
		return st.Mapping[0].Generation
	case len(st.Mapping) == 0 && n > 0:
		return st.History[n-1]
	}
	return ""
}

// Create makes the folder of a new service.
func (s *Store) Create(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if s.exists(id) == nil {
		return fmt.Errorf("%w: service %s", ErrExists, id)
	}
	if err := s.disk("mkdir", id, func() error { return s.root.MkdirAll(path.Join(id, generationsDir), 0o755) }); err != nil {
		return err
	}
	if err := s.writeState(id, State{Mode: ModeNewest}); err != nil {
		return err
	}
	return s.syncDir(".")
}
