package model

import "testing"

func TestParseRefuses(t *testing.T) {
	const valid = "# comment\n\nclass:a 0 1 2 3 4\nclass:b 0 1 2 3 4\nnumber 1 2 3 4 5\n"
	if w, err := parse(valid); err != nil || len(w.classes) != 2 || w.number.weights[3] != 5 {
		t.Fatalf("got %+v, %v", w, err)
	}
	for _, text := range []string{
		"",
		valid + "class:c 0 1 2 3\n",
		valid + "class:c 0 1 2 3 4 5\n",
		valid + "class:c 0 1 2 3 x\n",
		valid + "klass:c 0 1 2 3 4\n",
		"class:a 0 1 2 3 4\nnumber 1 2 3 4 5\n",
		"class:a 0 1 2 3 4\nclass:b 0 1 2 3 4\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("accepted: %q", text)
		}
	}
}
