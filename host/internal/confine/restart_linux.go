package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// Restart gives up privileges and all files but those of the rules, and starts this program anew, in the same
// process, with the same arguments, environment and standard files. There it is called once more: then it proves that the
// rules hold and returns.
//
// The kernel keeps rights for each thread, and a Go program has many of them that nobody can reach. A program that is
// started by a confined thread has confined threads only.
//
// A kernel that knows nothing of it is no error; the outcome says so. After an error the process must end: some of its
// threads may be confined.
func Restart(r Rules) (Outcome, error) {
	if why, ok := os.LookupEnv(variable); ok {
		if err := os.Unsetenv(variable); err != nil {
			return Outcome{}, fmt.Errorf("%w: %w", ErrConfine, err)
		}
		return prove(r, why)
	}
	runtime.LockOSThread() // for good
	program, told, err := confineThread(r)
	if err != nil {
		return Outcome{}, err
	}
	err = syscall.Exec(program, os.Args, append(os.Environ(), told))
	return Outcome{}, fmt.Errorf("%w: starting %s anew: %w", ErrConfine, program, err)
}

// Thread gives up the same for the calling thread and the programs that it starts. The goroutine must have locked the thread
// and must not unlock it, so that both end together. What Thread returns belongs into the environment of this program when it
// is started there: [Restart] then returns at once, with the proof. It is empty where threads cannot be confined alone, and
// nothing was given up.
func Thread(r Rules) (environment string, err error) {
	if !threadsSignal() {
		return "", nil
	}
	_, environment, err = confineThread(r)
	return environment, err
}

// confineThread gives the program that may be executed, and what to tell it by its environment.
func confineThread(r Rules) (program, told string, err error) {
	if program, err = thisProgram(); err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrConfine, err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return "", "", fmt.Errorf("%w: no_new_privs: %w", ErrConfine, err)
	}
	if err := dropCapabilities(); err != nil {
		return "", "", fmt.Errorf("%w: capabilities: %w", ErrConfine, err)
	}
	why := ""
	if err := restrictFiles(r, program); errors.Is(err, errNoLandlock) {
		why = err.Error()
	} else if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrConfine, err)
	}
	return program, variable + "=" + why, nil
}

// kept are the capabilities that stay where they are: they reach files, which the rules bound, and listen on low ports.
var kept = [...]int{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH, unix.CAP_NET_BIND_SERVICE}

// dropCapabilities takes all others from the calling thread. With no_new_privs they do not come back.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var has [2]unix.CapUserData // 32 capabilities each
	if err := unix.Capget(&header, &has[0]); err != nil {
		return err
	}
	var keep [2]uint32
	for _, c := range kept {
		keep[c/32] |= 1 << (c % 32)
	}
	for i := range has {
		has[i] = unix.CapUserData{Effective: has[i].Effective & keep[i], Permitted: has[i].Permitted & keep[i]}
	}
	return unix.Capset(&header, &has[0])
}

// prove looks whether what was given up is gone.
func prove(r Rules, why string) (Outcome, error) {
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil || set != 1 {
		return Outcome{}, fmt.Errorf("%w: no_new_privs is %d (%v), though it was set", ErrConfine, set, err)
	}
	if why != "" {
		return Outcome{Privileges: true, Why: why}, nil
	}
	if !slices.ContainsFunc(slices.Concat(r.Read, r.Write), isRoot) {
		root, err := os.Open("/")
		if !errors.Is(err, fs.ErrPermission) {
			_ = root.Close()
			return Outcome{}, fmt.Errorf("%w: the kernel took the rules, but does not keep to them", ErrConfine)
		}
	}
	return Outcome{Privileges: true, Files: true}, nil
}

func isRoot(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	return err == nil && real == "/"
}

// thisProgram is the executable of this process, also after another file has taken its name.
func thisProgram() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}
