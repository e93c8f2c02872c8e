package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// model is what a service should be, without a disk.
type model struct {
	order    []string // of generations, the oldest first
	held     map[string]bool
	pinned   []Share
	active   string
	disabled bool
}

func (m *model) newest() string {
	for _, g := range slices.Backward(m.order) {
		if !m.held[g] {
			return g
		}
	}
	return ""
}

// TestRandomChanges makes random changes to a service and to the model, and now and then opens the folder anew.
func TestRandomChanges(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		root := write(t, map[string]string{})
		s, err := Open(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Create("docs"); err != nil {
			t.Fatal(err)
		}
		m := &model{held: map[string]bool{}}
		for step := range 60 {
			what := m.change(t, rng, s, root, step)
			if rng.IntN(8) == 0 {
				s.Close()
				if s, err = Open(root); err != nil {
					t.Fatal(err)
				}
				what += ", restart"
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d: %s", seed, step, what)
			}
			m.compare(t, s)
			if t.Failed() {
				t.Fatalf("seed %d, step %d: %s", seed, step, what)
			}
		}
		s.Close()
	}
}

// change does one thing to the folder and to the model, and says what.
func (m *model) change(t *testing.T, rng *rand.Rand, s *Store, root string, step int) string {
	t.Helper()
	some := func() string {
		if len(m.order) == 0 {
			return "none"
		}
		return m.order[rng.IntN(len(m.order))]
	}
	check := func(err, want error) {
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	missing := func(g string, otherwise error) error {
		if slices.Contains(m.order, g) {
			return nil
		}
		return otherwise
	}
	switch rng.IntN(9) {
	case 0, 1: // an import
		g, held := fmt.Sprintf("g%d", step), rng.IntN(2) == 0
		a, err := openArchive(t, archive(t, file{name: "a.wasm", text: g}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Import("docs", g, a, held)
		check(err, nil)
		m.order, m.held[g] = append(m.order, g), held
		return "import " + g
	case 2: // a folder appears, and the host sees it
		g := fmt.Sprintf("h%d", step)
		dir := filepath.Join(root, "docs/generations", g)
		check(errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "a.wasm"), []byte(g), 0o644)), nil)
		m.order = append(m.order, g)
		if m.pinned == nil {
			m.active = g
		}
		check(activated(s, m.active), nil)
		return "appear " + g
	case 3:
		g := some()
		err := missing(g, ErrNotFound)
		check(s.SwitchTo("docs", g), err)
		if err == nil {
			m.pinned, m.active = []Share{{g, 1}}, g
			check(activated(s, g), nil)
		}
		return "switch to " + g
	case 4:
		mapping := []Share{{some(), 0.25}, {some(), 0.75}}
		err := missing(mapping[0].Generation, ErrMapping)
		if mapping[0].Generation == mapping[1].Generation {
			err = ErrMapping
		}
		check(s.SetMapping("docs", mapping), err)
		if err == nil {
			m.pinned, m.disabled = mapping, false
		}
		return fmt.Sprint("map ", mapping)
	case 5:
		got, err := s.SwitchToNewest("docs")
		if len(m.order) == 0 {
			check(err, ErrNotFound)
			return "newest of none"
		}
		check(err, nil)
		clear(m.held)
		m.pinned = nil
		if m.active = m.newest(); got != m.active {
			t.Errorf("newest is %s, want %s", got, m.active)
		}
		check(activated(s, m.active), nil)
		return "newest"
	case 6:
		m.disabled = rng.IntN(2) == 0
		check(s.SetEnabled("docs", !m.disabled), nil)
		return "enable or disable"
	case 7:
		g := some()
		err := missing(g, ErrNotFound)
		inUse := slices.ContainsFunc(m.pinned, func(s Share) bool { return s.Generation == g }) ||
			m.pinned == nil && g == m.active
		if err == nil && inUse {
			err = ErrInUse
		}
		check(s.DeleteGeneration("docs", g), err)
		if err == nil {
			m.order = slices.DeleteFunc(m.order, func(o string) bool { return o == g })
		}
		return "delete " + g
	}
	bad := []Share{{some(), 0.5}}
	check(s.SetMapping("docs", bad), ErrMapping)
	return "a mapping that does not sum to 1"
}

// compare says where folder and model differ.
func (m *model) compare(t *testing.T, s *Store) {
	t.Helper()
	services, problems, err := s.Scan()
	if err != nil || len(problems) > 0 || len(services) != 1 {
		t.Fatalf("%v, %v, %v", services, problems, err)
	}
	found := services[0]
	var order []string
	for _, g := range slices.Backward(found.Generations) {
		order = append(order, g.ID)
		files, err := s.Read(g.Endpoints[0])
		if err != nil || string(files.Module) != g.ID {
			t.Errorf("generation %s holds %q, %v", g.ID, files.Module, err)
		}
		if found.State.Held(g.ID) != m.held[g.ID] {
			t.Errorf("generation %s is held: %v", g.ID, found.State.Held(g.ID))
		}
	}
	if !slices.Equal(order, m.order) || !slices.Equal(found.State.Mapping, m.pinned) ||
		found.State.Disabled != m.disabled || (found.State.Mode == ModePinned) != (m.pinned != nil) {
		t.Errorf("got %v, %+v; want %+v", order, found.State, m)
	}
}
