package bench

import (
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// pin has this process, and those that it starts from now on, run on a number of the processors that it may use, until
// unpin.
func pin(n int) (unpin func(), err error) {
	var before, few unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, err
	}
	for cpu := 0; few.Count() < min(n, before.Count()); cpu++ {
		if before.IsSet(cpu) {
			few.Set(cpu)
		}
	}
	if err := pinThreads(&few); err != nil {
		return nil, err
	}
	procs := runtime.GOMAXPROCS(n)
	return func() {
		runtime.GOMAXPROCS(procs)
		_ = pinThreads(&before) // it was allowed before
	}, nil
}

// pinThreads pins all threads of this process. Those that start later are pinned as the one that starts them: the second
// look finds those that were started during the first.
func pinThreads(set *unix.CPUSet) error {
	for range 2 {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				return err
			}
			if err := unix.SchedSetaffinity(id, set); err != nil && err != unix.ESRCH {
				return err
			}
		}
	}
	return nil
}
