package store

import (
	"errors"
	"path"
	"slices"
	"syscall"
	"testing"
)

func TestPrevious(t *testing.T) {
	for name, test := range map[string]struct{ state, want string }{
		"nothing has served":            {`{"mode":"newest"}`, ""},
		"newest, the first":             {`{"mode":"newest","history":["v1"]}`, ""},
		"newest, after another":         {`{"mode":"newest","history":["v1","v2"]}`, "v1"},
		"after what is gone":            {`{"mode":"newest","history":["v1","v9","v2"]}`, "v1"},
		"pinned":                        {`{"mode":"pinned","mapping":[{"generation":"v2","proba":1}],"history":["v1","v2"]}`, "v1"},
		"pinned, and not active so far": {`{"mode":"pinned","mapping":[{"generation":"v3","proba":1}],"history":["v1","v2"]}`, "v2"},
		"a canary": {`{"mode":"pinned","mapping":[{"generation":"v2","proba":0.9},{"generation":"v3","proba":0.1}],` +
			`"history":["v1","v2"]}`, "v2"},
		"a canary from the start": {`{"mode":"pinned","mapping":[{"generation":"v2","proba":0.9},` +
			`{"generation":"v3","proba":0.1}]}`, ""},
	} {
		s := open(t, write(t, map[string]string{"docs/state.json": test.state, "docs/generations/v1/a.wasm": "1",
			"docs/generations/v2/a.wasm": "2", "docs/generations/v3/a.wasm": "3"}))
		got, err := s.Previous("docs")
		if got != test.want || (test.want == "") != errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
	}
}

// TestActivated records what serves and removes what nobody goes back to, in one step. Then there is nothing to do, as can be
// seen from the folder alone, until something changes.
func TestActivated(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/a.wasm": "1", "docs/generations/v2/a.wasm": "2",
		"docs/generations/v3/a.wasm": "3", "docs/generations/v4/a.wasm": "4"})
	s := open(t, root)
	recorded := func(generation string, keep int) bool {
		t.Helper()
		services, _, err := s.Scan()
		if err != nil || len(services) != 1 {
			t.Fatalf("%v, %v", services, err)
		}
		return services[0].Recorded(generation, keep)
	}
	if recorded("v3", 0) {
		t.Error("v3 was recorded by nobody")
	}
	for _, step := range []struct {
		generation string
		keep       int
		removed    []string
	}{
		{"v3", 0, nil},
		{"v3", 1, []string{"v1"}},
		{"v4", 1, []string{"v2"}},
		{"v4", 1, nil},
	} {
		done := recorded(step.generation, step.keep)
		state, err := s.State("docs")
		if err != nil {
			t.Fatal(err)
		}
		removed, err := s.Activated("docs", step.generation, step.keep)
		if err != nil || !slices.Equal(removed, step.removed) {
			t.Errorf("%+v: removed %q, %v", step, removed, err)
		}
		after, err := s.State("docs")
		if err != nil {
			t.Fatal(err)
		}
		if changes := len(removed) > 0 || !after.equal(state); done == changes {
			t.Errorf("%+v: recorded %v before, and then it changed: %v", step, done, changes)
		}
		if !recorded(step.generation, step.keep) {
			t.Errorf("%+v: not recorded", step)
		}
	}
	if st, err := s.State("docs"); err != nil || !slices.Equal(st.History, []string{"v3", "v4"}) {
		t.Errorf("state %+v, %v", st, err)
	}
}

// TestActivatedThoughOldOnesStay records what serves when nothing can be removed.
func TestActivatedThoughOldOnesStay(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/a.wasm": "1", "docs/generations/v2/a.wasm": "2",
		"docs/generations/v3/a.wasm": "3"})
	s := open(t, root)
	s.fault = func(step, name string) error {
		if step == "rename" && path.Base(name) == "v1" {
			return syscall.EACCES
		}
		return nil
	}
	removed, err := s.Activated("docs", "v3", 1)
	if !errors.Is(err, syscall.EACCES) || len(removed) > 0 {
		t.Errorf("removed %q, %v; want that v1 stays", removed, err)
	}
	if st, err := s.State("docs"); err != nil || !slices.Equal(st.History, []string{"v3"}) || !st.knows("v1") {
		t.Errorf("state %+v, %v", st, err)
	}
}
