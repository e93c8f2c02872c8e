package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// TestLateAnswer has a guest answer after its deadline, though no slice of it ended meanwhile.
func TestLateAnswer(t *testing.T) {
	s := mustLoad(t, nil)
	in := mustTake(t, s.pool)
	defer s.pool.discard()
	defer in.close()
	for _, tc := range []struct {
		late time.Duration
		want error
	}{{-time.Hour, nil}, {time.Hour, service.ErrGuestTimeout}} {
		in.begin(context.Background(), time.Now().Add(-time.Second-tc.late), time.Second, 0)
		var a answer
		if err := in.exchange(in.call, []byte("count"), &a); !errors.Is(err, tc.want) {
			t.Errorf("an answer %v after the deadline: %v, want %v", tc.late, err, tc.want)
		}
		if (a.Len() > 0) != (tc.want == nil) {
			t.Errorf("an answer %v after the deadline is %q", tc.late, a.String())
		}
	}
}

// TestSleepEnds shows when a guest is woken: at its deadline, and when nobody wants to load it any more.
func TestSleepEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, stop)
		for _, tc := range []struct {
			sleep, deadline, want time.Duration
			err                   error
		}{
			{time.Second, time.Hour, time.Second, nil},
			{time.Hour, time.Second, time.Second, service.ErrGuestTimeout},
			{time.Second, time.Second, time.Second, service.ErrGuestTimeout},
			{-time.Hour, time.Second, 0, nil},
			{time.Hour, 2 * time.Hour, time.Minute - 3*time.Second, context.Canceled},
			{0, time.Hour, 0, context.Canceled},
		} {
			in := sleeper(stopped, tc.deadline)
			start := time.Now()
			err := func() (err error) {
				defer func() { err, _ = recover().(error) }()
				in.sleep(int64(tc.sleep))
				return nil
			}()
			if took := time.Since(start); took != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("sleeping for %v with a deadline in %v: %v after %v, want %v after %v", tc.sleep, tc.deadline, err,
					took, tc.err, tc.want)
			}
		}
	})
}

// TestTokenWaitEnds has a load wait for a token when it is given up.
func TestTokenWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, stop)
		in := sleeper(stopped, time.Hour)
		in.engine.tokens.free = 0 // somebody else has it
		start := time.Now()
		if in.engine.tokens.pass(&in.meter) || time.Since(start) != time.Minute {
			t.Errorf("it waited for %v, want a minute", time.Since(start))
		}
	})
}

// sleeper is as much of an instance as sleep needs, of an engine with one token.
func sleeper(stop context.Context, timeout time.Duration) *instance {
	in := &instance{engine: &Engine{tokens: &tokens{free: 1}}}
	in.meter = meter{deadline: time.Now().Add(timeout), stop: stop, line: new(line)}
	return in
}

// cancelling cancels when something is written to it.
type cancelling context.CancelFunc

func (c cancelling) Write(p []byte) (int, error) {
	time.AfterFunc(short, c)
	return len(p), nil
}

// TestLoadGivenUp ends the context of a load while the guest sleeps in its initialisation.
func TestLoadGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	module, err := guestModule()
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	m := manifest.Default()
	m.Limits.Init = time.Hour
	_, err = e.Load(ctx, Spec{Module: module, Limits: m.Limits, Pool: m.Pool, Init: []byte("sleep"), Accept: new(answer),
		Log: slog.New(slog.NewTextHandler(cancelling(cancel), nil))})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
