package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/abi"
	"skep/host"
	"skep/host/hosttest"
)

// rollsOut begins a rollout of a generation of docs, with steps that are as short as they may be, of so many calls that a
// machine that stands still for a moment does not make the one generation slower than the other.
func (a *administered) rollsOut(t *testing.T, status int, generation, more string) {
	t.Helper()
	a.ask(t, status, "POST", services+"/docs/actions/rollout",
		fmt.Sprintf(`{"generation":%q,"interval":"100ms","minSamples":200%s}`, generation, more))
}

// phase is what is told of the rollout of docs.
func (a *administered) phase(t *testing.T) (state, reason string) {
	t.Helper()
	item, _ := a.ask(t, 200, "GET", services+"/docs", "")["rollout"].(map[string]any)
	state, _ = item["state"].(string)
	reason, _ = item["reason"].(string)
	return state, reason
}

func (a *administered) reaches(t *testing.T, want string) (reason string) {
	t.Helper()
	state := ""
	await(t, "the rollout to be "+want, func() (any, bool) {
		state, reason = a.phase(t)
		return state, state != "running"
	})
	if state != want {
		t.Errorf("the rollout is %s (%s), want %s", state, reason, want)
	}
	return reason
}

// sound generations take over by themselves, and no call is lost on the way.
func TestRolloutPromotes(t *testing.T) {
	compiled(t, says("g2"))
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.rollsOut(t, 404, "g1", "")
	a.put(t, 1, "")
	a.rollsOut(t, 409, "g1", "") // nothing serves from which it could go
	a.act(t, "switchTo/g1", "")
	a.rollsOut(t, 400, "g1", "") // it serves already
	a.put(t, 2, "")
	for _, bad := range []string{`,"steps":[]`, `,"steps":[0.5]`, `,"share":0`, `,"share":1`, `,"share":2`, `,"steps":[0.5,0.4,1]`,
		`,"interval":"soon"`, `,"interval":"-1s"`, `,"minSamples":-1`, `,"maxErrorRate":2`, `,"maxLatencyFactor":0`} {
		a.rollsOut(t, 400, "g2", bad)
	}
	a.rollsOut(t, 404, "g9", "")
	if state, _ := a.phase(t); state != "" {
		t.Errorf("what was refused is %s", state)
	}
	a.answers(t, "g1", "g1")

	c := gather(t, a.URL, clients, both, whole(false))
	a.rollsOut(t, 200, "g2", `,"share":0.2,"maxLatencyFactor":1000`)
	a.reaches(t, "promoted")
	c.leave()
	for range 20 {
		a.answers(t, "g2", "g2")
	}
	a.act(t, "rollback", "")
	a.answers(t, "g1", "g1")
}

func TestRolloutWithdraws(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	bad := string(hosttest.Guest([]byte{0})) // it traps
	compiled(t, says("g2"), bad)
	a.ask(t, 200, "POST", services+"/docs/generations?generation=g2", zipped(t, "a.wasm", says("g2"), "b.wasm", bad))
	c := gather(t, a.URL, clients, both, func() func(string, reply) error {
		sound := whole(false)()
		return func(endpoint string, got reply) error {
			if endpoint == "docs/b" && got.errorType == "GuestTrap" {
				return nil
			}
			return sound("", reply{got.status, got.text, got.generation, ""})
		}
	})
	a.rollsOut(t, 200, "g2", `,"share":0.3,"maxLatencyFactor":1000`)
	if reason := a.reaches(t, "withdrawn"); !strings.Contains(reason, "calls failed") {
		t.Errorf("the reason is %q", reason)
	}
	c.leave()
	gather(t, a.URL, clients, both, whole(true)).served(t, 20*clients)
	a.answers(t, "g1", "g1")
}

// A generation that answers rightly, but later, is withdrawn too.
func TestRolloutWithdrawsTheSlow(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	const turns = 10_000_000 // some 10 ms, against some microseconds
	slow := string(hosttest.SlowGuestWith(turns, abi.AppendResult(nil, abi.Result{Tag: abi.TagValue,
		Value: abi.AppendString(nil, "g2")})))
	compiled(t, says("g2"), slow)
	a.ask(t, 200, "POST", services+"/docs/generations?generation=g2", zipped(t, "a.wasm", says("g2"), "b.wasm", slow))
	c := gather(t, a.URL, clients, both, whole(false))
	a.rollsOut(t, 200, "g2", `,"share":0.3`)
	if reason := a.reaches(t, "withdrawn"); !strings.Contains(reason, "calls take up to") {
		t.Errorf("the reason is %q", reason)
	}
	c.leave()
	gather(t, a.URL, clients, both, whole(true)).served(t, 20*clients)
	a.answers(t, "g1", "g1")
}

// Whoever says what is to serve ends a rollout.
func TestRolloutSuperseded(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	a.put(t, 2, "")
	for _, action := range []string{"rollback", "switchTo/g1", "switchTo/g1"} {
		a.rollsOut(t, 200, "g2", "") // without calls it goes on for ever
		a.ask(t, 409, "POST", services+"/docs/actions/rollout", `{"generation":"g2"}`)
		a.ask(t, 409, "DELETE", services+"/docs/generations/g2", "")
		a.act(t, action, "")
		a.answers(t, "g1", "g1")
		a.reaches(t, "superseded")
	}
	a.rollsOut(t, 200, "g2", "")
	a.ask(t, 200, "DELETE", services+"/docs", "")
}

// A host that is closed in the middle of a rollout serves the old generation when it is opened again.
func TestRolloutUnfinished(t *testing.T) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	a.put(t, 2, "")
	a.rollsOut(t, 200, "g2", `,"share":0.9`)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(a.root, "docs", "state.json")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"rollout"`) {
		t.Fatalf("%s, %v: the rollout is not in it", text, err)
	}
	a.open(t, host.Config{Root: a.root})
	for range 20 {
		a.answers(t, "g1", "g1")
	}
	if state, _ := a.phase(t); state != "withdrawn" {
		t.Errorf("the rollout is %s", state)
	}
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), `"rollout"`) {
		t.Errorf("%s, %v: the rollout is still in it", text, err)
	}
}
