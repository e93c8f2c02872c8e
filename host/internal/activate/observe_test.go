package activate

import (
	"testing"

	"skep/host/internal/observe"
)

// An endpoint has its counters from when it is loaded until its last generation is unloaded; a refused one has none.
func TestCountersLiveAsLongAsTheEndpoint(t *testing.T) {
	b, services := prepare(t, "static", files{
		"docs/generations/v1/good.wasm": hello,
		"docs/generations/v1/old.wasm":  hello,
		"docs/broken.wasm":              []byte("no module"),
		"loose/good.wasm":               hello,
		"loose/broken.wasm":             hello,
		"loose/broken.toml":             []byte("[[test]]\nbody = {}\nexpect = { response = \"something else\" }\n"),
	})
	o := observe.New(func() observe.Snapshot { return observe.Snapshot{} })
	b.Observer = o
	check := func(when string, there map[[2]string]bool) {
		t.Helper()
		for at, want := range there {
			if got := o.Log(at[0], at[1]) != nil; got != want {
				t.Errorf("%s: %v has counters: %v", when, at, got)
			}
		}
	}
	b.apply(t, services...)
	check("at first", map[[2]string]bool{{"docs", "good"}: true, {"docs", "old"}: true, {"loose", "good"}: true,
		{"loose", "broken"}: false, {"docs", "broken"}: false})
	e := b.endpoint(t, "docs", "good")
	e.Stats.Answered(200, 0)

	b.add(t, files{"docs/generations/v2/good.wasm": fixed(valueFrame("newer"), nil)})
	b.apply(t, b.look(t)...)
	b.closing.Wait() // what was replaced
	check("after a new generation", map[[2]string]bool{{"docs", "good"}: true, {"docs", "old"}: false,
		{"loose", "good"}: true})
	next := b.endpoint(t, "docs", "good")
	if next.Generation != "v2" || next.Stats != e.Stats || next.Stats.Totals().Requests["2xx"] != 1 {
		t.Errorf("%s does not go on counting: %+v", next.Place(), next.Stats.Totals())
	}
	b.Stop()
	b.Close()
	check("in the end", map[[2]string]bool{{"docs", "good"}: false, {"loose", "good"}: false})
}
