package manifest

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// FuzzParse takes any bytes: there must be no panic, every error must be a clear one, and what is accepted must be
// valid and stay what it is when nothing is applied to it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	problems, err := os.ReadFile("testdata/problems.txt")
	if err != nil {
		f.Fatal(err)
	}
	for entry := range strings.SplitSeq(string(problems), "====\n") {
		text, _, _ := strings.Cut(entry, "----\n")
		f.Add([]byte(text))
	}
	f.Add([]byte("[[test]]\n[[test.body.a]]\n[[test.body.a.b]]\nc.d = [[{}], {e.f = 1}]\n[test.body.a.g]\n"))
	f.Add([]byte("test = [[[[[[[[]]]]]]]]"))
	f.Add([]byte("\xef\xbb\xbfkind = \"function\"\r\n# \xff"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse("e.toml", text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || len(e.Problems) == 0 || len(e.Problems) > MaxProblems+1 {
				t.Fatalf("unclear error %v", err)
			}
			for _, p := range e.Problems {
				if p.Text == "" {
					t.Fatalf("problem without a text in %v", err)
				}
			}
			return
		}
		if err := m.Validate(); err != nil {
			t.Fatalf("accepted and invalid: %v", err)
		}
		again, err := m.Apply("e.toml", nil)
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("an empty text changes %+v to %+v, %v", m, again, err)
		}
		if again, err = m.Apply("e.toml", text); err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("the same text changes %+v to %+v, %v", m, again, err)
		}
	})
}
