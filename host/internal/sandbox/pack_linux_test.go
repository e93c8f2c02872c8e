package sandbox

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestPack packs images that share data: each takes neither memory nor a file while nobody uses it, and is what it was when
// somebody does; the data are packed with the last.
func TestPack(t *testing.T) {
	began := randomPages(rand.New(rand.NewPCG(3, 4)), 300)
	for i := 32; i < 96; i++ { // a long run without zeros, which can be packed
		clear(began[i*4096:][:4096])
		began[i*4096] = 1
	}
	data, err := freeze(began, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.release()
	var by packer
	var images []*frozen
	var memories [][]byte
	for i := range 2 {
		memory := bytes.Clone(began)
		memory[i*4096+5]++
		f, err := freeze(memory, data)
		if err != nil {
			t.Fatal(err)
		}
		defer f.release()
		images, memories = append(images, f), append(memories, memory)
	}
	isPacked := func(f *frozen, want bool) {
		t.Helper()
		if f.packed != nil != want || f.source != nil == want || f.fd >= 0 == want {
			t.Errorf("%d bytes are packed, source %v, file %d; want packed %v", len(f.packed), f.source != nil, f.fd, want)
		}
	}
	if err := images[0].use(); err != nil {
		t.Fatal(err)
	}
	images[0].pack(&by)
	isPacked(images[0], false) // it is used
	images[1].pack(&by)
	isPacked(images[1], true)
	isPacked(data, false) // the other one needs it
	images[0].unuse()
	images[0].pack(&by)
	isPacked(images[0], true)
	isPacked(data, true)
	for i, f := range images {
		if err := f.use(); err != nil {
			t.Fatal(err)
		}
		isPacked(f, false)
		isPacked(data, false)
		if !bytes.Equal(f.source, memories[i]) {
			t.Errorf("image %d is not what was packed", i)
		}
		f.unuse()
	}
	images[0].pack(&by)
	third, err := freeze(memories[0], data) // of which the other one still makes use
	if err != nil {
		t.Fatal(err)
	}
	defer third.release()
	if !bytes.Equal(third.source, memories[0]) {
		t.Error("an image made after packing is not what was frozen")
	}
}

// TestRest has the only instance of an endpoint rest: what it took is given back, but not its place in the budget, and the
// next call finds the image.
func TestRest(t *testing.T) {
	e := newBudgetEngine(t, 0)
	s := mustLoadInto(t, e, nil)
	mustAsk(t, s, "count", "1")
	in := s.pool.idle[0]
	mod, used := in.mod, e.budget.used.Load()
	e.budget.limit = used // not a byte is left
	s.pool.rest(0)
	if !in.rests() || !mod.IsClosed() || in.memory.reserved != nil {
		t.Error("the instance still has its memory")
	}
	if now := e.budget.used.Load(); now != used {
		t.Errorf("%d bytes are charged while it rests, want %d", now, used)
	}
	s.pack()
	if s.image.source != nil || s.image.fd != -1 {
		t.Error("the image still has its memory")
	}
	if state := s.Pool(); state.Idle != 1 || state.InUse != 0 {
		t.Errorf("%+v, want one that is idle", state)
	}
	mustAsk(t, s, "count", "1")
	if now := e.budget.used.Load(); now != used || len(s.pool.idle) != 1 || s.pool.idle[0].rests() {
		t.Errorf("%d bytes are charged after a call, want %d; %d instances", now, used, len(s.pool.idle))
	}
	s.pool.rest(0)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if now := e.budget.used.Load(); now != 0 {
		t.Errorf("%d bytes are charged when all is closed", now)
	}
}

// TestRestHammer has instances rest and images packed while many goroutines call, so that each call may find any kind of instance.
func TestRestHammer(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Cruise, spec.Pool.Ceil = 3, 3 })
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 50 {
				if got, err := ask(t, s, "count"); err != nil || got != "1" {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	for range 100 {
		s.pool.rest(0)
		s.image.packNow()
		s.module.data.packNow()
	}
	all.Wait()
	if state := s.Pool(); state.InUse != 0 || state.Idle == 0 {
		t.Errorf("%+v when nobody calls any more", state)
	}
}
