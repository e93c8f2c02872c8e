package sandbox

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestFlights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		want := errors.New("outcome")
		release := make(chan struct{})
		runs := 0
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				err := f.do(t.Context(), "a", func() error { runs++; <-release; return want })
				if err != want {
					t.Errorf("error %v, want %v", err, want)
				}
			})
		}
		synctest.Wait() // one works, four wait
		if err := f.do(t.Context(), "b", func() error { return nil }); err != nil {
			t.Errorf("another key: %v", err)
		}
		close(release)
		all.Wait()
		if runs != 1 {
			t.Errorf("it was done %d times, want once", runs)
		}
		if err := f.do(t.Context(), "a", func() error { return nil }); err != nil || len(f.running) != 0 {
			t.Errorf("afterwards: %v, %d running", err, len(f.running))
		}
	})
}

// TestFlightGivenUp has the one who works give up, and one of two who wait.
func TestFlightGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		first, giveUp := context.WithCancel(t.Context())
		second, giveUpToo := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			err := f.do(first, "a", func() error { <-first.Done(); return first.Err() })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			err := f.do(second, "a", func() error { t.Error("who gave up works"); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the second: %v", err)
			}
		})
		done := false
		all.Go(func() {
			if err := f.do(t.Context(), "a", func() error { done = true; return nil }); err != nil {
				t.Errorf("the third: %v", err)
			}
		})
		synctest.Wait()
		giveUpToo()
		synctest.Wait()
		giveUp()
		all.Wait()
		if !done {
			t.Error("nobody did it")
		}
	})
}
