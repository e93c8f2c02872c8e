package activate

import (
	"testing"
	"time"

	"skep/host/internal/service"
)

// A generation that could not be loaded is tried once more when its time has come. Where another one serves by then, so that
// it is not wanted any more, that is all.
func TestRetryOfWhatIsNotWanted(t *testing.T) {
	b, services := prepare(t, "static", files{"docs/generations/v1/a.wasm": says("one"), "docs/generations/v2/a.wasm": says("two")})
	l := newLine(b.Activator, "docs")
	l.wanted = services[0]
	l.refused["v1"] = refusal{reason: ErrInternal, generation: new(service.Generation), again: time.Now()}
	b.lines["docs"] = l
	go l.run()
	b.apply(t, services...)
	b.checkSays(t, "a", "v2", "two")
	brought := 0
	last := b.Registry.Lookup([]byte("docs"))
	for range 20 {
		time.Sleep(5 * time.Millisecond)
		if now := b.Registry.Lookup([]byte("docs")); now != last {
			last = now
			brought++
		}
	}
	if brought > 2 {
		t.Errorf("the service was brought up %d times and more, though nothing has changed", brought)
	}
}
