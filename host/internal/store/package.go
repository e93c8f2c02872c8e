package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"skep/host/internal/service"
)

// Limits of a package.
const (
	// MaxPackage bounds the files of a package together, unpacked: models of a few hundred megabytes fit.
	MaxPackage = 2 << 30
	// maxPackageFiles bounds their number.
	maxPackageFiles = 10_000
	// maxPackagePath and maxPackageDepth bound the names in a package: what every file system takes.
	maxPackagePath, maxPackageDepth = 1024, 16
)

// ErrPackage says that a package cannot become a generation, whatever the folder of services holds.
var ErrPackage = errors.New("package refused")

func badPackage(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrPackage}, args...)...)
}

// Package is what a generation is made of: modules as <endpoint>.wasm, manifests beside them as <endpoint>.toml, and
// files for them in resources/<endpoint>/. It comes from [OpenArchive] or [OpenFolder].
type Package interface {
	// walk hands on each file once, with the size that it claims to have. Names have slashes.
	walk(file func(name string, size int64, open func() (io.ReadCloser, error)) error) error
	io.Closer
}

// contents is what a package claims to hold.
type contents struct {
	files    map[string]int64  // that become part of the generation, and their sizes in bytes
	folders  map[string]bool   // that they lie in, "." among them
	modules  map[string]bool   // ids of endpoints
	belong   map[string]string // the endpoint of every other file
	met      int
	declared int64 // bytes
}

func newContents() *contents {
	return &contents{files: make(map[string]int64), folders: map[string]bool{".": true}, modules: make(map[string]bool),
		belong: make(map[string]string)}
}

// add takes one more file. A hidden one is left out.
func (c *contents) add(name string, size int64) error {
	if len(name) > maxPackagePath || strings.Count(name, "/") > maxPackageDepth {
		return badPackage("the name %.80q is too long or lies too deep", name)
	}
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") {
		return badPackage("%.80q is not the name of a file in a package", name)
	}
	if c.met++; c.met > maxPackageFiles {
		return badPackage("it has more than %d files", maxPackageFiles)
	}
	for part := range strings.SplitSeq(name, "/") {
		if hidden(part) {
			return nil
		}
	}
	if _, twice := c.files[name]; twice || c.folders[name] {
		return badPackage("%q is there twice", name)
	}
	c.files[name] = size
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, file := c.files[dir]; file {
			return badPackage("%q is a file and a folder", dir)
		}
		c.folders[dir] = true
	}
	most, err := c.place(name)
	if err != nil {
		return err
	}
	if size < 0 || size > most {
		return badPackage("%s has %d bytes, at most %d are allowed", name, size, most)
	}
	if c.declared += size; c.declared > MaxPackage {
		return badPackage("its files have more than %d bytes together", int64(MaxPackage))
	}
	return nil
}

// place says what a file is, by how large it may be.
func (c *contents) place(name string) (most int64, err error) {
	id, ext := strings.TrimSuffix(name, path.Ext(name)), path.Ext(name)
	switch {
	case service.ValidID(id) && ext == moduleExt:
		c.modules[id] = true
		return MaxModule, nil
	case service.ValidID(id) && ext == manifestExt:
		c.belong[name] = id
		return MaxManifest, nil
	}
	if rest, ok := strings.CutPrefix(name, resourcesDir+"/"); ok {
		if id, _, ok := strings.Cut(rest, "/"); ok && service.ValidID(id) {
			c.belong[name] = id
			return MaxPackage, nil
		}
	}
	return 0, badPackage("%q has no place in a package: at its top it holds <endpoint>%s and <endpoint>%s, and files "+
		"for an endpoint in %s/<endpoint>/", name, moduleExt, manifestExt, resourcesDir)
}

// whole says whether all belongs together.
func (c *contents) whole() error {
	if len(c.modules) == 0 {
		return badPackage("it holds no module: put <endpoint>%s files at its top", moduleExt)
	}
	for name, id := range c.belong {
		if !c.modules[id] {
			return badPackage("%s belongs to %s, which is not there", name, id+moduleExt)
		}
	}
	return nil
}
