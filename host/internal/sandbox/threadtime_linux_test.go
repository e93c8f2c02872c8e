package sandbox

import "golang.org/x/sys/unix"

// threadTime is the CPU time of this thread so far, in nanoseconds.
func threadTime() int64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now)
	return now.Nano()
}
