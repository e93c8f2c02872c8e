package store

import (
	"context"
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How often the folder is looked at.
const (
	// DefaultRescan is how long a change may go unseen where the system tells of none, as on network file systems.
	DefaultRescan = 2 * time.Second
	// settleFirst and settleMost are how long a file must stay the same before it is taken to be whole: the first time,
	// and when it keeps changing.
	settleFirst, settleMost = 100 * time.Millisecond, time.Second
)

// Found is what one look at the folder gives.
type Found struct {
	Services []Service
	Problems []Problem
	Err      error // the folder could not be read; then nothing is known of what it holds
}

// Watch looks at the folder and hands what it finds to apply: at once, and whenever it has changed, until ctx ends. A
// look is taken when the system tells of a change, and every rescan: what the system tells is a hint.
//
// A generation that was not there before, or is not what it was, is marked as not settled until two looks have found it
// the same, because its files may still be being written. At the first look everything counts as settled.
func (s *Store) Watch(ctx context.Context, rescan time.Duration, apply func(Found)) {
	events, err := fsnotify.NewWatcher()
	if err == nil {
		defer events.Close()
	}
	(&watcher{store: s, events: events}).run(ctx, rescan, apply) // without events, the rescans find all
}

// run is Watch.
func (w *watcher) run(ctx context.Context, rescan time.Duration, apply func(Found)) {
	if w.events != nil {
		w.troubles = make(chan struct{}, 1)
		go w.drain()
	}
	applied := ""
	var asked chan struct{}
	for first, wait := true, settleFirst; ctx.Err() == nil; first = false {
		found, settled := w.look(first)
		if now := describeFound(found); now != applied {
			apply(found)
			applied = now
		}
		if asked != nil {
			close(asked)
		}
		if settled {
			wait = settleFirst
			asked = w.pause(ctx, rescan)
		} else {
			asked = w.pause(ctx, wait)
			wait = min(2*wait, settleMost)
		}
	}
	if asked != nil {
		close(asked)
	}
}

// Refresh has Watch look at the folder now, and returns when what it has found is applied, or when ctx ends. Without a
// Watch it waits for one.
func (s *Store) Refresh(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case s.asked <- done:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type generationKey struct{ service, generation string }

type seenGeneration struct {
	Generation
	fingerprint string
	settled     bool
}

// watcher is what Watch knows between two looks.
type watcher struct {
	store  *Store
	seen   map[generationKey]seenGeneration // by the last look
	gone   map[generationKey]time.Time      // since when generations are missing that were there, and are in the order still
	events *fsnotify.Watcher                // nil where the system tells of no changes

	troubles chan struct{} // holds one where changes may have been missed
}

// drain takes the errors of events whenever there is one, until events is closed: who reports it may hold the lock that
// follow waits for.
func (w *watcher) drain() {
	for range w.events.Errors {
		select {
		case w.troubles <- struct{}{}:
		default:
		}
	}
}

// look lists the folder. It reports whether everything was settled.
func (w *watcher) look(first bool) (Found, bool) {
	var found Found
	found.Services, found.Problems, found.Err = w.store.Scan()
	if found.Err != nil {
		return found, true
	}
	before := w.gone
	all := !w.missing(found.Services)
	turn := w.store.pace.Begin()
	seen := make(map[generationKey]seenGeneration)
	for i := range found.Services {
		service := &found.Services[i]
		for j := range service.Generations {
			g := &service.Generations[j]
			key := generationKey{g.Service, g.ID}
			if g.Loose {
				key.generation = "" // its name changes with it
			}
			turn.Step()
			var rested bool
			g.Fingerprint, rested = w.store.fingerprint(*g)
			last, known := w.seen[key]
			_, removed := before[key]
			imported := !known && !removed && service.State.whole(g.ID)
			g.Settled = first || imported || last.fingerprint == g.Fingerprint && (rested || last.settled)
			all = all && g.Settled
			seen[key] = seenGeneration{*g, g.Fingerprint, g.Settled}
		}
	}
	w.seen = seen
	w.follow(found.Services)
	return found, all
}

// missing adds to the services the generations that were there at the last look, and are not now, though nobody has deleted
// them through the host: whoever reads a folder while something in it is renamed may find neither the old name nor the new
// one. They are taken for gone when they have been missing for a while. It reports whether there are such as may come back.
func (w *watcher) missing(services []Service) bool {
	gone := make(map[generationKey]time.Time)
	waits := false
	for i := range services {
		s := &services[i]
		for _, im := range s.State.Imports {
			key := generationKey{s.ID, im.Generation}
			before, known := w.seen[key]
			since, missed := w.gone[key]
			if !known && !missed || has(s.Generations, im.Generation) {
				continue
			}
			if !missed {
				since = time.Now()
			}
			gone[key] = since
			if known && time.Since(since) < settleFirst {
				waits = true
				s.Generations = append(s.Generations, before.Generation)
			}
		}
		s.State.order(s.Generations)
	}
	w.gone = gone
	return waits
}

// describeFound is a text that changes with what was found.
func describeFound(f Found) string {
	text, err := json.Marshal(struct {
		Services []Service
		Problems []Problem
		Failed   bool
	}{f.Services, f.Problems, f.Err != nil})
	if err != nil {
		return err.Error() // nothing in it can fail to be encoded
	}
	return string(text)
}

// follow watches the folders in which something can appear.
func (w *watcher) follow(services []Service) {
	if w.events == nil {
		return
	}
	want := map[string]bool{w.store.path: true}
	sc := w.store.newScan()
	folders, _ := sc.list(".") // the look has just read it
	for _, e := range folders {
		if e.dir {
			want[filepath.Join(w.store.path, e.name)] = true
		}
	}
	for _, s := range services {
		want[filepath.Join(w.store.path, s.ID, generationsDir)] = true
		for _, g := range s.Generations {
			want[filepath.Join(w.store.path, filepath.Dir(g.Endpoints[0].Module))] = true
		}
	}
	for _, old := range w.events.WatchList() {
		if !want[old] {
			_ = w.events.Remove(old) // it may be gone
		}
		delete(want, old)
	}
	for _, dir := range slices.Sorted(maps.Keys(want)) {
		_ = w.events.Add(dir) // where that fails, the next rescan sees what changes
	}
}

// pause waits for a change, and a little longer for those that come with it. Who asks for a look does not wait, and is
// given back.
func (w *watcher) pause(ctx context.Context, longest time.Duration) (asked chan struct{}) {
	var events chan fsnotify.Event
	troubles := w.troubles
	if w.events != nil {
		events = w.events.Events
	}
	timer := time.NewTimer(longest)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			return nil
		case asked = <-w.store.asked:
			return asked
		case <-troubles: // an overflow, perhaps: something has changed
		case e := <-events:
			if e.Op == fsnotify.Chmod || hidden(path.Base(filepath.ToSlash(e.Name))) {
				continue // a look would not see it, as files of which the host makes others, and its lock
			}
		}
		events, troubles = nil, nil
		timer.Reset(min(longest, settleFirst/4))
	}
}
