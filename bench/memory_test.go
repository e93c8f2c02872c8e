package bench

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// memory is what a process has in memory, in bytes.
type memory struct {
	resident int64 // pages that are mapped more than once count as often (RSS)
	share    int64 // these count once, and those of other processes in part (PSS)
	peak     int64 // the most that was resident since the start, or since forgetPeak
	code     int64 // compiled modules: anonymous memory with code
}

// memoryOf reads what the kernel says of a process. It takes long where much is mapped.
func memoryOf(pid int) (m memory, err error) {
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return m, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(rollup) + string(status)) {
		for name, field := range map[string]*int64{"Rss:": &m.resident, "Pss:": &m.share, "VmHWM:": &m.peak} {
			if value, ok := strings.CutPrefix(line, name); ok {
				if _, err := fmt.Sscanf(value, "%d kB", field); err != nil {
					return m, fmt.Errorf("%q: %w", line, err)
				}
				*field <<= 10
			}
		}
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(maps)) {
		fields := strings.Fields(line)
		var first, last int64
		if len(fields) != 5 || fields[1] != "r-xp" {
			continue
		}
		if _, err := fmt.Sscanf(fields[0], "%x-%x", &first, &last); err != nil {
			return m, fmt.Errorf("%q: %w", line, err)
		}
		m.code += last - first
	}
	return m, nil
}

// forgetPeak has the kernel take what is resident now for the peak of a process.
func forgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

func TestMemoryOf(t *testing.T) {
	before, err := memoryOf(os.Getpid())
	if err != nil {
		t.Skip(err)
	}
	const size = 64 << 20
	grown := make([]byte, size)
	for i := range grown {
		grown[i] = byte(i)
	}
	after, err := memoryOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if grown[1] != 1 || after.resident < before.resident+size/2 || after.share < before.share+size/2 || after.peak < before.resident+size/2 {
		t.Errorf("before %+v, after %d more bytes %+v", before, size, after)
	}
}
