package bench

import (
	"os"
	"testing"
)

// memory is what a process has in memory, in bytes.
type memory struct {
	resident int64 // pages that are mapped more than once count as often (RSS)
	share    int64 // these count once, and those of other processes in part (PSS)
	shared   int64 // of that, images of modules that are mapped
	peak     int64 // the most that was resident since the start, or since forgetPeak
	code     int64 // compiled modules: anonymous memory with code
	images   int64 // images of modules, mapped or not
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
	least := memory{resident: before.resident + size/2, share: before.share + size/2, peak: before.resident + size/2}
	if grown[1] != 1 || after.resident < least.resident || after.share < least.share || after.peak < least.peak {
		t.Errorf("before %+v, after %d more bytes %+v", before, size, after)
	}
}
