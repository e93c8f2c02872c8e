package sandbox

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An image is sealed as soon as nobody can write to its pages any more.
func TestSealWaits(t *testing.T) {
	fd, err := unix.MemfdCreate("skep-test", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	f := frozen{fd: fd}
	defer f.release()
	if err := unix.Ftruncate(fd, pageSize); err != nil {
		t.Fatal(err)
	}
	writable, err := unix.Mmap(fd, 0, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() {
		if err := unix.Munmap(writable); err != nil {
			t.Error(err)
		}
	})
	if err := f.seal(); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Pwrite(fd, []byte{1}, 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("a sealed image takes writes: %v", err)
	}
}

// An image is never mapped shared, which most kernels refuse for a file that is sealed: no module could be loaded there.
func TestFrozenIsNotMappedShared(t *testing.T) {
	memory := bytes.Repeat([]byte{1}, 2*leastShared)
	data, err := freeze(memory, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.release()
	memory[0]++
	f, err := freeze(memory, data)
	if err != nil {
		t.Fatal(err)
	}
	defer f.release()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(maps)) {
		if !strings.Contains(line, "memfd:skep-image") {
			continue
		}
		found++
		if mode := strings.Fields(line)[1]; mode[3] != 'p' {
			t.Errorf("mapped as %s: %s", mode, line)
		}
	}
	if found < 3 { // the data, what is shared of them, and what is not
		t.Errorf("an image and its data are mapped %d times, want 3 at least", found)
	}
}

// randomPages is memory of which each page is drawn: most are random bytes, others zeros.
func randomPages(draw *rand.Rand, n int) []byte {
	size := os.Getpagesize()
	memory := make([]byte, n*size)
	for page := range n {
		if draw.IntN(4) == 0 {
			continue
		}
		for i := range size {
			memory[page*size+i] = byte(draw.Uint32())
		}
	}
	return memory
}

// fileSize is how much memory a frozen file takes, in bytes.
func fileSize(t *testing.T, f *frozen) int64 {
	t.Helper()
	var info unix.Stat_t
	if err := unix.Fstat(f.fd, &info); err != nil {
		t.Fatal(err)
	}
	return info.Blocks * 512
}

// TestFrozenShares freezes memories that differ here and there from what they began as: each is what was frozen, with and
// without writes to what is mapped; nothing is kept twice; and no page that is zero takes memory.
func TestFrozenShares(t *testing.T) {
	const n = 512
	page := os.Getpagesize()
	draw := rand.New(rand.NewPCG(1, 2))
	began := randomPages(draw, n)
	for i := 64; i < 256; i++ { // a long run without zeros
		began[i*page] = 1
	}
	data, err := freeze(began, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.release()
	before := fileSize(t, data)
	if before != data.ownSize() || before >= n*int64(page) {
		t.Errorf("the data take %d bytes, %d of them not zero, of %d", before, data.ownSize(), n*page)
	}
	for name, c := range map[string]struct {
		pages   int
		changed []int
		shared  int // pages, at least
	}{
		"nothing changed":    {n, nil, 192},
		"a page in the run":  {n, []int{100}, 191},
		"all but short runs": {n, []int{70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250}, 0},
		"shorter":            {100, nil, 36},
		"longer":             {n + 100, []int{n + 50}, 192},
	} {
		t.Run(name, func(t *testing.T) {
			memory := make([]byte, c.pages*page)
			copy(memory, began)
			for _, i := range c.changed {
				memory[i*page+17]++
			}
			f, err := freeze(memory, data)
			if err != nil {
				t.Fatal(err)
			}
			defer f.release()
			if got := f.sharedSize(); got < int64(c.shared*page) {
				t.Errorf("%d bytes are shared, want %d", got, c.shared*page)
			}
			if got := fileSize(t, f); got != f.ownSize() {
				t.Errorf("the image takes %d bytes, and %d are its own", got, f.ownSize())
			}
			m, err := newMemory(int64(len(memory)), int64(len(memory)), 0, f, new(place))
			if err != nil {
				t.Fatal(err)
			}
			defer m.Free()
			for i := 0; i < len(memory); i += page {
				m.bytes()[i]++
			}
			if !bytes.Equal(f.source, memory) {
				t.Error("the image is not what was frozen, after writes of an instance")
			}
			if err := discardPages(m); err != nil || !bytes.Equal(m.bytes(), memory) {
				t.Errorf("what is mapped is not what was frozen, %v", err)
			}
		})
	}
	if got := fileSize(t, data); got != before {
		t.Errorf("the data take %d bytes after their use, before %d", got, before)
	}
	if !bytes.Equal(data.source, began) {
		t.Error("the data have changed")
	}
}

// TestImagesShareData has two endpoints of one Go module: what the module came with is there once, and is charged once.
func TestImagesShareData(t *testing.T) {
	e := newBudgetEngine(t, 0)
	first, second := mustLoadInto(t, e, nil), mustLoadInto(t, e, nil)
	data := first.module.data
	if data == nil || first.image.data != data || second.image.data != data {
		t.Fatal("the data of the module are not shared")
	}
	for _, s := range []*Sandbox{first, second} {
		img := s.image
		if img.sharedSize() < data.ownSize()/2 || img.ownSize() > int64(img.size)-img.sharedSize() {
			t.Errorf("of %d bytes of data %d are shared, and %d of %d are the image's own", data.ownSize(),
				img.sharedSize(), img.ownSize(), img.size)
		}
		if img.charged != int64(img.size)-img.sharedSize() {
			t.Errorf("%d bytes are charged for an image of %d, with %d shared", img.charged, img.size, img.sharedSize())
		}
		mustAsk(t, s, "count", "1")
		mustAsk(t, s, "count", "1")
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	mustAsk(t, second, "count", "1")
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if used := e.budget.used.Load(); used != 0 {
		t.Errorf("%d bytes are charged when all is closed", used)
	}
}
