package ingress

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"skep/abi"
)

// TestBuffersAreNotShared calls echoing endpoints from many connections at once, with values, custom responses and
// errors of every size: an answer must hold its own request and nothing else.
func TestBuffersAreNotShared(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 20
	}
	body := func(request []byte) ([]byte, error) {
		r, err := abi.ReadRequest(request)
		return r.Input, err
	}
	text := custom("custom", guest(func(request []byte) ([]byte, error) {
		input, err := body(request)
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagCustom, Status: 200, ContentType: "text/plain", Body: input,
			Headers: []abi.Header{{Name: "X-Echo", Value: string(input[:min(len(input), 100)])}}}), err
	}))
	text.JSONInput = true
	failing := endpoint("error", guest(func(request []byte) ([]byte, error) {
		input, err := body(request)
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 400, Message: string(input)}), err
	}))
	failing.JSONInput = true
	s := startWith(t, Config{Registry: registry(endpoint("echo", guest(echoArgs)), text, failing), Metadata: true})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()

	call := func(id, body string) (*http.Response, []byte, error) {
		res, err := client.Post("http://"+s.addr+"/public/api/v1/docs/"+id+"/run", "", strings.NewReader(body))
		if err != nil {
			return nil, nil, err
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		return res, answer, err
	}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for round := range rounds {
				fill := strings.Repeat(string(rune('a'+worker)), (worker*977+round*131)%5000)
				sent := fmt.Sprintf(`{"w":%d,"r":%d,"x":"%s"}`, worker, round, fill)
				id := []string{"echo", "custom", "error"}[round%3]
				res, got, err := call(id, sent)
				if err != nil {
					t.Errorf("%s: %v", id, err)
					return
				}
				ok := false
				switch id {
				case "echo":
					ok = bytes.HasPrefix(got, []byte(`{"response":`+sent+`,"timing"`))
				case "custom":
					ok = string(got) == sent && res.Header.Get("X-Echo") == sent[:min(len(sent), 100)]
				case "error":
					ok = bytes.Contains(got, mustJSON(t, sent)) && res.StatusCode == 400
				}
				if !ok {
					t.Errorf("%s: sent %s, got %d %s", id, sent, res.StatusCode, got)
					return
				}
			}
		})
	}
	all.Wait()
}
