//go:build linux && !race

package frame

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"skep/abi"
	"skep/host/internal/service"
)

// envOpen makes this program one that decodes the value of this name as if nothing were to be feared.
const envOpen = "SKEP_FRAME_TEST_OPEN"

// openValues are what the guests claims-array and deep of host/testdata/hostile answer with, the second one longer.
var openValues = map[string][]byte{
	"claims-array": {0xdd, 0xff, 0xff, 0xff, 0xff},
	"deep":         bytes.Repeat([]byte{0x91}, 20<<20),
}

// TestWithoutDecoder shows what a value of a guest does to a process that reads it in the library's own way, and that
// the decoder refuses it.
func TestWithoutDecoder(t *testing.T) {
	for name, value := range openValues {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOpenChild$")
		cmd.Env = append(os.Environ(), envOpen+"="+name, "GOTRACEBACK=none")
		out, err := cmd.CombinedOutput()
		if text := string(out); err == nil || !strings.Contains(text, "decodes") || !strings.Contains(text, "fatal error") {
			t.Errorf("%s: %v, %.300s; it is not hostile", name, err, text)
		}
		if _, err := readAs(runFunction, 0, append(abi.AppendValueHead(nil), value...)); !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOpenChild is the child: it is no test of its own.
func TestOpenChild(t *testing.T) {
	value, ok := openValues[os.Getenv(envOpen)]
	if !ok {
		t.Skip("only as a process of another test")
	}
	const memory = 4 << 30
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memory, Max: memory}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("decodes")
	var v any
	fmt.Println("ended:", msgpack.Unmarshal(value, &v))
	os.Exit(0)
}
