package store

import (
	"errors"
	"testing"
)

func TestPrevious(t *testing.T) {
	for name, test := range map[string]struct{ state, want string }{
		"nothing has served":            {`{"mode":"newest"}`, ""},
		"newest, the first":             {`{"mode":"newest","history":["v1"]}`, ""},
		"newest, after another":         {`{"mode":"newest","history":["v1","v2"]}`, "v1"},
		"after what is gone":            {`{"mode":"newest","history":["v1","v9","v2"]}`, "v1"},
		"pinned":                        {`{"mode":"pinned","mapping":[{"generation":"v2","proba":1}],"history":["v1","v2"]}`, "v1"},
		"pinned, and not active so far": {`{"mode":"pinned","mapping":[{"generation":"v3","proba":1}],"history":["v1","v2"]}`, "v2"},
		"a canary": {`{"mode":"pinned","mapping":[{"generation":"v2","proba":0.9},{"generation":"v3","proba":0.1}],` +
			`"history":["v1","v2"]}`, "v2"},
		"a canary from the start": {`{"mode":"pinned","mapping":[{"generation":"v2","proba":0.9},` +
			`{"generation":"v3","proba":0.1}]}`, ""},
	} {
		s := open(t, write(t, map[string]string{"docs/state.json": test.state, "docs/generations/v1/a.wasm": "1",
			"docs/generations/v2/a.wasm": "2", "docs/generations/v3/a.wasm": "3"}))
		got, err := s.Previous("docs")
		if got != test.want || (test.want == "") != errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
	}
}
