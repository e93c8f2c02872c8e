package store

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// syncer brings files to the disk without a thread that waits: such a thread keeps one of Go's processors until the runtime
// notices, which takes it up to 20 ms, and meanwhile that serves no requests. It asks the kernel by its interface for
// asynchronous files, and waits for the answer as for a socket's.
type syncer struct {
	mu     sync.Mutex // held while a file is on its way
	opened bool
	events *os.File // can be read when an answer is there; nil where the kernel takes no such orders
	orders uintptr  // the kernel's name for those of this process
}

// order is what the kernel calls struct iocb.
type order struct {
	_                  uint64
	_, _               uint32
	command, _         uint16
	file               uint32
	_, _               uint64
	_                  int64
	_                  uint64
	flags, eventsAreAt uint32
}

// answer is what the kernel calls struct io_event.
type answer struct {
	_, _   uint64
	result int64
	_      int64
}

const (
	commandSync = 2 // IOCB_CMD_FSYNC
	tellEvents  = 1 // IOCB_FLAG_RESFD
)

// sync brings a file or folder to the disk.
func (s *syncer) sync(f *os.File) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.opened {
		s.opened = true
		s.open()
	}
	if s.events == nil {
		return f.Sync()
	}
	sent := false
	conn, err := f.SyscallConn()
	if err == nil {
		err = conn.Control(func(fd uintptr) { sent = s.send(fd) })
	}
	if err != nil || !sent {
		return f.Sync()
	}
	// The file stays open for the kernel, whoever closes it.
	var count [8]byte
	if _, err := s.events.Read(count[:]); err != nil {
		return fmt.Errorf("waiting for the disk: %w", err)
	}
	got, n, err := s.receive(1)
	switch {
	case n != 1:
		return fmt.Errorf("waiting for the disk: %w", err)
	case got.result == -int64(syscall.EINVAL): // a file system that knows no such order
		return f.Sync()
	case got.result < 0:
		return &os.PathError{Op: "fsync", Path: f.Name(), Err: syscall.Errno(-got.result)}
	}
	return nil
}

func (s *syncer) open() {
	fd, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if errno != 0 {
		return
	}
	events := os.NewFile(fd, "answers of the disk")
	_, _, errno = syscall.Syscall(syscall.SYS_IO_SETUP, 1, uintptr(unsafe.Pointer(&s.orders)), 0)
	if errno != 0 {
		_ = events.Close()
		return
	}
	if _, n, err := s.receive(0); n != 0 || err != nil { // there is none, but it may be forbidden to ask
		_ = events.Close()
		_, _, _ = syscall.Syscall(syscall.SYS_IO_DESTROY, s.orders, 0, 0)
		return
	}
	s.events = events
}

// receive takes an answer, and waits for least of them.
func (s *syncer) receive(least uintptr) (got answer, n int, err error) {
	r, _, errno := syscall.Syscall6(syscall.SYS_IO_GETEVENTS, s.orders, least, 1, uintptr(unsafe.Pointer(&got)), 0, 0)
	if errno != 0 {
		return got, 0, errno
	}
	return got, int(r), nil
}

func (s *syncer) send(file uintptr) (sent bool) {
	conn, err := s.events.SyscallConn()
	if err != nil {
		return false
	}
	_ = conn.Control(func(events uintptr) {
		o := &order{command: commandSync, file: uint32(file), flags: tellEvents, eventsAreAt: uint32(events)}
		list := [...]*order{o}
		n, _, _ := syscall.Syscall(syscall.SYS_IO_SUBMIT, s.orders, 1, uintptr(unsafe.Pointer(&list)))
		sent = n == 1
	})
	return sent
}

func (s *syncer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events != nil {
		_ = s.events.Close()
		_, _, _ = syscall.Syscall(syscall.SYS_IO_DESTROY, s.orders, 0, 0)
	}
	s.opened, s.events = true, nil
}
