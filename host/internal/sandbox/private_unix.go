//go:build unix

package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// private is nil for a folder that only the user of this process can write to. The path has no symbolic links.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d, this is user %d; what is in it will be executed: name a folder of your own",
			dir, stat.Uid, os.Geteuid())
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("others may write to %s (mode %#o); what is in it will be executed: chmod go-w it", dir, mode)
	}
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
			return fmt.Errorf("everybody may write to %s (mode %#o), which holds %s; what is there will be executed: "+
				"chmod o-w it", above, info.Mode().Perm(), dir)
		}
		if above == filepath.Dir(above) {
			return nil
		}
	}
}

// lock is a lock on a folder; it ends with the process that holds it.
type lock struct{ folder *os.File }

// lockShared waits for who removes the folder. Some file systems have no locks: there code that is in use may be
// collected, and is compiled again when it is needed.
func lockShared(dir string) (lock, error) {
	folder, err := os.Open(dir)
	if err == nil {
		_ = flock(folder, unix.LOCK_SH)
	}
	return lock{folder}, err
}

// lockExclusive fails when anybody holds a lock.
func lockExclusive(dir string) (lock, error) {
	folder, err := os.Open(dir)
	if err != nil {
		return lock{}, err
	}
	if err := flock(folder, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = folder.Close()
		return lock{}, err
	}
	return lock{folder}, nil
}

func flock(folder *os.File, how int) error {
	for {
		if err := unix.Flock(int(folder.Fd()), how); err != unix.EINTR {
			return err
		}
	}
}

func (l lock) release() { _ = l.folder.Close() }
