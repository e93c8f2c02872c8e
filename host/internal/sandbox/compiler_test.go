package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestChildDies has children end in all the wrong ways: the module is refused, and says why. Then a sound child compiles
// it.
func TestChildDies(t *testing.T) {
	for _, tc := range []struct {
		name, script, want string
	}{
		{"killed", "kill -9 $$", "signal 9"},
		{"crashed", "echo 'fatal error: oops' >&2; echo trace >&2; exit 2", "exit code 2: fatal error: oops"},
		{"silent", "exit 1", "exit code 1: "},
		{"does not read", "exec <&-; exit 1", "exit code 1: "},
		{"refuses", "echo it is bad; exit 3", "module refused: it is bad"},
		{"hangs", "exec sleep 1000", "takes longer than 50ms"},
		{"hangs in a child of its own", "sleep 1000; true", "takes longer than 50ms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if runtime.GOOS != "linux" && strings.HasPrefix(tc.name, "hangs in") {
				t.Skip("groups of processes are ended on Linux only")
			}
			e := newEngine(t, "", "sh", "-c", tc.script)
			if strings.HasPrefix(tc.name, "hangs") {
				e.codes.compiler.limits.wall = 50 * time.Millisecond
			}
			_, err := e.load(t.Context(), tiny("a"))
			if !errors.Is(err, ErrModule) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want ErrModule with %q", err, tc.want)
			}
			if left := names(e.codes.dir); len(left) != 1 || len(names(e.codes.ofKind())) != 0 {
				t.Errorf("left behind: %q", left)
			}
			mustCode(t, newEngine(t, e.codes.dir), tiny("a"))
		})
	}
}

// TestChildrenBesideRequests looks at what children may use before and after requests are answered.
func TestChildrenBesideRequests(t *testing.T) {
	e := newEngine(t, "", "sh", "-c", `echo "processors: $GOMAXPROCS."; exit 3`)
	for _, want := range []string{"processors: .", "processors: 1."} {
		if _, err := e.load(t.Context(), tiny("a")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		e.Serving()
	}
	c := e.codes.compiler
	if most := max(1, runtime.GOMAXPROCS(0)/2); cap(c.beside) != most {
		t.Errorf("%d children beside requests, want %d", cap(c.beside), most)
	}
	for range cap(c.beside) {
		if _, _, err := c.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	full, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, _, err := c.enter(full); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one more child: %v", err)
	}
}

// TestChildIsAtFault has children that fail for reasons of their own: that is no judgement on the module.
func TestChildIsAtFault(t *testing.T) {
	e := newEngine(t, "", "sh", "-c", "echo the disk is full; exit 4")
	_, err := e.load(t.Context(), tiny("a"))
	if err == nil || errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("error %v", err)
	}
	for name, told := range map[string]string{"none": "", "limits alone": "60 1000", "odd limits": "make-" + ordersRevision + " ten 1",
		"no memory": "make-" + ordersRevision + " 1 0", "other work": "serve-" + ordersRevision + " 1 1",
		"those of another revision": "make-0.0 1 1", "those of no revision": "make 1 1"} {
		if _, err := parseOrders(told); err == nil {
			t.Errorf("orders are taken: %s", name)
		}
	}
}

// TestReasonIsBounded has a child say more than anybody wants to read.
func TestReasonIsBounded(t *testing.T) {
	for _, stream := range []string{"exit 3", "exit 1"} {
		script := "head -c 5000000 /dev/zero | tr '\\0' x; head -c 5000000 /dev/zero | tr '\\0' y >&2; " + stream
		_, err := newEngine(t, "", "sh", "-c", script).load(t.Context(), tiny("a"))
		if !errors.Is(err, ErrModule) || len(err.Error()) > maxReason+200 || len(err.Error()) < maxReason {
			t.Errorf("%s: an error of %d bytes", stream, len(fmt.Sprint(err)))
		}
	}
}

// TestNotCompiled has the true child meet bytes that the engine does not take.
func TestNotCompiled(t *testing.T) {
	e := newEngine(t, "")
	module := tinyModule("a")
	module[8] = 0x7f // no section has this number
	if _, err := e.load(t.Context(), asIs(module)); !errors.Is(err, ErrModule) || !strings.Contains(err.Error(), "section") {
		t.Errorf("error %v", err)
	}
	wantChildren(t, e, 1)
}

// TestUnfit has the true child meet bytes that do not pass the check.
func TestUnfit(t *testing.T) {
	e := newEngine(t, "")
	for want, module := range map[string][]byte{"wasm: byte 0": []byte("not wasm"), "wasm: byte 9": []byte("\x00asm\x01\x00\x00\x00\x7f")} {
		if _, err := e.load(t.Context(), asMade(module)); !errors.Is(err, ErrModule) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want ErrModule with %q", err, want)
		}
	}
	wantChildren(t, e, 2)
}

// TestCancelled ends a load while a child compiles: the child goes, and whoever waits for the same module goes on.
func TestCancelled(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	e := newEngine(t, "", "sh", "-c", "echo >"+started+"; exec sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	go func() {
		for range tick.C {
			if _, err := os.Stat(started); err == nil {
				cancel()
				return
			}
		}
	}()
	if _, err := e.load(ctx, tiny("a")); !errors.Is(err, context.Canceled) || errors.Is(err, ErrModule) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if len(e.codes.compiler.slots) != 0 {
		t.Error("the child's slot is still taken")
	}
}

// TestSlots has more modules than may be compiled at a time. A child that meets another one fails.
func TestSlots(t *testing.T) {
	meeting := filepath.Join(t.TempDir(), "one")
	script := fmt.Sprintf("mkdir %s || exit 9; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; rmdir %[1]s; exit 1", meeting)
	e := newEngine(t, "", "sh", "-c", script)
	e.codes.compiler.slots = make(chan struct{}, 1)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			_, err := e.load(t.Context(), tiny(string(rune('a'+i))))
			if err == nil || !strings.Contains(err.Error(), "exit code 1") {
				t.Errorf("error %v, want exit code 1", err)
			}
		})
	}
	all.Wait()
	wantChildren(t, e, 6)
}

// TestNewCompiler has programs that cannot compile.
func TestNewCompiler(t *testing.T) {
	if _, err := newCompiler([]string{filepath.Join(t.TempDir(), "no-such-program")}); err == nil {
		t.Error("a program that does not exist is taken")
	}
	childReady.Store(false)
	_, err := newCompiler(nil)
	childReady.Store(true)
	if err == nil || !strings.Contains(err.Error(), "host.CompileChild()") {
		t.Errorf("main does not call CompileChild: %v", err)
	}
	t.Setenv(childVariable, orders{childLimits: defaultChildLimits}.String())
	if _, err := newCompiler(nil); err == nil || !strings.Contains(err.Error(), "host.CompileChild()") {
		t.Errorf("in a child: %v", err)
	}
}

func TestOrders(t *testing.T) {
	for _, rewritten := range []bool{false, true} {
		want := orders{defaultChildLimits, rewritten}
		got, err := parseOrders(want.String())
		got.wall, got.patience = want.wall, want.patience // are the parent's to keep
		if err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

// big is a module with much to compile: a function of n additions in a row, many times.
func big(functions, n int) source {
	body := []byte{0, 0x20, 0} // no locals; local.get 0
	for range n {
		body = append(body, 0x20, 0, 0x6a) // local.get 0; i32.add
	}
	body = append(body, 0x0b)
	leb := func(v int) []byte {
		return []byte{0x80 | byte(v&0x7f), 0x80 | byte(v>>7&0x7f), 0x80 | byte(v>>14&0x7f), byte(v >> 21)}
	}
	module := append([]byte("\x00asm\x01\x00\x00\x00"), 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f)
	module = append(append(append(module, 3), leb(functions+4)...), leb(functions)...)
	module = append(module, make([]byte, functions)...)
	module = append(append(append(module, 10), leb(functions*(len(body)+4)+4)...), leb(functions)...)
	for range functions {
		module = append(append(module, leb(len(body))...), body...)
	}
	return asIs(module)
}
