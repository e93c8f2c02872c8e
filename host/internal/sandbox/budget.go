package sandbox

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"skep/host/internal/manifest"
)

// budget is the memory that all guests of an engine may take together. It is charged for what they could make resident
// without asking again, not for what is resident: an instance for its whole linear memory, since each page of the image
// that it maps becomes its own by one write; a module once more for its image, and for its compiled code. So no guest can
// go beyond it by writing alone, and a call that does not grow its memory does not touch the counter.
//
// A nil budget is without limit.
type budget struct {
	of    *budget // this one is a part of it and has no limit of its own; nil: it is the whole
	limit int64   // bytes; 0: none
	used  atomic.Int64

	shrink    func() bool // makes room, and reports whether there was anything to be had; nil: there never is
	shrinking sync.Mutex
}

// instanceOverhead is charged for each instance beside its memory and what its module declares: an allowance for what the
// engine keeps for one, so that many small ones are bounded too.
const instanceOverhead = 256 << 10

// ErrNoRoom says that the budget is used up.
var ErrNoRoom = errors.New("the memory budget of all guests is used up")

// take charges n bytes, for which it makes room where it can. It reports false, and charges nothing, when they would go beyond
// the limit.
func (b *budget) take(n int64) bool {
	if b.fits(n) {
		return true
	}
	all := b.whole()
	if n > all.limit || all.shrink == nil {
		return false
	}
	all.shrinking.Lock() // somebody may be making room just now
	defer all.shrinking.Unlock()
	return b.fits(n) || all.shrink() && b.fits(n)
}

// fits charges n bytes where there is room for them as it is.
func (b *budget) fits(n int64) bool {
	if b == nil || n <= 0 {
		return true
	}
	if b.of != nil {
		if !b.of.fits(n) {
			return false
		}
		b.used.Add(n)
		return true
	}
	for {
		used := b.used.Load()
		if b.limit > 0 && n > b.limit-used {
			return false
		}
		if b.used.CompareAndSwap(used, used+n) {
			return true
		}
	}
}

// whole is the budget that this one is a part of, or itself.
func (b *budget) whole() *budget {
	for b.of != nil {
		b = b.of
	}
	return b
}

func (b *budget) giveBack(n int64) {
	for ; b != nil; b = b.of {
		b.used.Add(-n)
	}
}

// place is what one instance is charged for.
type place struct {
	budget  *budget
	charged int64 // bytes
}

func (p *place) charge(n int64) bool {
	if !p.budget.take(n) {
		return false
	}
	p.charged += n
	return true
}

func (p *place) uncharge(n int64) {
	p.charged -= n
	p.budget.giveBack(n)
}

// leave gives all of it back.
func (p *place) leave() { p.uncharge(p.charged) }

// exhausted is the ErrNoRoom for a request of n bytes.
func (b *budget) exhausted(n int64) error {
	b = b.whole()
	return fmt.Errorf("%w: %s are wanted, and %s of %s are taken; raise the budget, or lower limits.memory and pool.ceil "+
		"of endpoints", ErrNoRoom, manifest.FormatSize(n), manifest.FormatSize(b.used.Load()), manifest.FormatSize(b.limit))
}
