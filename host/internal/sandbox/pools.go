package sandbox

import (
	"maps"
	"slices"
	"sync"
)

// pools are those of all endpoints of an engine. The zero value has none.
type pools struct {
	mu  sync.Mutex
	all map[*pool]struct{}
}

func (ps *pools) add(p *pool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.all == nil {
		ps.all = make(map[*pool]struct{})
	}
	ps.all[p] = struct{}{}
}

func (ps *pools) remove(p *pool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	delete(ps.all, p)
}

// shrink closes the idle instances above the floors, whose memory another endpoint needs. It reports whether there were
// any.
func (ps *pools) shrink() bool {
	ps.mu.Lock()
	all := slices.Collect(maps.Keys(ps.all))
	ps.mu.Unlock()
	shrunk := false
	for _, p := range all { // without the lock: a pool that is closed meanwhile has nothing to give up
		shrunk = p.giveUp(p.size.Floor, 0) || shrunk
	}
	return shrunk
}
