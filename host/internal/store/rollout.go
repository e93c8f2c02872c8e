package store

import (
	"errors"
	"fmt"
)

// Rollout says that a mapping is a step on the way from one generation to another one. Who sets another mapping ends it.
// The zero value is none.
type Rollout struct {
	From string `json:"from"`
	To   string `json:"to"`
	ID   string `json:"id,omitempty"` // tells it from another one on the same way
}

// ErrSuperseded says that somebody else has decided in the meantime what serves.
var ErrSuperseded = errors.New("the mapping was changed by somebody else")

// BeginRollout gives a generation a share of the traffic, which is more than 0 and less than 1, and leaves the rest to the
// one that serves. A rollout that goes on already is an [ErrInUse].
func (s *Store) BeginRollout(id string, r Rollout, share float64) error {
	return s.change(id, func(st *State, have []Generation) error {
		if st.Rollout != (Rollout{}) {
			return fmt.Errorf("%w: a rollout of generation %s of service %s goes on", ErrInUse, st.Rollout.To, id)
		}
		return st.step(id, r, share, have)
	})
}

// StepRollout changes the share of a rollout. It is an [ErrSuperseded] when the rollout does not go on.
func (s *Store) StepRollout(id string, r Rollout, share float64) error {
	return s.change(id, func(st *State, have []Generation) error {
		if st.Rollout != r {
			return ErrSuperseded
		}
		return st.step(id, r, share, have)
	})
}

func (st *State) step(id string, r Rollout, share float64, have []Generation) error {
	mapping := []Share{{r.From, 1 - share}, {r.To, share}}
	if err := allThere(id, mapping, have); err != nil {
		return err
	}
	st.Mode, st.Mapping, st.Rollout = ModePinned, mapping, r
	return nil
}

// EndRollout gives all of the traffic to one generation of a rollout. It is an [ErrSuperseded] when the rollout does not
// go on.
func (s *Store) EndRollout(id string, r Rollout, generation string) error {
	return s.change(id, func(st *State, _ []Generation) error {
		if st.Rollout != r {
			return ErrSuperseded
		}
		st.Mapping, st.Rollout = []Share{{generation, 1}}, Rollout{}
		return nil
	})
}
