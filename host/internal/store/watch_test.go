package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watching runs a watch in the background and keeps what it found last.
type watching struct {
	mu   sync.Mutex
	last Found
}

// watch starts one, with events of the system or without.
func watch(t *testing.T, s *Store, events bool, rescan time.Duration) *watching {
	t.Helper()
	w := &watcher{store: s}
	if events {
		var err error
		if w.events, err = fsnotify.NewWatcher(); err != nil {
			t.Skip("the system tells of no changes: ", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen, done := new(watching), make(chan struct{})
	go func() {
		defer close(done)
		w.run(ctx, rescan, func(f Found) {
			seen.mu.Lock()
			defer seen.mu.Unlock()
			seen.last = f
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if w.events != nil {
			w.events.Close()
		}
	})
	return seen
}

// until waits for a state of the folder, and gives it.
func (w *watching) until(t *testing.T, what string, ok func(Found) bool) Found {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		last := w.last
		w.mu.Unlock()
		if ok(last) {
			return last
		}
		if time.Now().After(end) {
			t.Fatalf("%s is not seen: %+v", what, last)
		}
	}
}

// newest gives the newest generation of the only service.
func newest(f Found) (g Generation) {
	if len(f.Services) == 1 && len(f.Services[0].Generations) > 0 {
		g = f.Services[0].Generations[0]
	}
	return g
}

func TestWatch(t *testing.T) {
	for name, events := range map[string]bool{"events": true, "rescans only": false} {
		t.Run(name, func(t *testing.T) {
			rescan := 30 * time.Millisecond
			if events {
				rescan = time.Hour
			}
			root := write(t, map[string]string{"docs/generations/v1/a.wasm": "one"})
			s := open(t, root)
			w := watch(t, s, events, rescan)
			w.until(t, "the first generation, at once", func(f Found) bool {
				return newest(f).ID == "v1" && newest(f).Settled
			})
			writeFile(t, root, "docs/generations/v2/a.wasm", "two")
			before := newest(w.until(t, "a folder that appears", func(f Found) bool {
				return newest(f).ID == "v2" && newest(f).Settled
			})).Fingerprint
			writeFile(t, root, "docs/generations/v2/resources/a/m.bin", "data")
			writeFile(t, root, "docs/generations/v2/a.wasm", "two, longer")
			w.until(t, "a change in place", func(f Found) bool {
				return newest(f).Fingerprint != before && newest(f).Settled
			})
			if err := s.SwitchTo("docs", "v1"); err != nil {
				t.Fatal(err)
			}
			w.until(t, "a switch", func(f Found) bool {
				return slices.Equal(f.Services[0].State.Mapping, []Share{{"v1", 1}})
			})
			if err := os.RemoveAll(filepath.Join(root, "docs")); err != nil {
				t.Fatal(err)
			}
			w.until(t, "a deletion", func(f Found) bool { return len(f.Services) == 0 })
			writeFile(t, root, "loose/a.wasm", "three")
			w.until(t, "a loose module", func(f Found) bool { return newest(f).Loose && newest(f).Settled })
			without := newest(w.last).ID
			writeFile(t, root, "loose/resources/a/table.csv", "1")
			writeFile(t, root, "loose/a.wasm", "three") // events come for the folder, and not for those in it
			w.until(t, "a resource of it", func(f Found) bool { return newest(f).ID != without && newest(f).Settled })
		})
	}
}

// TestSlowCopy writes a module piece by piece: no look that finds it settled finds a part of it.
func TestSlowCopy(t *testing.T) {
	root := write(t, map[string]string{"docs/a.wasm": "old"})
	s := open(t, root)
	settled := map[string]bool{}
	w := &watcher{store: s}
	for i := range 20 {
		found, _ := w.look(i == 0)
		if g := newest(found); g.Settled {
			settled[g.Fingerprint] = true
		}
		f, err := os.OpenFile(filepath.Join(root, "docs/a.wasm"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if len(settled) != 1 {
		t.Errorf("%d states counted as settled while the file grew, want the first alone", len(settled))
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if found, all := w.look(false); all && newest(found).Settled {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the file stays the same and does not count as settled")
		}
	}
}

// A folder that is moved away and deleted before the events that tell so are taken: that it cannot be taken out of what is
// watched is an error, and must not keep the watch from what comes after.
func TestWatchFolderMovedAndDeleted(t *testing.T) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		t.Skip("the system tells of no changes: ", err)
	}
	defer events.Close()
	root := write(t, map[string]string{"docs/a.wasm": "one"})
	w := &watcher{store: open(t, root), events: events}
	ctx, cancel := context.WithCancel(t.Context())
	found, goesOn, done := make(chan Found), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		w.run(ctx, time.Hour, func(f Found) {
			found <- f
			<-goesOn
		})
	}()
	looks := func(what string, services int) {
		t.Helper()
		for end := time.After(time.Minute); ; goesOn <- struct{}{} {
			select {
			case f := <-found:
				if len(f.Services) == services {
					return
				}
			case <-end:
				t.Fatalf("%s: not seen", what)
			}
		}
	}
	looks("a folder", 1)
	gone := filepath.Join(t.TempDir(), "docs")
	if err := os.Rename(filepath.Join(root, "docs"), gone); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	goesOn <- struct{}{}
	looks("that it has gone", 0)
	writeFile(t, root, "other/a.wasm", "two")
	goesOn <- struct{}{}
	looks("another one", 1)
	cancel()
	goesOn <- struct{}{}
	<-done
}

// A generation that was removed from the folder by hand and is copied into it again, file by file, is not taken for one that
// was imported as a whole.
func TestCopiedAgain(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/a.wasm": "one", "docs/generations/v1/b.wasm": "one"})
	s := open(t, root)
	if err := activated(s, "v1"); err != nil {
		t.Fatal(err)
	}
	w := &watcher{store: s}
	w.look(true)
	if err := os.RemoveAll(filepath.Join(root, "docs/generations/v1")); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * settleFirst); time.Now().Before(end); time.Sleep(settleFirst / 4) {
		w.look(false)
	}
	writeFile(t, root, "docs/generations/v1/a.wasm", "one")
	if found, all := w.look(false); newest(found).Settled || all {
		t.Errorf("half of a generation counts as settled: %+v", newest(found))
	}
}

// A generation that is being copied while another one is recorded as the active one, which puts it into the order too, is
// not taken for one that was imported as a whole.
func TestCopiedMeanwhile(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/a.wasm": "one"})
	s := open(t, root)
	w := &watcher{store: s}
	w.look(true)
	writeFile(t, root, "docs/generations/v2/a.wasm", "two")
	if err := activated(s, "v1"); err != nil {
		t.Fatal(err)
	}
	if found, all := w.look(false); newest(found).ID != "v2" || newest(found).Settled || all {
		t.Errorf("half of a generation counts as settled: %+v", newest(found))
	}
}
