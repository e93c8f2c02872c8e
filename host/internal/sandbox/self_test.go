package sandbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"skep/host/internal/service"
)

// selfFunc answers the calls that a guest makes of others.
type selfFunc func(ctx context.Context, call []byte) (status int, result []byte)

func (f selfFunc) CallSelf(ctx context.Context, call []byte) (int, []byte) { return f(ctx, call) }

// selfContext is the context of a request whose guests may call others.
func selfContext(t *testing.T, f selfFunc) context.Context {
	return context.WithValue(t.Context(), service.SelfKey, service.Self(f))
}

// nest calls a sandbox for a guest.
func nest(ctx context.Context, s *Sandbox, frame []byte) (int, []byte) {
	var a answer
	if _, err := s.Call(ctx, frame, &a); err != nil {
		return 500, []byte(err.Error())
	}
	return 200, a.Bytes()
}

// asking has a sandbox answer the calls of its guest itself, and gives what the outermost call comes to.
func asking(t *testing.T, s, callee *Sandbox, request string) (string, service.Usage, error) {
	t.Helper()
	var a answer
	usage, err := s.Call(selfContext(t, func(ctx context.Context, call []byte) (int, []byte) {
		return nest(ctx, callee, call)
	}), []byte(request), &a)
	return a.String(), usage, err
}

// TestSelfCall nests calls as deep as there are instances: each starts from the image, and the next one is told at once that
// there is none left.
func TestSelfCall(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) {
		spec.Pool.Ceil, spec.Pool.Timeout = 3, time.Hour
		spec.Limits.Timeout = time.Minute
	})
	for range 3 {
		for request, want := range map[string]string{
			"count":                         "1",
			"self:count":                    "200 1",
			"self:self:count":               "200 200 1",
			"self:self:self:count":          "200 200 500 " + service.ErrPoolFull.Error(),
			"busy:self:busy:self:busy:echo": "200 200 echo",
		} {
			got, usage, err := asking(t, s, s, request)
			if err != nil || got != want {
				t.Errorf("%s: %q, %v; want %q", request, got, err, want)
			}
			if usage.Wait > time.Minute {
				t.Errorf("%s waited", request)
			}
		}
	}
	if n := len(s.pool.idle); n != s.pool.total || n > 3 {
		t.Errorf("%d instances, %d idle", s.pool.total, n)
	}
}

// TestSelfCallOfAFault shows that a callee's fault is the callee's.
func TestSelfCallOfAFault(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Limits.Timeout = time.Minute })
	callee := mustLoad(t, nil)
	for request, want := range map[string]error{
		"self:trap":    service.ErrGuestTrap,
		"self:exit":    service.ErrGuestExit,
		"self:recurse": service.ErrGuestStack,
		"self:grow":    service.ErrGuestMemory,
		"self:outside": service.ErrGuestProtocol,
		"self:loop":    service.ErrGuestTimeout,
		"self:sleep":   service.ErrGuestTimeout,
	} {
		hurry(callee, want)
		got, _, err := asking(t, s, callee, request)
		if err != nil || !strings.HasPrefix(got, "500 "+want.Error()) {
			t.Errorf("%s: %q, %v; want %v", request, got, err, want)
		}
		hurry(callee, nil)
		mustAsk(t, callee, "count", "1")
		mustAsk(t, s, "count", "1")
	}
	if s.pool.total != 1 {
		t.Errorf("%d instances of the caller", s.pool.total)
	}
}

// TestSelfCallBadPlaces hands out places that are none, and asks for results that are not there.
func TestSelfCallBadPlaces(t *testing.T) {
	s := mustLoad(t, nil)
	for request, want := range map[string]error{
		"call outside":          errCallPlace,
		"result outside":        errResultPlace,
		"result without a call": errNoResult,
		"result of nothing":     errNoResult,
		"result too long":       errNoResult,
		"result twice":          errNoResult,
	} {
		if got, _, err := asking(t, s, s, request); !errors.Is(err, service.ErrGuestTrap) || !errors.Is(err, want) {
			t.Errorf("%s: %q, %v; want %v", request, got, err, want)
		}
	}
}

// TestSelfCallResultIsOfOneCall shows that what a call left is not there for the next.
func TestSelfCallResultIsOfOneCall(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Pool.Ceil, spec.Pool.Cruise = 1, 1 })
	ctx := selfContext(t, func(context.Context, []byte) (int, []byte) {
		return 200, make([]byte, len("result without a call"))
	})
	for range 2 {
		if _, err := s.Call(ctx, []byte("many calls"), new(answer)); err != nil {
			t.Fatal(err)
		}
		if in := s.pool.idle[0]; in.answer != nil {
			t.Error("an idle instance keeps an answer")
		}
		if _, err := s.Call(ctx, []byte("result without a call"), new(answer)); !errors.Is(err, errNoResult) {
			t.Errorf("%v, want %v", err, errNoResult)
		}
	}
}

// TestSelfCallNotYet shows that no call goes out while a module is loaded, nor without somebody who answers.
func TestSelfCallNotYet(t *testing.T) {
	var accepted answer
	s := mustLoad(t, func(spec *Spec) {
		spec.Init, spec.Accept = []byte("self:count"), &accepted
		spec.WarmUp = [][]byte{[]byte("self:count")}
	})
	got, err := ask(t, s, "self:count")
	if want := "503 " + string(notYet); err != nil || got != want || accepted.String() != want {
		t.Errorf("%q and %q, %v; want %q", accepted.String(), got, err, want)
	}
}

// TestSelfCallDeadline shows that a callee has no more time than its caller.
func TestSelfCallDeadline(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Limits.Timeout = short })
	callee := mustLoad(t, func(spec *Spec) { spec.Limits.Timeout = time.Hour })
	for _, request := range []string{"self:loop", "self:sleep", "self:grow"} {
		got, _, err := asking(t, s, callee, request)
		if request == "self:grow" { // it ends sooner
			continue
		}
		if !errors.Is(err, service.ErrGuestTimeout) {
			t.Errorf("%s: %q, %v", request, got, err)
		}
	}
}

// TestSelfCallFuel shows that what a callee takes is its caller's.
func TestSelfCallFuel(t *testing.T) {
	callee := mustLoad(t, func(spec *Spec) { spec.Limits.Timeout = time.Minute })
	s := mustLoad(t, nil)
	_, one, err := asking(t, s, callee, "self:count")
	if err != nil {
		t.Fatal(err)
	}
	_, many, err := asking(t, s, callee, "many calls")
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	alone, err := callee.Call(t.Context(), []byte("count"), &a)
	if err != nil {
		t.Fatal(err)
	}
	if one.Fuel < alone.Fuel+hostSelfCost || many.Fuel < 64*(alone.Fuel+hostSelfCost) {
		t.Errorf("%d units alone, %d within a call, %d within one that makes 64", alone.Fuel, one.Fuel, many.Fuel)
	}
	limited := mustLoad(t, func(spec *Spec) { spec.Limits.Fuel, spec.Limits.Timeout = many.Fuel/2, time.Minute })
	for _, request := range []string{"many calls", "self:loop"} {
		if got, used, err := asking(t, limited, callee, request); !errors.Is(err, service.ErrGuestFuel) ||
			used.Fuel > many.Fuel {
			t.Errorf("%s: %q, %v after %d units, with a limit of %d", request, got, err, used.Fuel, many.Fuel/2)
		}
	}
	if got, _, err := asking(t, limited, callee, "self:count"); err != nil || got != "200 1" {
		t.Errorf("within the limit: %q, %v", got, err)
	}
}

// TestSelfCallToken has long calls make long calls where there is one token, for more of them than that.
func TestSelfCallToken(t *testing.T) {
	e := ownEngine(t)
	e.tokens = &tokens{free: 1}
	s, err := loadWith(t, e, func(spec *Spec) {
		spec.Limits.Timeout, spec.Pool.Ceil = time.Minute, 6
	})
	if err != nil {
		t.Fatal(err)
	}
	fresh := loadLeak(t, e, leakPages, func(spec *Spec) { // without an image: each call initialises an instance
		spec.Init = frameOf(order{orderTableSet, 2}, order{orderGrow, leakPages - 4}, order{orderEvery, 0, 1, 1})
		spec.Limits.Timeout, spec.Limits.Init, spec.Pool.Ceil = time.Minute, time.Minute, 6
	})
	if fresh.image != nil {
		t.Fatal("it has an image")
	}
	done := make(chan error)
	for range 3 {
		go func() {
			_, _, err := asking(t, s, s, "busy:self:busy:busy:echo")
			if err == nil {
				ctx := selfContext(t, func(ctx context.Context, _ []byte) (int, []byte) {
					return nest(ctx, fresh, frameOf(order{orderPeek, 0}))
				})
				var a answer
				if _, err = s.Call(ctx, []byte("busy:self:x"), &a); a.String() != "200 \x01\x00\x00\x00" {
					err = errors.Join(err, errors.New(a.String()))
				}
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if e.tokens.free != 1 || len(e.tokens.waiting) != 0 {
		t.Errorf("%d tokens are free, %d lines wait", e.tokens.free, len(e.tokens.waiting))
	}
}

// TestSelfCallLateStart shows that an instance that is made for a guest's call is initialised within the guest's time.
func TestSelfCallLateStart(t *testing.T) {
	e := ownEngine(t)
	s, err := loadWith(t, e, func(spec *Spec) { spec.Limits.Timeout = short })
	if err != nil {
		t.Fatal(err)
	}
	start := []order{{orderTableSet, 2}, {orderGrow, leakPages - 4}}
	fresh := loadLeak(t, e, leakPages, func(spec *Spec) {
		spec.Init, spec.Limits.Init = frameOf(start...), time.Hour
	})
	for range 100_000 / 16 { // from now on it takes minutes
		start = append(start, order{orderEvery, 2 << 16, 1, 1})
	}
	fresh.spec.Init = frameOf(start...)
	got, _, err := asking(t, s, fresh, "self:"+string(frameOf(order{orderPeek, 0})))
	if !errors.Is(err, service.ErrGuestTimeout) {
		t.Errorf("%q, %v", got, err)
	}
	if fresh.pool.total != 0 {
		t.Errorf("%d instances are left", fresh.pool.total)
	}
}

// TestSelfCallWhileDraining shows that a guest that runs on reaches others that serve no clients any more.
func TestSelfCallWhileDraining(t *testing.T) {
	s := mustLoad(t, func(spec *Spec) { spec.Limits.Timeout = time.Minute })
	other := mustLoad(t, nil)
	running, drained := make(chan bool), make(chan bool)
	ctx := selfContext(t, func(ctx context.Context, call []byte) (int, []byte) {
		close(running)
		<-drained
		return nest(ctx, other, call)
	})
	ended := make(chan bool)
	go func() {
		<-running
		other.Drain()
		other.Drain() // changes nothing
		if _, err := ask(t, other, "count"); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("a client of a drained sandbox: %v", err)
		}
		close(drained)
		s.Drain()
		for _, gone := range []*Sandbox{s, other} {
			if err := gone.Close(); err != nil {
				t.Error(err)
			}
		}
		close(ended)
	}()
	var a answer
	if _, err := s.Call(ctx, []byte("self:count"), &a); err != nil || a.String() != "200 1" {
		t.Errorf("%q, %v", a.String(), err)
	}
	<-ended
	if status, _ := nest(context.WithValue(t.Context(), withinKey{}, &instance{}), other, nil); status != 500 {
		t.Error("a guest reaches a sandbox that is closed")
	}
}
