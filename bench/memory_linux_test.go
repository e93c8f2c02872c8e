package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

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
		for name, field := range map[string]*int64{"Rss:": &m.resident, "Pss:": &m.share,
			"Pss_Shmem:": &m.shared, "VmHWM:": &m.peak} {
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
	m.images, err = imagesOf(pid)
	return m, err
}

// imagesOf is the memory of files that are nowhere else.
func imagesOf(pid int) (size int64, err error) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		name := filepath.Join(dir, f.Name())
		if target, err := os.Readlink(name); err != nil || !strings.HasPrefix(target, "/memfd:") {
			continue // another file, or one that is closed by now
		}
		info, err := os.Stat(name)
		if err != nil {
			continue
		}
		size += info.Sys().(*syscall.Stat_t).Blocks * 512
	}
	return size, nil
}

// forgetPeak has the kernel take what is resident now for the peak of a process.
func forgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
