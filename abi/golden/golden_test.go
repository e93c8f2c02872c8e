package golden_test

import (
	"fmt"
	"strings"
	"testing"

	"skep/abi/golden"
)

func ExampleRead() {
	frames, err := golden.Read("../testdata/golden")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range frames {
		if f.Name == "result-value-number" {
			fmt.Printf("%s % x %s\n", f.Kind, f.Bytes, f.JSON)
		}
	}
	// Output: result 92 01 03 {"tag":1,"value":3}
}

func ExampleParse() {
	f, err := golden.Parse([]byte("Cut.\n-- kind --\nvalue\n-- hex --\na2 61\n-- error --\nshort\n"))
	fmt.Println(f.Kind, len(f.Bytes), f.Error, err)
	// Output: value 2 short <nil>
}

func TestParseRefuses(t *testing.T) {
	const valid = "C.\n-- kind --\nvalue\n-- hex --\nc0\n-- json --\nnull\n-- canonical --\nyes\n"
	if _, err := golden.Parse([]byte(valid)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no comment":        strings.Replace(valid, "C.", "", 1),
		"no kind":           strings.Replace(valid, "-- kind --\nvalue\n", "", 1),
		"no hex":            strings.Replace(valid, "-- hex --\nc0\n", "", 1),
		"bad hex":           strings.Replace(valid, "c0", "c", 1),
		"no meaning":        strings.Replace(valid, "-- json --\nnull\n", "", 1),
		"no canonical":      strings.Replace(valid, "-- canonical --\nyes\n", "", 1),
		"canonical is else": strings.Replace(valid, "yes", "perhaps", 1),
		"json and error":    valid + "-- error --\nshort\n",
		"unknown section":   valid + "-- more --\nx\n",
		"section twice":     valid + "-- kind --\nvalue\n",
	} {
		if _, err := golden.Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
