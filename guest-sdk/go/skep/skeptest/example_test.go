package skeptest_test

import (
	"testing"

	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/skeptest"
)

// The file main_test.go beside an endpoint that needs credentials.
func Example() {
	var _ = func(t *testing.T) {
		request := skeptest.Request{Headers: skep.Headers{{Name: "Authorization", Value: "Basic a2V5Og=="}}}
		if r := request.Run(t, map[string]any{"p1": 1, "p2": 2}); r.Status != 200 || r.Value != 3.0 {
			t.Errorf("got %+v", r)
		}
		if r := skeptest.Run(t, nil); r.Status != 401 {
			t.Errorf("without credentials: got %+v", r)
		}
	}
}
