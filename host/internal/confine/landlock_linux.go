package confine

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a rule allows. Folders get all of it, files what there is for files.
const (
	mayRead    = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayExecute = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	mayWrite   = mayRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REFER

	mayUpdate = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE

	ofFiles = mayUpdate | unix.LANDLOCK_ACCESS_FS_EXECUTE
)

// handled are the rights on files that a kernel of that version of Landlock can take away.
func handled(version int) uint64 {
	rights := uint64(unix.LANDLOCK_ACCESS_FS_REFER)<<1 - 1
	if version >= 3 {
		rights |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 5 {
		rights |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	return rights
}

// leastVersion is the first one that lets a file be renamed into another folder.
const leastVersion = 2

// scopes is the first one that keeps signals and abstract sockets within.
const scopes = 6

// landlock asks the kernel for the version of its Landlock, or for the mistakes in it that were mended; 0 when it has none.
func landlock(question uintptr) int {
	answer, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, question)
	if errno != 0 {
		return 0
	}
	return int(answer)
}

// threadsSignal says whether a confined thread can signal the others of its process, as Go's runtime does. The first kernels
// that confine signals took the others for strangers; where that was mended they say so.
func threadsSignal() bool {
	const mendedThreads = 1 << 1 // erratum 2
	return landlock(unix.LANDLOCK_CREATE_RULESET_VERSION) < scopes ||
		landlock(unix.LANDLOCK_CREATE_RULESET_ERRATA)&mendedThreads != 0
}

// errNoLandlock says that the kernel cannot confine files.
var errNoLandlock = errors.New("this kernel does not confine files (Landlock, since Linux 5.19)")

// restrictFiles takes from the calling thread, and from what it starts, all files but those of the rules and the program.
// Signals and abstract sockets reach no process outside any more, where the kernel knows how.
func restrictFiles(r Rules, program string) error {
	version := landlock(unix.LANDLOCK_CREATE_RULESET_VERSION)
	if version < leastVersion {
		return errNoLandlock
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: handled(version)}
	if version >= scopes {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)),
		unsafe.Sizeof(attr), 0) // what an older kernel does not know is zero
	if errno != 0 {
		return fmt.Errorf("landlock_create_ruleset: %w", errno)
	}
	rules := ruleset{fd: int(fd), handled: attr.Handled_access_fs}
	defer unix.Close(rules.fd)

	if err := rules.addProgram(program); err != nil {
		return err
	}
	for _, path := range r.Read {
		if err := rules.add(path, mayRead); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, path := range r.Write {
		if err := rules.add(path, mayWrite); err != nil {
			return err
		}
	}
	for _, path := range append(r.Update, "/dev/null") {
		if err := rules.add(path, mayUpdate); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules.fd), 0, 0); errno != 0 {
		return fmt.Errorf("landlock_restrict_self: %w", errno)
	}
	return nil
}

// ruleset is what will be allowed.
type ruleset struct {
	fd      int
	handled uint64
}

// add allows what is at a path, and below it.
func (s ruleset) add(path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return &fs.PathError{Op: "fstat", Path: path, Err: err}
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= ofFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights & s.handled, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(s.fd), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return &fs.PathError{Op: "landlock_add_rule", Path: path, Err: errno}
	}
	return nil
}

// forC are the files that the C library of a dynamically linked program reads.
var forC = []string{"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache",
	"/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path", "/proc"}

// addProgram allows a program to be executed, with its loader and libraries where it has any.
func (s ruleset) addProgram(program string) error {
	if err := s.add(program, mayExecute); err != nil {
		return err
	}
	file, err := elf.Open(program)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		loader, err := io.ReadAll(io.LimitReader(p.Open(), 4096))
		if err != nil {
			return err
		}
		if err := s.add(strings.TrimRight(string(loader), "\x00"), mayExecute); err != nil {
			return err
		}
		for _, path := range forC {
			if err := s.add(path, mayRead); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
