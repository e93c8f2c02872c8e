// Package machine says how much memory this process may use: what its control groups allow, or what the machine has.
package machine

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Memory is an amount of memory.
type Memory struct {
	Bytes  int64  // 0 where it is not known
	Source string // the file that says so, "" where none does
}

// unknownShare is the share of guests where the memory is not known.
const unknownShare = 1 << 30

// Guests is the share of the memory that guests get when nobody says otherwise: half.
func (m Memory) Guests() int64 {
	if m.Bytes == 0 {
		return unknownShare
	}
	return m.Bytes / 2
}

// leastHeap is less than what no server runs well with.
const leastHeap = 64 << 20

// Heap is how much of the memory the Go runtime may take beside guests: half of what remains, since compiled modules
// and the kernel's buffers are not the runtime's. It is 0 where the memory is not known.
func (m Memory) Heap(guests int64) int64 {
	if m.Bytes == 0 {
		return 0
	}
	return max((m.Bytes-guests)/2, leastHeap)
}

// ReadMemory is the memory that this process may use: the lowest limit of its control groups, of version 1 and 2, and
// of the groups around them, and no more than the machine has. On systems without them it is not known.
func ReadMemory() Memory { return readMemory(os.DirFS("/")) }

func readMemory(root fs.FS) Memory {
	least := physical(root)
	mounts := mountedGroups(root)
	for line := range lines(root, "proc/self/cgroup") {
		parts := strings.SplitN(line, ":", 3) // number, controllers of version 1, path
		if len(parts) != 3 {
			continue
		}
		for _, m := range mounts {
			if m.controllers == parts[1] || parts[1] != "" && hasMemory(parts[1]) && hasMemory(m.controllers) {
				least = m.limit(root, parts[2], least)
			}
		}
	}
	return least
}

// physical is the memory of the machine.
func physical(root fs.FS) Memory {
	const file = "proc/meminfo"
	for line := range lines(root, file) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 53)
			if err == nil && n > 0 {
				return Memory{n << 10, "/" + file}
			}
		}
	}
	return Memory{}
}

// lines are the lines of a file, none where it cannot be read.
func lines(root fs.FS, name string) func(yield func(string) bool) {
	text, _ := fs.ReadFile(root, name)
	return func(yield func(string) bool) {
		for line := range strings.Lines(string(text)) {
			if !yield(strings.TrimSpace(line)) {
				return
			}
		}
	}
}
