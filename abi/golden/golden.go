// Package golden reads the golden frames of abi/testdata/golden, on which every host and every SDK must agree. It is
// for tests.
package golden

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Kinds of frames.
const (
	Value      = "value"       // one bare value
	Init       = "init"        // the init frame
	InitResult = "init-result" // the result frame that accepts it
	Request    = "request"
	Result     = "result"
	Call       = "call" // of another endpoint
)

// Frame is one golden file.
type Frame struct {
	Name    string // of the file, without its folder and extension
	Comment string // what the frame shows
	Kind    string
	Bytes   []byte
	// JSON is the meaning of a valid frame.
	JSON string
	// Canonical says that a writer of the meaning gives exactly these bytes.
	Canonical bool
	// Error is the reason why a broken frame is refused, empty for a valid one.
	Error string
}

// Read reads all golden files of a folder, in the order of their names. It refuses a file that is not complete.
func Read(dir string) ([]Frame, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("golden: no *.txtar in %s", dir)
	}
	frames := make([]Frame, 0, len(paths))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("golden: %s: %w", path, err)
		}
		f.Name = strings.TrimSuffix(filepath.Base(path), ".txtar")
		frames = append(frames, f)
	}
	return frames, nil
}

// Parse reads the text of one golden file.
func Parse(text []byte) (Frame, error) {
	var f Frame
	section := ""
	sections := map[string]string{}
	for line := range bytes.Lines(text) {
		name, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "-- ")
		if name, end := strings.CutSuffix(name, " --"); ok && end {
			if _, twice := sections[name]; twice {
				return f, fmt.Errorf("section %q twice", name)
			}
			section = name
			sections[name] = ""
			continue
		}
		sections[section] += string(line)
	}
	for name, body := range sections {
		body = strings.TrimSpace(body)
		switch name {
		case "":
			f.Comment = body
		case "kind":
			f.Kind = body
		case "hex":
			b, err := hex.DecodeString(strings.Join(strings.Fields(body), ""))
			if err != nil {
				return f, err
			}
			f.Bytes = b
		case "json":
			f.JSON = body
		case "canonical":
			if body != "yes" && body != "no" {
				return f, fmt.Errorf("canonical is %q, not yes or no", body)
			}
			f.Canonical = body == "yes"
		case "error":
			f.Error = body
		default:
			return f, fmt.Errorf("unknown section %q", name)
		}
	}
	_, hasHex := sections["hex"]
	_, hasCanonical := sections["canonical"]
	switch broken := f.Error != ""; {
	case f.Comment == "" || f.Kind == "" || !hasHex:
		return f, fmt.Errorf("no comment, no kind or no hex")
	case broken == (f.JSON != "") || broken == hasCanonical:
		return f, fmt.Errorf("needs json and canonical, or error alone")
	}
	return f, nil
}
