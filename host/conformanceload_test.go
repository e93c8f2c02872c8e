package host_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

// TestSwitchUnderLoad switches from generation to generation while clients call. None of them gets an error, or an answer
// of an older generation than it has seen; and who has been told that a switch is done sees the new one.
func TestSwitchUnderLoad(t *testing.T) {
	const generations, clients, each = 6, 4, 25
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	names := map[string]int{}
	for g := range generations {
		name := fmt.Sprint("v", g+1)
		names[name] = g
		a.ask(t, 200, "POST", services+"/docs/generations?generation="+name, zipped(t, "a.wasm", says(name)))
	}
	a.ask(t, 200, "POST", services+"/docs/actions/switchTo/v1", "")

	// served gives the number of the generation that answers.
	served := func() (int, error) {
		res := a.Post(t, "docs/a/run", "{}")
		var answer struct {
			Response   string
			APIContext struct{ ServiceGeneration string }
		}
		err := json.Unmarshal([]byte(res.Body), &answer)
		g, ok := names[answer.Response]
		if err != nil || res.Status != 200 || !ok || answer.APIContext.ServiceGeneration != answer.Response {
			return 0, fmt.Errorf("%d %s", res.Status, res.Body)
		}
		return g, nil
	}
	var calls [clients]atomic.Int64
	var stop atomic.Bool
	var all sync.WaitGroup
	defer func() {
		stop.Store(true)
		all.Wait()
	}()
	for i := range clients {
		all.Go(func() {
			defer calls[i].Add(each * generations) // nobody waits for a client that has ended
			for last := 0; !stop.Load(); calls[i].Add(1) {
				g, err := served()
				if err != nil || g < last {
					t.Errorf("after generation %d: %d, %v", last, g, err)
					return
				}
				last = g
			}
		})
	}
	for g := range generations {
		if g > 0 {
			a.ask(t, 200, "POST", fmt.Sprintf("%s/docs/actions/switchTo/v%d", services, g+1), "")
		}
		if got, err := served(); err != nil || got != g {
			t.Errorf("after the switch to %d: %d, %v", g, got, err)
		}
		for i := range clients {
			for until := calls[i].Load() + each; calls[i].Load() < until; {
				if _, err := served(); err != nil { // one more client, instead of waiting idly
					t.Fatal(err)
				}
			}
		}
	}
}

// TestQueue has more clients than there are instances and places in the queue: each is answered, or told at once to come
// again; and who has waited for another's call is told for how long.
func TestQueue(t *testing.T) {
	root := t.TempDir()
	hosttest.Copy(t, "testdata/services/docs/slow.wasm", filepath.Join(root, "docs", "slow.wasm"))
	settings := []byte("[pool]\nfloor = 1\ncruise = 1\nceil = 1\nqueue = 2\n")
	if err := os.WriteFile(filepath.Join(root, "docs", "slow.toml"), settings, 0o644); err != nil {
		t.Fatal(err)
	}
	s := hosttest.Start(t, host.Config{Root: root})
	waited, rejected := false, false
	for round := 0; !waited || !rejected; round++ {
		if round == 200 {
			t.Fatalf("nobody was seen to wait (%v), or to be rejected (%v)", waited, rejected)
		}
		var answers [8]hosttest.Response
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = s.Post(t, "docs/slow/run", "") })
		}
		all.Wait()
		served := 0
		for _, got := range answers {
			var answer struct {
				ErrorType string
				Timing    struct{ Wait, FunctionInternal int64 }
			}
			if err := json.Unmarshal([]byte(got.Body), &answer); err != nil {
				t.Fatalf("%s: %v", got.Body, err)
			}
			switch {
			case got.Status == 200:
				served++
				waited = waited || answer.Timing.Wait > answer.Timing.FunctionInternal
			case got.Status == 503 && answer.ErrorType == "PoolExhausted" && got.Header.Get("Retry-After") != "":
				rejected = true
			default:
				t.Fatalf("%d %v %s", got.Status, got.Header, got.Body)
			}
		}
		if served == 0 {
			t.Fatal("nobody was served")
		}
	}
}
