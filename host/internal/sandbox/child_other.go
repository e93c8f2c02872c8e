//go:build !linux

package sandbox

import (
	"os"
	"os/exec"
)

// apply does nothing: the clock alone bounds a child here.
func (childLimits) apply() error { return nil }

func thisProgram() (string, error) { return os.Executable() }

func onOwnThread(f func() error) error { return f() }

func giveWay(*os.Process) {}

func group(*exec.Cmd) (wait func()) { return func() {} }

// victims does nothing here.
type victims struct{}

// OOMScoreFile is not there on this operating system.
const OOMScoreFile = ""

func newVictims() *victims { return nil }

func (*victims) start(cmd *exec.Cmd) error { return cmd.Start() }

func ended(state *os.ProcessState) string {
	if state.Exited() {
		return ""
	}
	return "its process was ended: " + state.String()
}
