// Package confine takes from this process what it does not need: privileges, and files. It does not know what the
// program does with what it keeps.
package confine

import (
	"errors"
	"os"
)

// Rules say which files a process keeps. Its program it may always read and execute, and nothing else executes.
type Rules struct {
	// Read are files, and folders with all in them, that may be read. What is not there is left out.
	Read []string
	// Write are folders, with all in them, that may be read and changed. They must be there. Programs that are put there
	// cannot be executed.
	Write []string
	// Update are files that may be read and written over. What is not there is left out.
	Update []string
}

// Outcome says what a process has given up.
type Outcome struct {
	// Privileges says that capabilities are gone, but for those to reach files and to listen on low ports, and that
	// nothing that it executes has more.
	Privileges bool
	// Files says that the rules hold.
	Files bool
	// Why says why something was not given up; empty when all was.
	Why string
}

// ErrConfine says that the process cannot be confined, though the system knows how to.
var ErrConfine = errors.New("confinement")

// variable tells a program that it was started anew under rules; its value is Outcome.Why.
const variable = "SKEP_CONFINED"

// Restarted says whether this program was started anew by [Restart] and has not called it since.
func Restarted() bool {
	_, ok := os.LookupEnv(variable)
	return ok
}
