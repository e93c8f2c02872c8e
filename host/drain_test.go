package host_test

import (
	"net/http"
	"strings"
	"testing"

	"skep/host"
	"skep/host/hosttest"
)

const drainPath = "/admin/api/drain"

// occupied is a host with a call under way, of a service "slow", which ends by its time limit. The channel takes the
// status of its answer.
func occupied(t *testing.T) (*administered, <-chan int) {
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"slow"}`)
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	endless := string(hosttest.Guest([]byte{0x03, 0x40, 0x0c, 0, 0x0b, 0x00})) // loop, br 0, end, unreachable
	a.ask(t, 200, "POST", services+"/slow/generations?generation=v1&activate=true",
		zipped(t, "a.wasm", endless, "a.toml", "[limits]\ntimeout = \"3s\""))
	answered := make(chan int, 1)
	go func() {
		status, _ := a.status("POST", "/public/api/v1/slow/a/run")
		answered <- status
	}()
	await(t, "the call to run", func() (any, bool) {
		got := a.ask(t, 200, "GET", drainPath, "")
		return got, got["inFlight"] == 1.0
	})
	return a, answered
}

// status is that of an answer of the data plane, 0 for none, and its Retry-After.
func (a *administered) status(method, path string) (status int, retryAfter string) {
	r, err := http.NewRequest(method, a.URL+path, strings.NewReader(""))
	if err != nil {
		return 0, ""
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header.Get("Retry-After")
}

// TestDrain takes a host out of traffic and puts it back: load balancers are told, and all requests are answered.
func TestDrain(t *testing.T) {
	a, answered := occupied(t)
	told := func(want int) {
		t.Helper()
		alive, _ := a.status("GET", "/isAlive/")
		ready := a.raw(t, want, "GET", "/readyz", "", "")
		if alive != want {
			t.Errorf("/isAlive/ is %d, want %d; /readyz says %s", alive, want, ready)
		}
	}
	told(200)
	for _, wait := range []string{"soon", "-1s", "2h"} {
		a.ask(t, 400, "POST", drainPath+"?wait="+wait, "")
	}
	a.raw(t, 401, "POST", drainPath, "", "")
	told(200)

	if got := a.ask(t, 200, "POST", drainPath, ""); got["draining"] != true || got["inFlight"] != 1.0 {
		t.Errorf("with a call under way: %v", got)
	}
	told(503)
	a.answers(t, "g1", "g1") // as all that come
	if got := a.ask(t, 200, "POST", drainPath+"?wait=1m", ""); got["draining"] != true || got["inFlight"] != 0.0 {
		t.Errorf("after the call: %v", got)
	}
	if status := <-answered; status != http.StatusGatewayTimeout {
		t.Errorf("the call has the status %d, want 504", status)
	}
	if got := a.ask(t, 200, "DELETE", drainPath, ""); got["draining"] != false {
		t.Errorf("put back: %v", got)
	}
	told(200)
}

// TestDisableWaits has a service refuse what comes and finish what runs, and leaves its neighbour alone.
func TestDisableWaits(t *testing.T) {
	a, answered := occupied(t)
	disable := services + "/slow/actions/disable"
	a.ask(t, 400, "POST", disable+"?wait=soon", "")
	if got := a.ask(t, 200, "POST", disable, ""); got["inFlight"] != 1.0 {
		t.Errorf("with a call under way: %v", got)
	}
	if status, after := a.status("POST", "/public/api/v1/slow/a/run"); status != 503 || after == "" {
		t.Errorf("a new call has the status %d, Retry-After %q", status, after)
	}
	a.answers(t, "g1", "g1")
	if got := a.ask(t, 200, "POST", disable+"?wait=1m", ""); got["ok"] != true || got["inFlight"] != 0.0 {
		t.Errorf("after the call: %v", got)
	}
	if status := <-answered; status != http.StatusGatewayTimeout {
		t.Errorf("the call has the status %d, want 504", status)
	}
}
