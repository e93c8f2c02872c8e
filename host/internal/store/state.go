package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"

	"skep/host/internal/service"
)

// Mode says how the active generation of a service is chosen.
type Mode string

// Modes. The zero value is not set; a service without a state is in ModeNewest.
const (
	// ModeNewest makes the newest generation that is sound active, also one that appears later.
	ModeNewest Mode = "newest"
	// ModePinned keeps the mapping until somebody changes it.
	ModePinned Mode = "pinned"
)

// Share is how much of a service's traffic a generation gets.
type Share struct {
	Generation string  `json:"generation"`
	Proba      float64 `json:"proba"` // 0 to 1; a generation with 0 is loaded too and can be asked for by name
}

// State is what the host keeps of a service, beside its generations. The zero value is that of a service that nobody
// has ever changed: enabled, in ModeNewest.
type State struct {
	Mode     Mode    `json:"mode"`
	Disabled bool    `json:"disabled,omitempty"`
	Mapping  []Share `json:"mapping,omitempty"` // in ModePinned; the probabilities sum to 1
	// Rollout is what the mapping is a step of; zero: of nothing.
	Rollout Rollout `json:"rollout,omitzero"`
	// Imports is the order in which generations came, the oldest first. One that is in the folder and not here came
	// last.
	Imports []Import `json:"imports,omitempty"`
	// History has the generations that were active alone, the last one at the end, each once in a row.
	History []string `json:"history,omitempty"`
}

// Import is a generation that came.
type Import struct {
	Generation string `json:"generation"`
	// Held says that it must not become active by itself: it came through an import that leaves that to a switch.
	Held bool `json:"held,omitempty"`
	// Whole says that it appeared at once, and not file by file.
	Whole bool `json:"whole,omitempty"`
}

// ErrMapping says that a mapping cannot be used.
var ErrMapping = errors.New("mapping refused")

// ErrState says that the state of a service cannot be read, so that nobody knows what should serve.
var ErrState = errors.New("the state of the service cannot be read")

// maxHistory is how many generations a history keeps, maxRemoved how many an order may keep that are not there any more.
const (
	maxHistory = 32
	maxRemoved = 64
)

// readState reads the state of a service; one that has none is in the zero state.
func (s *Store) readState(id string) (State, error) {
	name := path.Join(id, stateFile)
	data, err := s.readFile(name, MaxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return State{Mode: ModeNewest}, nil
	}
	var st State
	if err == nil {
		err = json.Unmarshal(data, &st)
	}
	if err == nil {
		err = st.validate()
	}
	if err != nil {
		return State{}, fmt.Errorf("%w: %s: %w; mend the file, or delete it to start anew with the newest generation",
			ErrState, name, err)
	}
	return st, nil
}

func (st State) validate() error {
	switch {
	case st.Mode == ModeNewest && len(st.Mapping) == 0 && st.Rollout == Rollout{}:
		return nil
	case st.Mode == ModeNewest:
		return errors.New(`a mapping or a rollout goes with mode "pinned" only`)
	case st.Rollout != Rollout{} && !(st.Maps(st.Rollout.From) && st.Maps(st.Rollout.To)):
		return fmt.Errorf("a rollout from %q to %q goes with a mapping of both", st.Rollout.From, st.Rollout.To)
	case st.Mode == ModePinned:
		return checkMapping(st.Mapping)
	}
	return fmt.Errorf("mode %q is neither %q nor %q", st.Mode, ModeNewest, ModePinned)
}

// checkMapping says whether a mapping makes sense, whatever generations there are.
func checkMapping(mapping []Share) error {
	seen := make(map[string]bool)
	var sum float64
	for _, share := range mapping {
		switch {
		case !service.ValidGeneration(share.Generation):
			return fmt.Errorf("%w: %q is no name of a generation", ErrMapping, share.Generation)
		case seen[share.Generation]:
			return fmt.Errorf("%w: generation %s is there twice", ErrMapping, share.Generation)
		case math.IsNaN(share.Proba) || share.Proba < 0 || share.Proba > 1:
			return fmt.Errorf("%w: the probability of generation %s is %v, it must be from 0 to 1", ErrMapping,
				share.Generation, share.Proba)
		}
		seen[share.Generation] = true
		sum += share.Proba
	}
	if math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("%w: the probabilities sum to %v, they must sum to 1", ErrMapping, sum)
	}
	return nil
}

// writeState replaces the state of a service as a whole.
func (s *Store) writeState(id string, st State) error {
	data, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	return s.replaceFile(path.Join(id, stateFile), append(data, '\n'), 0o644)
}

// came puts a generation at the end of the order.
func (st *State) came(im Import) {
	st.Imports = slices.DeleteFunc(st.Imports, func(i Import) bool { return i.Generation == im.Generation })
	st.Imports = append(st.Imports, im)
}

// gone takes a generation out of everything but the mapping.
func (st *State) gone(generation string) {
	st.Imports = slices.DeleteFunc(st.Imports, func(i Import) bool { return i.Generation == generation })
	st.History = slices.DeleteFunc(st.History, func(g string) bool { return g == generation })
	st.History = slices.Compact(st.History)
}

// prune drops generations from the order that somebody has removed from the folder, once they are many.
func (st *State) prune(have []Generation) {
	if len(st.Imports) > 2*len(have)+maxRemoved {
		st.Imports = slices.DeleteFunc(st.Imports, func(i Import) bool { return !i.Held && !has(have, i.Generation) })
	}
}

// knows says whether a generation is in the order.
func (st State) knows(generation string) bool {
	return slices.ContainsFunc(st.Imports, func(i Import) bool { return i.Generation == generation })
}

// Held says whether a generation must not become active by itself.
func (st State) Held(generation string) bool {
	return slices.ContainsFunc(st.Imports, func(i Import) bool { return i.Generation == generation && i.Held })
}

// whole says whether a generation has appeared at once.
func (st State) whole(generation string) bool {
	return slices.ContainsFunc(st.Imports, func(i Import) bool { return i.Generation == generation && i.Whole })
}

// Maps says whether a generation has a place in the mapping.
func (st State) Maps(generation string) bool {
	return slices.ContainsFunc(st.Mapping, func(s Share) bool { return s.Generation == generation })
}

// order sorts generations, the newest first: those that the state does not know in natural order of their names, then
// those that it knows by when they came.
func (st State) order(list []Generation) {
	rank := make(map[string]int, len(st.Imports))
	for i, im := range st.Imports {
		rank[im.Generation] = i
	}
	slices.SortFunc(list, func(a, b Generation) int {
		ra, knownA := rank[a.ID]
		rb, knownB := rank[b.ID]
		switch {
		case knownA && knownB:
			return rb - ra
		case knownA:
			return 1
		case knownB:
			return -1
		}
		return compareNatural(b.ID, a.ID)
	})
}
