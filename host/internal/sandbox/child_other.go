//go:build !linux

package sandbox

import (
	"os"
	"os/exec"
)

// apply does nothing: the clock alone bounds a child here.
func (childLimits) apply() error { return nil }

func thisProgram() (string, error) { return os.Executable() }

func confine(*exec.Cmd) {}

func ended(state *os.ProcessState) string {
	if state.Exited() {
		return ""
	}
	return "its process was ended: " + state.String()
}
