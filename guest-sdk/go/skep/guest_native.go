//go:build !wasip1

package skep

import (
	"crypto/rand"
	"os"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/inproc"
)

// hostLog hands a line to the test that runs the handler, and to standard error where none does.
func hostLog(level int32, text string) {
	if inproc.Log == nil {
		os.Stderr.WriteString(text + "\n")
		return
	}
	inproc.Log(abi.Level(level), text)
}

// hostCall has the test answer a call frame with a result frame.
func hostCall(frame []byte) []byte {
	if inproc.Self == nil {
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagError, Status: 503, Type: "SelfCallRefused",
			Message: "no host is there that could call another endpoint"})
	}
	return inproc.Self(frame)
}

// hostRandom fills p with random bytes.
func hostRandom(p []byte) {
	_, _ = rand.Read(p) // it never fails
}

// memory is nothing here: there is no host that writes to it.
//
//lint:ignore U1000 guests have one
type memory struct{}

// lend says that frames may be written over.
func (*memory) lend() bool { return false }

func init() {
	inproc.Open = func() inproc.Module { return registeredModule() }
}
