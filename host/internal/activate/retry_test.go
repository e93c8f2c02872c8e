package activate

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"
	"time"

	"skep/host/internal/sandbox"
	"skep/host/internal/service"
)

// What the module is not to blame for is tried again.
func TestPassing(t *testing.T) {
	for reason, want := range map[error]bool{
		sandbox.ErrModule: false,
		&fs.PathError{Op: "open", Path: "a.wasm", Err: fs.ErrNotExist}: false,
		&fs.PathError{Op: "write", Path: "tmp", Err: syscall.ENOSPC}:   true,
		ErrInternal:         true,
		sandbox.ErrNoRoom:   true,
		sandbox.ErrCompiler: true,
	} {
		if got := passing(fmt.Errorf("endpoint a: %w", reason)); got != want {
			t.Errorf("%v: %v, want %v", reason, got, want)
		}
	}
}

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
