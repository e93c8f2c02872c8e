package activate

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// says is a module that answers a text.
func says(text string) []byte { return fixed(valueFrame(text), nil) }

// checkSays wants an endpoint to answer a text, as one of a generation.
func (b *bench) checkSays(t *testing.T, id, generation, text string) {
	t.Helper()
	e := b.endpoint(t, "docs", id)
	if got := string(call(t, e, "{}", false).Value); got != `"`+text+`"` || generation != "" && e.Generation != generation {
		t.Errorf("%s answers %s, want %s of %s", e.Place(), got, text, generation)
	}
}

// update looks at the folder again and activates what is there.
func (b *bench) update(t *testing.T) {
	t.Helper()
	b.apply(t, b.look(t)...)
}

func TestNewGenerationReplacesOld(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one")})
	b.checkSays(t, "a", "v1", "one")
	old := b.endpoint(t, "docs", "a")

	b.add(t, files{"docs/generations/v2/a.wasm": says("two")})
	b.update(t)
	b.checkSays(t, "a", "v2", "two")
	b.closing.Wait()
	if _, err := old.Caller.Call(t.Context(), nil, nil); !errors.Is(err, service.ErrUnavailable) {
		t.Errorf("what was replaced still answers: %v", err)
	}

	b.add(t, files{"docs/generations/v3/a.wasm": []byte("not wasm"), "docs/generations/v3/b.wasm": hello})
	b.update(t)
	b.checkSays(t, "a", "v2", "two")
	if got := b.generation(t, "v3"); !errors.Is(got.Refused, sandbox.ErrModule) || got.Loaded || got.Share != 0 {
		t.Errorf("v3 is %+v", got)
	}
	compiled := strings.Count(b.log.String(), "endpoint refused")
	b.update(t)
	if strings.Count(b.log.String(), "endpoint refused") != compiled {
		t.Error("a generation that was refused is tried again though nothing has changed")
	}
	b.add(t, files{"docs/generations/v3/a.wasm": says("three")})
	b.update(t)
	b.checkSays(t, "a", "v3", "three")

	if err := os.RemoveAll(filepath.Join(b.root, "docs/generations/v3")); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	b.checkSays(t, "a", "v2", "two")
}

// generation tells of one generation of docs.
func (b *bench) generation(t *testing.T, id string) GenerationStatus {
	t.Helper()
	for _, s := range b.Services() {
		for _, g := range s.Generations {
			if s.ID == "docs" && g.ID == id {
				return g
			}
		}
	}
	t.Fatalf("no generation %s in %+v", id, b.Services())
	return GenerationStatus{}
}

// shares is a mapping of names and probabilities in turn.
func shares(list ...any) (mapping []store.Share) {
	for i := 0; i < len(list); i += 2 {
		proba, ok := list[i+1].(float64)
		if !ok {
			proba = float64(list[i+1].(int))
		}
		mapping = append(mapping, store.Share{Generation: list[i].(string), Proba: proba})
	}
	return mapping
}

func TestPinned(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two"),
		"docs/generations/bad/a.wasm": []byte("not wasm")})
	b.checkSays(t, "a", "v2", "two")
	for _, step := range []struct {
		mapping []store.Share
		active  string
		shares  map[string]float64
	}{
		{shares("v1", 1), "v1", map[string]float64{"v1": 1, "v2": 0}},
		{shares("v1", 0.25, "v2", 0.75), "v2", map[string]float64{"v1": 0.25, "v2": 0.75}},
		{shares("v1", 0.5, "bad", 0.5), "v2", map[string]float64{"v1": 0.25, "v2": 0.75, "bad": 0}},
		{shares("v2", 1), "v2", map[string]float64{"v1": 0, "v2": 1}},
	} {
		if err := b.Store.SetMapping("docs", step.mapping); err != nil {
			t.Fatal(err)
		}
		b.update(t)
		if got := b.Registry.Lookup([]byte("docs")).Active.ID; got != step.active {
			t.Errorf("%v: active is %s, want %s", step.mapping, got, step.active)
		}
		for id, want := range step.shares {
			if got := b.generation(t, id); got.Share != want || got.Loaded != (want > 0) {
				t.Errorf("%v: %s is %+v, want a share of %v", step.mapping, id, got, want)
			}
		}
	}
	b.add(t, files{"docs/generations/v9/a.wasm": says("nine")})
	b.update(t)
	b.checkSays(t, "a", "v2", "two") // what appears does not become active
	if newest, err := b.Store.SwitchToNewest("docs"); err != nil || newest != "v9" {
		t.Fatal(newest, err)
	}
	b.update(t)
	b.checkSays(t, "a", "v9", "nine")
	if previous, err := b.Store.Previous("docs"); err != nil || previous != "v2" {
		t.Errorf("before v9 there was %q, %v", previous, err)
	}
}

// Of a mapping that cannot be had in full when the host starts, the rest shares the requests.
func TestPinnedInPart(t *testing.T) {
	b, _ := prepare(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two"),
		"docs/generations/bad/a.wasm": []byte("not wasm"), "docs/generations/new/a.wasm": says("new")})
	if err := b.Store.SetMapping("docs", shares("v1", 0.25, "bad", 0.5, "v2", 0.25)); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	for id, want := range map[string]float64{"v1": 0.5, "v2": 0.5, "bad": 0, "new": 0} {
		if got := b.generation(t, id); got.Share != want {
			t.Errorf("%s is %+v, want a share of %v", id, got, want)
		}
	}
}

func TestHeldWaitsForSwitch(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one")})
	from := t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "a.wasm"), says("two"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := store.OpenFolder(from)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := b.Store.Import("docs", "v2", p, true); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	b.checkSays(t, "a", "v1", "one")
	if got := b.generation(t, "v2"); !got.Held {
		t.Errorf("v2 is %+v", got)
	}
	if err := b.Store.SwitchTo("docs", "v2"); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	b.checkSays(t, "a", "v2", "two")
}

// Nothing is left of a service that was deleted; one of the same name can come.
func TestServiceGoes(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/state.json": []byte(`{"mode":"newest"}`)})
	for range 20 {
		b.mu.Lock()
		l := b.lines["docs"]
		b.mu.Unlock()
		if err := os.RemoveAll(filepath.Join(b.root, "docs")); err != nil {
			t.Fatal(err)
		}
		b.update(t) // waits, and is not told that the host is closed
		select {
		case <-l.ended:
		case <-time.After(10 * time.Second):
			t.Fatal("its goroutine stays")
		}
		if err := b.Preload(t.Context(), "docs", "v1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("preloading what is gone: %v", err)
		}
		b.add(t, files{"docs/generations/v1/a.wasm": says("two")})
		b.update(t)
		b.checkSays(t, "a", "v1", "two")
	}
}

func TestDisabled(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": hello})
	for _, enabled := range []bool{false, true} {
		if err := b.Store.SetEnabled("docs", enabled); err != nil {
			t.Fatal(err)
		}
		b.update(t)
		if got := b.Registry.Lookup([]byte("docs")).Disabled; got == enabled {
			t.Errorf("disabled is %v, though it should not be", got)
		}
	}
	checkHello(t, b, "docs", "a", "v1")
}

func TestLooseModulesComeAndGo(t *testing.T) {
	b := bring(t, "static", files{"docs/a.wasm": says("one"), "docs/b.wasm": says("b")})
	b.checkSays(t, "a", "", "one")
	b.add(t, files{"docs/a.wasm": []byte("not wasm"), "docs/b.wasm": says("b2"), "docs/c.wasm": says("c")})
	b.update(t)
	for id, want := range map[string]string{"a": "one", "b": "b2", "c": "c"} {
		b.checkSays(t, id, "", want) // the predecessor of a goes on
	}
	b.add(t, files{"docs/a.wasm": says("two")})
	if err := os.Remove(filepath.Join(b.root, "docs/b.wasm")); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	b.checkSays(t, "a", "", "two")
	b.checkSays(t, "c", "", "c")
	if b.Registry.Lookup([]byte("docs")).Active.Endpoints["b"] != nil {
		t.Error("b was deleted and still serves")
	}
	if err := os.RemoveAll(filepath.Join(b.root, "docs")); err != nil {
		t.Fatal(err)
	}
	b.update(t)
	if b.Registry.Lookup([]byte("docs")) != nil {
		t.Error("the folder was deleted and still serves")
	}
	b.closing.Wait()
}

// A state that cannot be read changes nothing; where nothing serves yet, nothing does.
func TestUnreadableState(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": hello, "new/generations/v1/a.wasm": hello,
		"new/state.json": []byte("{")})
	b.add(t, files{"docs/state.json": []byte("{"), "docs/generations/v2/a.wasm": says("two")})
	b.update(t)
	checkHello(t, b, "docs", "a", "v1")
	if s := b.Registry.Lookup([]byte("new")); s == nil || s.Active.ID != "" || len(s.Active.Endpoints) != 0 {
		t.Errorf("new is %+v", s)
	}
}

// Nor does such a state enable a service.
func TestUnreadableStateOfDisabled(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": hello, "docs/state.json": []byte(`{"mode":"newest","disabled":true}`)})
	b.add(t, files{"docs/state.json": []byte("{")})
	b.update(t)
	if !b.Registry.Lookup([]byte("docs")).Disabled || !b.Services()[0].Disabled {
		t.Error("the service answers")
	}
}

func TestPreload(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two"),
		"docs/generations/bad/a.wasm": []byte("not wasm")})
	if err := b.Preload(t.Context(), "docs", "v1"); err != nil {
		t.Fatal(err)
	}
	if got := b.generation(t, "v1"); !got.Loaded || got.Share != 0 {
		t.Errorf("v1 is %+v", got)
	}
	b.checkSays(t, "a", "v2", "two")
	if err := b.Preload(t.Context(), "docs", "bad"); !errors.Is(err, ErrRefused) || !errors.Is(err, sandbox.ErrModule) {
		t.Errorf("a broken generation: %v", err)
	}
	b.checkSays(t, "a", "v2", "two")
	for _, missing := range [][2]string{{"docs", "v7"}, {"other", "v1"}} {
		if err := b.Preload(t.Context(), missing[0], missing[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v: %v", missing, err)
		}
	}
}

// With a number to keep, generations that have served are removed when another one takes over.
func TestKeep(t *testing.T) {
	b, _ := prepare(t, "static", files{"docs/generations/v1/a.wasm": says("one")})
	b.Keep = 1
	for _, id := range []string{"v1", "v2", "v3", "v4"} {
		b.add(t, files{"docs/generations/" + id + "/a.wasm": says(id)})
		b.update(t)
		b.checkSays(t, "a", id, id)
	}
	var left []string
	for _, g := range b.look(t)[0].Generations {
		left = append(left, g.ID)
	}
	if !slices.Equal(left, []string{"v4", "v3"}) {
		t.Errorf("there are %v", left)
	}
}

// Who loads one generation ahead does not take it from others that do so with another one.
func TestPreloadTwoAtOnce(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two"),
		"docs/generations/v3/a.wasm": says("three")})
	for range 10 {
		var both sync.WaitGroup
		for _, generation := range []string{"v1", "v2"} {
			both.Go(func() {
				if err := b.Preload(t.Context(), "docs", generation); err != nil {
					t.Errorf("%s: %v", generation, err)
				}
			})
		}
		both.Wait()
	}
}

// What is loaded and does not serve is given back too when the host is closed.
func TestCloseGivesAllBack(t *testing.T) {
	b := bring(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two")})
	if err := b.Preload(t.Context(), "docs", "v1"); err != nil {
		t.Fatal(err)
	}
	var callers []service.Caller
	for _, id := range []string{"v1", "v2"} {
		callers = append(callers, b.generation(t, id).Endpoints[0].Caller)
	}
	b.Stop()
	b.Close()
	for i, c := range callers {
		if pool := c.(service.Pooled).Pool(); pool.Idle > 0 || pool.Memory > 0 {
			t.Errorf("v%d has still %+v", i+1, pool)
		}
	}
}
