package store

import (
	"errors"
	"slices"
	"testing"
)

func TestRollout(t *testing.T) {
	s := open(t, write(t, map[string]string{"docs/generations/v0/a.wasm": "", "docs/generations/v1/a.wasm": "",
		"docs/generations/v2/a.wasm": ""}))
	way := Rollout{"v1", "v2", "a"}
	state := func(want Rollout, mapping ...Share) {
		t.Helper()
		st, err := s.State("docs")
		if err != nil || st.Mode != ModePinned || st.Rollout != want || !slices.Equal(st.Mapping, mapping) {
			t.Errorf("state is %+v, %v; want %v, %v", st, err, want, mapping)
		}
	}
	check := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	for _, g := range []string{"v0", "v1", "v2"} {
		check(activated(s, g), nil)
	}
	check(s.SwitchTo("docs", "v1"), nil)
	check(s.BeginRollout("docs", Rollout{"v1", "v9", "b"}, 0.5), ErrMapping)
	check(s.BeginRollout("docs", way, 1.5), ErrMapping)
	check(s.StepRollout("docs", way, 0.5), ErrSuperseded)
	check(s.EndRollout("docs", way, "v1"), ErrSuperseded)
	state(Rollout{}, Share{"v1", 1})

	check(s.BeginRollout("docs", way, 0.25), nil)
	state(way, Share{"v1", 0.75}, Share{"v2", 0.25})
	check(s.BeginRollout("docs", way, 0.5), ErrInUse)
	check(s.DeleteGeneration("docs", "v2"), ErrInUse)
	if previous, err := s.Previous("docs"); previous != "v1" || err != nil {
		t.Errorf("a rollback leads to %s, %v", previous, err)
	}
	check(s.StepRollout("docs", way, 0.5), nil)
	state(way, Share{"v1", 0.5}, Share{"v2", 0.5})
	check(s.EndRollout("docs", way, "v2"), nil)
	state(Rollout{}, Share{"v2", 1})

	for name, other := range map[string]func() error{
		"switch":  func() error { return s.SwitchTo("docs", "v1") },
		"mapping": func() error { return s.SetMapping("docs", []Share{{"v1", 1}}) },
		"newest":  func() error { _, err := s.SwitchToNewest("docs"); return err },
	} {
		check(s.BeginRollout("docs", way, 0.25), nil)
		check(other(), nil)
		if err := s.StepRollout("docs", way, 0.5); !errors.Is(err, ErrSuperseded) {
			t.Errorf("after a %s: %v", name, err)
		}
	}
}

func TestRolloutWithoutItsMapping(t *testing.T) {
	for _, st := range []State{
		{Mode: ModeNewest, Rollout: Rollout{"v1", "v2", ""}},
		{Mode: ModePinned, Mapping: []Share{{"v1", 1}}, Rollout: Rollout{"v1", "v2", ""}},
		{Mode: ModePinned, Mapping: []Share{{"v2", 1}}, Rollout: Rollout{To: "v2"}},
	} {
		if st.validate() == nil {
			t.Errorf("%+v is taken to be sound", st)
		}
	}
}

func activated(s *Store, generation string) error {
	_, err := s.Activated("docs", generation, 0)
	return err
}
