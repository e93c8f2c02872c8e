package sandbox

import (
	"context"
	"sync"
)

// modules are those that are loaded, by the digest of the bytes they came with. Whoever wants the same bytes shares the
// code: endpoints, and the generations of one. The zero value has none.
type modules struct {
	flights flights

	mu     sync.Mutex
	loaded map[string]*module
}

// acquire gives a module, which load gives where it is not loaded, and which must be closed once by each who got it.
func (ms *modules) acquire(ctx context.Context, key string, load func() (*module, error)) (*module, error) {
	for {
		if m := ms.join(key); m != nil {
			return m, nil
		}
		var mine *module
		err := ms.flights.do(ctx, key, func() (err error) {
			if mine = ms.join(key); mine != nil {
				return nil // it was loaded just now
			}
			if mine, err = load(); err == nil {
				ms.add(key, mine)
			}
			return err
		})
		if mine != nil || err != nil {
			return mine, err
		}
		// Somebody else has loaded it.
	}
}

func (ms *modules) join(key string) *module {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m := ms.loaded[key]
	if m != nil {
		m.users++
	}
	return m
}

func (ms *modules) add(key string, m *module) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if ms.loaded == nil {
		ms.loaded = make(map[string]*module)
	}
	m.shared, m.key, m.users = ms, key, 1
	ms.loaded[key] = m
}

// leave ends one use, and reports whether it was the last: then nobody finds the module any more.
func (ms *modules) leave(m *module) bool {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.users--
	if m.users == 0 {
		delete(ms.loaded, m.key)
	}
	return m.users == 0
}
