package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"

	"skep/host/internal/wasmbin"
)

// rewritten is what a host must know of a rewritten module when its code is compiled. It is kept beside the code, and
// means the same as the fields of wasmbin.Rewritten.
type rewritten struct {
	Globals   []string
	Beside    int64
	MaxMemory uint32
}

// describe writes what is kept beside the code of a module.
func describe(dir string, module *wasmbin.Rewritten) error {
	outline, err := wasmbin.Outline(module.Module)
	if err != nil {
		return err
	}
	r := rewritten{Globals: module.Globals, Beside: module.Beside, MaxMemory: module.MaxMemory}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, outlineFile), outline, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, rewriteFile), text, 0o600)
}

// read gives what describe has written.
func (c *code) read() (outline []byte, r *rewritten, err error) {
	text, err := os.ReadFile(filepath.Join(c.dir, rewriteFile))
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, nil, err
	}
	outline, err = os.ReadFile(filepath.Join(c.dir, outlineFile))
	return outline, r, err
}
