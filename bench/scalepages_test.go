package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
)

var pagesFile = filepath.Join("testdata", "pages", "pages.wasm")

// TestPages shows that the guest of the axes dirty and resident does to its memory what these say.
func TestPages(t *testing.T) {
	module, err := os.ReadFile(pagesFile)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer runtime.Close(ctx)
	guest, err := runtime.Instantiate(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	held := func() []byte { // without the first page of WebAssembly
		memory, _ := guest.Memory().Read(0, guest.Memory().Size())
		return bytes.Clone(memory[65536:])
	}
	call := func(what byte, pages int) []byte {
		t.Helper()
		request := fmt.Sprintf("%c%07d", what, pages)
		results, err := guest.ExportedFunction("skep_v1_alloc").Call(ctx, uint64(len(request)))
		if err != nil {
			t.Fatal(err)
		}
		at := uint32(results[0])
		guest.Memory().WriteString(at, request)
		before := held()
		results, err = guest.ExportedFunction("skep_v1_call").Call(ctx, uint64(at), uint64(len(request)))
		if err != nil {
			t.Fatal(err)
		}
		result, ok := guest.Memory().Read(uint32(results[0]>>32), uint32(results[0]))
		if !ok || !bytes.Equal(result, []byte{0x92, 1, 0xc3}) {
			t.Fatalf("%s: result %x", request, result)
		}
		after := held()
		changed := make([]byte, len(after)/pageSize)
		for page := range changed {
			now := after[page*pageSize : (page+1)*pageSize]
			if end := (page + 1) * pageSize; end > len(before) || !bytes.Equal(now, before[end-pageSize:end]) {
				changed[page] = 1
			}
		}
		return changed
	}
	if got := call('h', 1000); len(got) < 1000 || len(got) >= 1000+16 || bytes.Count(got[:1000], []byte{1}) != 1000 {
		t.Errorf("holding 1000 pages: %d of %d are written to", bytes.Count(got, []byte{1}), len(got))
	}
	if got := call('h', 1000); bytes.Count(got, []byte{1}) != 0 {
		t.Errorf("holding what is held: %d pages are written to", bytes.Count(got, []byte{1}))
	}
	got := call('w', 200)
	for page, changed := range got {
		if want := page%4 == 0 && page < 800; (changed == 1) != want {
			t.Fatalf("writing to 200 pages: page %d is written to: %v", page, changed == 1)
		}
	}
	if got := call('r', 900); got[0] != 1 || bytes.Count(got, []byte{1}) != 1 {
		t.Errorf("reading 900 pages: %d are written to", bytes.Count(got, []byte{1}))
	}
}

// TestPagesAssembly shows that the bytes of the guest are those of its source.
func TestPagesAssembly(t *testing.T) {
	assembler, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skip("wat2wasm (package wabt) is not installed: source and bytes are not compared")
	}
	assembled := filepath.Join(t.TempDir(), "pages.wasm")
	source := filepath.Join("testdata", "pages", "pages.wat")
	if out, err := exec.Command(assembler, source, "--debug-names", "-o", assembled).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want, err := os.ReadFile(assembled)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(pagesFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the module is not what its source says; assemble it again (%v)", err)
	}
}
