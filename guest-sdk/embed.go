//go:build !wasip1

// Package guestsdk holds the sources of the guest SDKs and of new projects, and writes them out, so that an endpoint is
// built without a network. It does not build anything.
package guestsdk

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"skep/abi"
)

//go:embed go/skep/*.go go/skep/internal/*/*.go go/skep/skeptest/*.go
var goSources embed.FS

// goMod is the module that the Go SDK is written as.
const goMod = "module skep\n\ngo 1.26.0\n"

// WriteGo writes the Go SDK into dir as a module named skep: go.mod, abi and guest-sdk/go/skep, without tests. Files
// that are there are overwritten.
func WriteGo(dir string) error {
	files, err := goFiles()
	if err != nil {
		return err
	}
	return write(dir, files, os.O_TRUNC)
}

// goFiles are the files of the Go SDK by their paths.
func goFiles() (map[string][]byte, error) {
	files := map[string][]byte{"go.mod": []byte(goMod)}
	for _, tree := range []struct {
		sources fs.FS
		under   string
	}{{abi.Sources, "abi"}, {goSources, "guest-sdk"}} {
		err := fs.WalkDir(tree.sources, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			files[path.Join(tree.under, name)], err = fs.ReadFile(tree.sources, name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// write writes files below dir, opened with that flag.
func write(dir string, files map[string][]byte, flag int) error {
	for _, file := range sorted(files) {
		name := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(files[file])
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

func sorted(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
