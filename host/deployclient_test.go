package host_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skep/host"
)

// reply is what a client sees of one call.
type reply struct {
	status           int
	text, generation string // of an answer with status 200
	errorType        string // of another one
}

// caller calls the endpoints of a host, one request after the other, over a connection that stays open for as long as the
// host allows.
type caller struct {
	conn   net.Conn
	reader *bufio.Reader
}

func connect(url string) (*caller, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return nil, err
	}
	return &caller{conn, bufio.NewReader(conn)}, nil
}

// call asks an endpoint, given as service/endpoint.
func (c *caller) call(endpoint string) (reply, error) {
	_, err := fmt.Fprintf(c.conn, "POST /public/api/v1/%s/run HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", endpoint)
	if err != nil {
		return reply{}, err
	}
	res, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	var got struct {
		Response   string
		APIContext struct{ ServiceGeneration string }
		ErrorType  string
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return reply{}, fmt.Errorf("%d %s: %w", res.StatusCode, body, err)
	}
	if res.Close {
		_ = c.conn.Close()
		next, err := net.Dial("tcp", c.conn.RemoteAddr().String())
		if err != nil {
			return reply{}, err
		}
		c.conn, c.reader = next, bufio.NewReader(next)
	}
	return reply{res.StatusCode, got.Response, got.APIContext.ServiceGeneration, got.ErrorType}, nil
}

// compiled has modules compiled for the hosts of this user. Beside a crowd, and on a busy machine, a host that serves takes
// seconds for each, as its compiler gives way to all else.
func compiled(t *testing.T, modules ...string) {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, module := range modules {
		if err := os.WriteFile(filepath.Join(root, "docs", fmt.Sprintf("e%d.wasm", i)), []byte(module), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h := newHost(t, host.Config{Root: root})
	if err := h.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// saying are modules that say a name with each number from the one to the other.
func saying(name string, from, to int) (modules []string) {
	for n := from; n <= to; n++ {
		modules = append(modules, says(fmt.Sprintf("%s%d", name, n)))
	}
	return modules
}

// crowd are clients that call without pause until they are told to stop.
type crowd struct {
	calls atomic.Int64
	over  atomic.Bool
	all   sync.WaitGroup
}

// gather starts clients, each on a connection of its own. Each has a judge of its own, who says what is wrong with an
// answer; it is given all answers of its connection in their order.
func gather(t *testing.T, url string, clients int, endpoints []string, judge func() func(string, reply) error) *crowd {
	t.Helper()
	c := new(crowd)
	for i := range clients {
		conn, err := connect(url)
		if err != nil {
			t.Fatal(err)
		}
		check := judge()
		c.all.Go(func() {
			defer func() { _ = conn.conn.Close() }() // the last one
			for n := i; !c.over.Load(); n++ {
				endpoint := endpoints[n%len(endpoints)]
				got, err := conn.call(endpoint)
				if err == nil {
					err = check(endpoint, got)
				}
				if err != nil {
					t.Errorf("client %d, call %d of %s: %v", i, n, endpoint, err)
					return
				}
				c.calls.Add(1)
			}
		})
	}
	t.Cleanup(c.leave)
	return c
}

// served returns when so many more calls have been answered, so that changes do not outrun the clients.
func (c *crowd) served(t *testing.T, more int64) {
	t.Helper()
	want := c.calls.Load() + more
	await(t, fmt.Sprintf("%d calls to be answered", want), func() (any, bool) {
		got := c.calls.Load()
		return got, t.Failed() || got >= want
	})
}

func (c *crowd) leave() {
	c.over.Store(true)
	c.all.Wait()
}

// await returns when something has come about; look says what there is instead. A minute is for ever.
func await(t *testing.T, what string, look func() (got any, done bool)) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		got, done := look()
		if done {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s; got %v", what, got)
		}
	}
}

// holdings are what a process must not gather from one deployment to the next.
type holdings struct{ goroutines, files, memory int }

func held(t *testing.T) holdings {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc: files and memory are not looked at")
	}
	return holdings{runtime.NumGoroutine(), len(files), resident(t)}
}

// flat wants no more to be held than before, but for a few connections that come and go and what an allocator keeps: far
// less than the deployments in between, each leaving one behind, would leave. Before is to be after some of the same work,
// which has its price in memory once, above all with the race detector. What ends in the background is waited for.
func (before holdings) flat(t *testing.T) {
	t.Helper()
	const few, slack = 4, 24 << 20
	var now holdings
	await(t, fmt.Sprintf("as little to be held as %+v", before), func() (any, bool) {
		now = held(t)
		done := now.goroutines <= before.goroutines+few && now.files <= before.files+few && now.memory <= before.memory+slack
		if !done {
			time.Sleep(50 * time.Millisecond)
		}
		return fmt.Sprintf("%+v", now), done
	})
	t.Logf("held before %+v, after %+v", before, now)
}
