package store

import (
	"testing"

	"skep/host/internal/pace"
)

// Looking at the folder and changing it have places where they make room for others.
func TestMakesRoom(t *testing.T) {
	root := write(t, map[string]string{"docs/generations/v1/text.wasm": ""})
	s := open(t, root)
	asked := 0
	var p pace.Pace
	p.Beside(func() bool { asked++; return false })
	s.Beside(&p)
	if _, _, err := s.Scan(); err != nil {
		t.Fatal(err)
	}
	if asked < 3 { // for the folder, its service and the generation
		t.Errorf("looking asked %d times whether it has to make room", asked)
	}
	asked = 0
	if err := activated(s, "v1"); err != nil {
		t.Fatal(err)
	}
	if asked < 5 { // to open, write, sync and rename a file, and to sync its folder
		t.Errorf("a change asked %d times whether it has to make room", asked)
	}
}
