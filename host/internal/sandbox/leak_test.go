package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skep/host/internal/clock"
	"skep/host/internal/manifest"
)

// Orders of testdata/leak.
const (
	orderPoke = iota
	orderPeek
	orderGrow
	orderFill
	orderEvery
	orderSetGlobals
	orderGlobals
	orderTableSet
	orderTableNull
	orderTableGrow
	orderTableFill
	orderTableCopy
	orderTableInit
	orderElemDrop
	orderDataDrop
	orderClose
	orderRenumber
	orderSetFlags
	orderFlags
	orderSizes
	orderSelf
	orderOpen
	orderRead
	orderSeek
)

// order is one of them with its arguments.
type order [4]uint32

// frameOf is a request of orders.
func frameOf(orders ...order) []byte {
	var frame []byte
	for _, o := range orders {
		for _, n := range o {
			frame = binary.LittleEndian.AppendUint32(frame, n)
		}
	}
	return frame
}

// leakMemory is the limit of the guest, and leakPages the size of its image.
const (
	leakMemory = 12 << 20
	leakPages  = 64
)

// eachRollback runs a test for each way of rolling back that works here, with an engine of its own.
func eachRollback(t *testing.T, test func(t *testing.T, e *Engine)) {
	for _, r := range rollbacks {
		t.Run(r.name, func(t *testing.T) {
			how, err := r.probe()
			if err != nil {
				if os.Getenv("SKEP_REQUIRE_ALL") == "1" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			e := ownEngine(t)
			e.rollback = how
			test(t, e)
		})
	}
}

// loadLeak is a sandbox of the guest that hides things, with that many pages of memory.
func loadLeak(t *testing.T, e *Engine, pages uint32, change func(*Spec)) *Sandbox {
	t.Helper()
	s, err := tryLoadLeak(t, e, pages, change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func tryLoadLeak(t *testing.T, e *Engine, pages uint32, change func(*Spec)) (*Sandbox, error) {
	t.Helper()
	module, err := os.ReadFile("testdata/leak/leak.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	spec := Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Accept: new(answer), Log: slog.New(slog.DiscardHandler),
		Init: frameOf(order{orderGrow, pages - 4}, order{orderEvery, 64 << 10, 4096, 0xee},
			order{orderPoke, 512, 'a'}, order{orderPoke, 513, 'b'}, order{orderPoke, 514, 'd'},
			order{orderOpen, 512, 1}, order{orderRead, 4, 3 << 10, 2}, order{orderOpen, 514, 1})}
	spec.Limits.Memory = leakMemory
	spec.Pool.Ceil, spec.Pool.Cruise = 1, 1
	spec.Resources = resourcesOf(t, map[string]string{"a": "0123456789", "b": strings.Repeat("x", 1<<20), "d/c": ""})
	if change != nil {
		change(&spec)
	}
	return e.Load(t.Context(), spec)
}

// give sends orders and gives the answers.
func give(t *testing.T, s *Sandbox, orders ...order) []uint32 {
	t.Helper()
	return giveIn(t, t.Context(), s, orders...)
}

// giveIn is give with the context of the call.
func giveIn(t *testing.T, ctx context.Context, s *Sandbox, orders ...order) []uint32 {
	t.Helper()
	var a answer
	if _, err := s.Call(ctx, frameOf(orders...), &a); err != nil {
		t.Errorf("%v: %v", orders, err)
	}
	out := make([]uint32, a.Len()/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(a.Bytes()[4*i:])
	}
	return out
}

// compare looks at a free instance whether it is what the image is. It may be called while others are used.
func compare(t *testing.T, s *Sandbox) {
	t.Helper()
	in, err := s.pool.take(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	defer s.pool.put(in, clock.Now())
	memory, image := in.memory.bytes(), s.image.source
	if seen, ok := in.mod.Memory().Read(0, in.mod.Memory().Size()); !ok || len(seen) != len(image) || &seen[0] != &memory[0] {
		t.Errorf("the engine knows of %d bytes, the image has %d", len(seen), len(image))
	}
	if !bytes.Equal(memory, image) {
		for i := range min(len(memory), len(image)) {
			if memory[i] != image[i] {
				t.Errorf("byte %#x of %#x is %d, in the image %d", i, len(memory), memory[i], image[i])
				return
			}
		}
		t.Errorf("%d bytes of memory, the image has %d", len(memory), len(image))
	}
	for i, g := range in.globals {
		if g.Get() != s.image.globals[i] {
			t.Errorf("global %d is %d, in the image %d", i, g.Get(), s.image.globals[i])
		}
	}
}

// TestLeak hides something in every place that there is, and looks for it in the next call.
func TestLeak(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, leakPages, nil)
		other := loadLeak(t, e, leakPages, nil)
		ctx := selfContext(t, func(ctx context.Context, call []byte) (int, []byte) {
			return nest(ctx, other, frameOf(order{orderPoke, 3 << 20, 98}, order{orderPeek, 3 << 20}))
		})
		for _, c := range []struct {
			name string
			hide []order
			find order
		}{
			{"a byte", []order{{orderPoke, 5000, 99}}, order{orderPeek, 5000}},
			{"a byte in the answer", nil, order{orderPeek, 1027}},
			{"the last byte", []order{{orderPoke, leakPages<<16 - 1, 99}}, order{orderPeek, leakPages<<16 - 1}},
			{"a byte after a byte read", []order{{orderPeek, 3 << 20}, {orderPoke, 3 << 20, 99}}, order{orderPeek, 3 << 20}},
			{"a fill", []order{{orderFill, 1 << 20, 99, 2 << 20}}, order{orderPeek, 2 << 20}},
			{"every page", []order{{orderEvery, 0x10001, 4096, 99}}, order{orderPeek, 0x301001}},
			{"a grown page", []order{{orderGrow, 1}, {orderPoke, leakPages << 16, 99}, {orderGrow, 1}}, order{orderSizes}},
			{"grown pages up to the limit", []order{{orderGrow, leakMemory>>16 - leakPages}, {orderEvery, 0, 4096, 99}},
				order{orderGrow, leakMemory>>16 - leakPages}},
			{"globals", []order{{orderSetGlobals, 99}}, order{orderGlobals}},
			{"table.set", []order{{orderTableSet, 2}}, order{orderTableNull, 2}},
			{"table.grow", []order{{orderTableGrow, 2}}, order{orderSizes}},
			{"table.fill", []order{{orderTableFill}}, order{orderTableNull, 2}},
			{"table.copy", []order{{orderTableCopy}}, order{orderTableNull, 1}},
			{"table.init", []order{{orderTableInit}}, order{orderTableNull, 1}},
			{"elem.drop", []order{{orderElemDrop}}, order{orderTableInit}},
			{"data.drop", []order{{orderDataDrop}}, order{orderSizes}},
			{"an answer of another endpoint", []order{{orderSelf, 4096, 16, 3 << 20}}, order{orderPeek, 3<<20 + 1}},
			{"pages around a call", []order{{orderPoke, 2 << 20, 99}, {orderSelf, 4096, 16, 5000}, {orderPoke, 1 << 20, 99}},
				order{orderPeek, 1 << 20}},
			{"a closed file", []order{{orderClose, 1}}, order{orderFlags, 1}},
			{"a file moved onto another", []order{{orderRenumber, 1, 0}}, order{orderFlags, 1}},
			{"a file moved to a new place", []order{{orderRenumber, 2, 1 << 10}}, order{orderFlags, 1 << 10}},
			{"a file moved far away", []order{{orderRenumber, 2, 1<<31 - 1}}, order{orderFlags, 2}},
			{"the flags of a file", []order{{orderSetFlags, 1, 4}}, order{orderFlags, 1}},
			{"a file that was opened", []order{{orderOpen, 513, 1}}, order{orderFlags, 6}},
			{"files up to the limit", slices.Repeat([]order{{orderOpen, 513, 1}}, 40), order{orderOpen, 513, 1}},
			{"a place in a file", []order{{orderSeek, 4, 7}}, order{orderSeek, 4, 0, 1}},
			{"a place after reading", []order{{orderRead, 4, 1 << 20, 3}}, order{orderSeek, 4, 0, 1}},
			{"a file of the image that is closed", []order{{orderClose, 4}}, order{orderSeek, 4, 0, 1}},
			{"a file in the place of another", []order{{orderClose, 4}, {orderOpen, 513, 1}}, order{orderSeek, 4, 0, 2}},
			{"a folder of the image that is closed", []order{{orderClose, 5}}, order{orderFlags, 5}},
			{"what was read", []order{{orderOpen, 513, 1}, {orderRead, 6, 1 << 20, 1 << 20}}, order{orderPeek, 1<<20 + 4096}},
			{"what was read to grown pages", []order{{orderGrow, 2}, {orderOpen, 513, 1},
				{orderRead, 6, leakPages<<16 - 100, 4096}}, order{orderPeek, leakPages<<16 - 1}},
			{"the flags of the input", []order{{orderSetFlags, 0, 4}}, order{orderFlags, 0}},
		} {
			want := give(t, s, c.find)
			for range 3 { // pages that are private already are another matter than those that become it
				giveIn(t, ctx, s, c.hide...)
				compare(t, s)
				compare(t, other)
				if got := give(t, s, c.find); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s: the next call finds %d, want %d", c.name, got, want)
				}
				compare(t, s)
			}
		}
		// In what grows again there is nothing.
		give(t, s, order{orderGrow, 1}, order{orderPoke, leakPages << 16, 99})
		if got := give(t, s, order{orderGrow, 1}, order{orderPeek, leakPages << 16}); got[1] != 0 {
			t.Errorf("a page that grows again holds %d", got[1])
		}
	})
}

// TestLeakInManyPages hides something in every other page of 64 MiB: in more separate runs of pages than one scan can list.
func TestLeakInManyPages(t *testing.T) {
	const pages = 1024 + 4
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, pages, func(spec *Spec) { spec.Limits.Memory = 80 << 20 })
		for i := range uint32(3) {
			for _, first := range []uint32{0x10001, 0x11001} {
				give(t, s, order{orderEvery, first, 8192, 99 + i})
				compare(t, s)
			}
		}
	})
}

// TestLeakAtRandom calls several instances from several threads while memory is collected all the time: each call writes
// somewhere, most often where others did. Between the calls the whole memory is compared with the image.
func TestLeakAtRandom(t *testing.T) {
	runFor := 2 * time.Second
	if testing.Short() {
		runFor = 200 * time.Millisecond
	}
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, leakPages, func(spec *Spec) { spec.Pool.Ceil, spec.Pool.Cruise = 4, 4 })
		other := loadLeak(t, e, leakPages, func(spec *Spec) { spec.Pool.Ceil, spec.Pool.Cruise = 2, 2 })
		ctx := selfContext(t, func(ctx context.Context, call []byte) (int, []byte) {
			return nest(ctx, other, append([]byte{}, call...)) // one order
		})
		until := time.Now().Add(runFor)
		var all sync.WaitGroup
		all.Go(func() {
			for time.Now().Before(until) {
				garbage := make([]byte, 1<<20)
				runtime.GC()
				runtime.KeepAlive(garbage)
			}
		})
		var mu sync.Mutex
		calls, compared := 0, 0
		for worker := range uint64(6) { // more than there are instances
			all.Go(func() {
				random := rand.New(rand.NewPCG(worker, 1))
				n, m := 0, 0
				for n < 50 || time.Now().Before(until) {
					giveIn(t, ctx, s, randomOrders(random)...)
					if n++; n%20 == 0 {
						m++
						compare(t, s)
						compare(t, other)
					}
				}
				mu.Lock()
				calls, compared = calls+n, compared+m
				mu.Unlock()
			})
		}
		all.Wait()
		t.Logf("%d calls, %d comparisons", calls, compared)
		if calls < 100 || compared < 5 {
			t.Errorf("%d calls, %d comparisons: too few", calls, compared)
		}
	})
}

func randomOrders(random *rand.Rand) []order {
	orders := []order{{orderPeek, 0}}
	for range random.IntN(6) {
		at := random.Uint32N(16) * 13 << 12 // mostly the same pages
		if random.IntN(20) == 0 {
			at = random.Uint32N(60<<16) + 8192
		}
		at += 1<<16 + random.Uint32N(4096) // behind the frame and the answer
		at %= 63 << 16
		switch random.IntN(40) {
		case 0:
			orders = append(orders, order{orderGrow, random.Uint32N(4)})
		case 1:
			orders = append(orders, order{orderFill, at, random.Uint32N(256), random.Uint32N(64 << 10)})
		case 2:
			orders = append(orders, order{orderSetGlobals, random.Uint32N(1000)})
		case 3:
			orders = append(orders, order{orderTableSet, 2})
		case 10, 11: // the first order of the frame, by another endpoint
			orders = append(orders, order{orderSelf, 4096, 16, at})
		case 4, 5, 6, 7, 8, 9:
			orders = append(orders, order{orderPeek, at})
		default:
			orders = append(orders, order{orderPoke, at, random.Uint32N(256)})
		}
	}
	return orders
}

// TestThreads shows that an instance may be used by one thread after the other, of which some are gone.
func TestThreads(t *testing.T) {
	eachRollback(t, func(t *testing.T, e *Engine) {
		s := loadLeak(t, e, leakPages, nil)
		for i := range uint32(60) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				if i%2 == 0 {
					runtime.LockOSThread() // and ends with the goroutine
				}
				give(t, s, order{orderPoke, 8192 + i*4096*3, 1 + i}, order{orderPoke, 8192 + i/2*4096*3, 1 + i})
			}()
			<-done
			compare(t, s)
		}
	})
}
