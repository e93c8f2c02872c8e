package host_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// clientVariable makes this program a neighbour's client; its value is the URL that it calls.
const clientVariable = "SKEP_TEST_CLIENT"

// clientReport is what a client saw since its last report.
type clientReport struct {
	Calls     int
	Wrong     int
	FirstBad  string
	P50, Most time.Duration
}

// client is a process that calls a good endpoint all the time.
type client struct {
	ask   io.WriteCloser
	tells *bufio.Scanner
}

// startClient starts a process that calls an endpoint that echoes.
func startClient(t testing.TB, url string) *client {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestClientProcess$")
	cmd.Env = append(os.Environ(), clientVariable+"="+url)
	cmd.Stderr = os.Stderr
	ask, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	tells, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = ask.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("client process: %v", err)
		}
	})
	return &client{ask, bufio.NewScanner(tells)}
}

// report gives what the client saw since the last one, which are so many calls or more.
func (c *client) report(t testing.TB, calls int) (r clientReport) {
	t.Helper()
	if _, err := fmt.Fprintln(c.ask, calls); err != nil {
		t.Fatal(err)
	}
	if !c.tells.Scan() {
		t.Fatalf("the client process says nothing: %v", c.tells.Err())
	}
	if err := json.Unmarshal(c.tells.Bytes(), &r); err != nil {
		t.Fatalf("%s: %v", c.tells.Bytes(), err)
	}
	return r
}

// TestClientProcess is the client process: it is no test of its own.
func TestClientProcess(t *testing.T) {
	url := os.Getenv(clientVariable)
	if url == "" {
		t.Skip("only as a process of another test")
	}
	asked := make(chan int)
	go func() {
		var calls int
		for {
			if _, err := fmt.Fscanln(os.Stdin, &calls); err != nil {
				os.Exit(0)
			}
			asked <- calls
		}
	}()
	http.DefaultClient.Timeout = 20 * time.Second
	var r clientReport
	var took []time.Duration
	pace := time.NewTicker(2 * time.Millisecond)
	wanted := -1
	for call := 0; ; call++ {
		if wanted >= 0 && len(took) >= wanted {
			if r.Calls = len(took); r.Calls > 0 {
				slices.Sort(took)
				r.P50, r.Most = took[len(took)/2], took[len(took)-1]
			}
			if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
				os.Exit(1)
			}
			r, took, wanted = clientReport{}, nil, -1
		}
		select {
		case wanted = <-asked:
		case <-pace.C:
			start := time.Now()
			if bad := callGood(url, call); bad != "" {
				if r.Wrong++; r.FirstBad == "" {
					r.FirstBad = bad
				}
			}
			took = append(took, time.Since(start))
		}
	}
}

// callGood calls the endpoint and says what is wrong with its answer.
func callGood(url string, call int) string {
	secret := fmt.Sprintf("number %d of the good client", call)
	res, err := http.Post(url, "", strings.NewReader(`{"secret":"`+secret+`"}`))
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	if res.StatusCode != 200 || !strings.Contains(string(body), secret) {
		return fmt.Sprintf("%d %q, want the request back", res.StatusCode, body)
	}
	return ""
}
