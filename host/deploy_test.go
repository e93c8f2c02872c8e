package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"skep/host"
)

// number is the n of a generation gn or of a text tn.
func number(name string) int {
	n, err := strconv.Atoi(strings.TrimLeft(name, "gt"))
	if err != nil {
		return -1
	}
	return n
}

// whole judges answers of generations whose endpoints answer with the generation's name: status 200, and made by the
// generation that the answer names. With forward, no older one than the last may answer.
func whole(forward bool) func() func(string, reply) error {
	return func() func(string, reply) error {
		last := ""
		return func(_ string, a reply) error {
			switch {
			case a.status != 200 || a.text != a.generation || number(a.text) < 0:
				return fmt.Errorf("got %+v, which no whole generation answers", a)
			case forward && number(a.text) < number(last):
				return fmt.Errorf("got %s after %s", a.text, last)
			}
			last = a.text
			return nil
		}
	}
}

// rounds is how often something is done: less often where it takes long.
func rounds(n int) int {
	if testing.Short() || raceDetector {
		return max(n/5, 8)
	}
	return n
}

// put makes a generation gn of two endpoints.
func (a *administered) put(t *testing.T, n int, query string) {
	t.Helper()
	name := fmt.Sprintf("g%d", n)
	a.ask(t, 200, "POST", services+"/docs/generations?generation="+name+query,
		zipped(t, "a.wasm", says(name), "b.wasm", says(name)))
}

func (a *administered) act(t *testing.T, action, body string) {
	t.Helper()
	a.ask(t, 200, "POST", services+"/docs/actions/"+action, body)
}

const clients = 8

var both = []string{"docs/a", "docs/b"}

// Switching forward: each call is answered, by one whole generation, and never by an older one than the connection has
// seen; what was replaced is gone afterwards.
func TestDeployForward(t *testing.T) {
	compiled(t, saying("g", 0, rounds(50)-1)...)
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 0, "&activate=true")
	a.answers(t, "g0", "g0")
	turn := func(from, to int) {
		c := gather(t, a.URL, clients, both, whole(true))
		for n := from; n < to; n++ {
			a.put(t, n, "&activate=true")
			a.ask(t, 200, "DELETE", fmt.Sprintf("%s/docs/generations/g%d", services, n-1), "")
			c.served(t, clients)
		}
		c.leave()
		last := fmt.Sprintf("g%d", to-1)
		a.answers(t, last, last)
	}
	turn(1, rounds(10))
	before := held(t)
	turn(rounds(10), rounds(50))
	before.flat(t)
}

// Back and forth between the same generations, by switches, rollbacks and mappings, while others are deleted: calls do
// not notice. An upload of the same bytes under another name is a generation like any other.
func TestDeployBackAndForth(t *testing.T) {
	compiled(t, saying("g", 1, 3)...)
	a := administer(t, host.Config{})
	a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
	a.put(t, 1, "&activate=true")
	a.put(t, 2, "&activate=true")
	turn := func(from, to int) {
		c := gather(t, a.URL, clients, both, whole(false))
		for n := from; n < to; n++ {
			switch n % 5 {
			case 0:
				a.act(t, "rollback", "")
			case 1:
				a.act(t, "switchTo/g2", "")
			case 2:
				a.act(t, "setMapping", `{"entries":[{"generation":"g1","proba":0.5},{"generation":"g2","proba":0.5}]}`)
			case 3:
				a.put(t, 3, "") // held: it serves nobody
				a.ask(t, 200, "DELETE", services+"/docs/generations/g3", "")
			case 4:
				a.act(t, "switchTo/g1", "")
				a.ask(t, 200, "DELETE", services+"/docs/generations/g2", "") // it served a moment ago
				a.put(t, 2, "")                                              // the same bytes again
				a.act(t, "switchToNewest", "")
			}
			c.served(t, clients)
		}
		c.leave()
		a.act(t, "switchTo/g1", "")
		a.act(t, "switchTo/g2", "") // with new instances, as few as before
		a.answers(t, "g2", "g2")
	}
	turn(0, 5)
	before := held(t)
	turn(5, rounds(50))
	before.flat(t)
}

// A service that comes and goes: calls get a whole answer, or learn that there is none.
func TestDeployComeAndGo(t *testing.T) {
	compiled(t, saying("g", 0, 2)...)
	a := administer(t, host.Config{})
	known := func() func(string, reply) error {
		sound := whole(false)()
		return func(endpoint string, got reply) error {
			gone := got.status == 404 && got.errorType == "NotFound"
			off := got.status == 503 && (got.errorType == "ServiceUnavailable" || got.errorType == "EndpointUnavailable")
			if gone || off {
				return nil
			}
			return sound(endpoint, got)
		}
	}
	c := gather(t, a.URL, clients, both, known)
	for n := range rounds(20) {
		a.ask(t, 200, "POST", services, `{"serviceId":"docs"}`)
		c.served(t, clients)
		a.put(t, n%3, "&activate=true")
		name := fmt.Sprintf("g%d", n%3)
		a.answers(t, name, name)
		a.act(t, "disable", "")
		if got := a.Post(t, "docs/a/run", "{}"); got.Status != 503 {
			t.Errorf("disabled: %d %s", got.Status, got.Body)
		}
		c.served(t, clients)
		a.act(t, "enable", "")
		a.answers(t, name, name)
		a.ask(t, 200, "DELETE", services+"/docs", "")
		if got := a.Post(t, "docs/a/run", "{}"); got.Status != 404 {
			t.Errorf("deleted: %d %s", got.Status, got.Body)
		}
		c.served(t, clients)
	}
}

// Loose modules that are replaced in place, each alone: what answers is old or new, never broken, and never old again.
func TestDeployLoose(t *testing.T) {
	compiled(t, saying("t", 0, 5+rounds(15))...)
	a := administer(t, host.Config{})
	dir := filepath.Join(a.root, "docs")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { // in place, not at once
			t.Fatal(err)
		}
	}
	write("a.wasm", says("t0"))
	write("b.wasm", says("t0"))
	becomes := func(endpoint, text string) {
		t.Helper()
		await(t, endpoint+" to answer "+text, func() (any, bool) {
			got := a.Post(t, endpoint+"/run", "{}").Body
			return got, strings.Contains(got, `"response":"`+text+`"`)
		})
	}
	becomes("docs/a", "t0")
	becomes("docs/b", "t0")
	forward := func() func(string, reply) error {
		last := map[string]int{}
		return func(endpoint string, got reply) error {
			n := number(got.text)
			if got.status != 200 || n < last[endpoint] || !strings.HasPrefix(got.generation, "auto-") {
				return fmt.Errorf("got %+v after t%d", got, last[endpoint])
			}
			last[endpoint] = n
			return nil
		}
	}
	turn := func(from, to int) {
		c := gather(t, a.URL, clients, both, forward)
		for n := from; n < to; n++ {
			text := fmt.Sprintf("t%d", n)
			write("a.wasm", says(text))
			becomes("docs/a", text)
			write("a.wasm", "no module at all") // the last good one goes on
			write("b.wasm", says(text))
			becomes("docs/b", text)
		}
		c.leave()
		last := fmt.Sprintf("t%d", to)
		for _, name := range []string{"a", "b"} { // with new instances, as few as before
			write(name+".wasm", says(last))
			becomes("docs/"+name, last)
		}
	}
	turn(1, 4)
	before := held(t)
	turn(5, 5+rounds(15))
	before.flat(t)
}
