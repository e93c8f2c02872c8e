package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"skep/host/internal/guestbuild"
	"skep/host/internal/service"
)

const (
	archiveExt  = ".zip"
	manifestExt = ".toml"
)

// bundle is what becomes a generation: a zip file, or a folder of modules and what belongs to them.
type bundle struct {
	path  string
	stage string // a folder that is removed at the end; empty where nothing was made
}

// close removes what was made.
func (b *bundle) close() error {
	if b.stage == "" {
		return nil
	}
	return os.RemoveAll(b.stage)
}

// bundler makes a bundle of what lies on disk.
type bundler struct {
	log   io.Writer // gets the compilers' commands; may be nil
	notes io.Writer // gets what is built and what is left out
	jobs  []*job
	files []string // modules
}

// sourceKind is what a file or folder on the command line is.
type sourceKind uint8

const (
	sourceModule   sourceKind = iota + 1 // a compiled module
	sourceProject                        // the sources of an endpoint
	sourceProjects                       // a folder of those
	sourcePackage                        // a zip file, or a folder of compiled modules
)

// kindOf finds out what a file or folder is, by the names in it.
func kindOf(path string) (sourceKind, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, err
	case !info.IsDir() && filepath.Ext(path) == moduleExt:
		return sourceModule, nil
	case !info.IsDir() && filepath.Ext(path) == archiveExt:
		return sourcePackage, nil
	case !info.IsDir():
		return 0, fmt.Errorf("%s is neither a module (%s) nor an archive of them (%s)", path, moduleExt, archiveExt)
	case holdsEndpoint(path):
		return sourceProject, nil
	}
	if modules, err := filepath.Glob(filepath.Join(path, "*"+moduleExt)); err != nil || len(modules) > 0 {
		return sourcePackage, err
	}
	inside, err := folders(path)
	if err != nil {
		return 0, err
	}
	for _, name := range inside {
		if holdsEndpoint(filepath.Join(path, name)) {
			return sourceProjects, nil
		}
	}
	return 0, fmt.Errorf("%s holds nothing to deploy: give the folder of an endpoint (with its %s), a folder of such folders, "+
		"a folder of modules (%s), modules, or a zip file of them", path, guestbuild.ManifestFile, moduleExt)
}

// bundle builds what must be built and puts it together.
func (b *bundler) bundle(ctx context.Context, paths []string) (_ *bundle, err error) {
	for _, path := range paths {
		kind, err := kindOf(path)
		if err != nil {
			return nil, err
		}
		switch {
		case kind == sourcePackage && len(paths) > 1:
			return nil, fmt.Errorf("%s is a whole generation: deploy it alone", path)
		case kind == sourcePackage:
			return &bundle{path: path}, nil
		case kind == sourceModule:
			b.files = append(b.files, path)
		case kind == sourceProject:
			err = b.project(path)
		case kind == sourceProjects:
			err = b.projects(path)
		}
		if err != nil {
			return nil, err
		}
	}
	stage, err := os.MkdirTemp("", "skep-deploy-")
	if err != nil {
		return nil, err
	}
	made := &bundle{path: stage, stage: stage}
	defer func() {
		if err != nil {
			err = errors.Join(err, made.close())
		}
	}()
	return made, b.fill(ctx, made)
}

// fill builds and copies into the folder of a bundle.
func (b *bundler) fill(ctx context.Context, into *bundle) error {
	places := map[string]string{}
	for _, j := range b.jobs {
		if err := claim(places, j.endpoint, j.dir); err != nil {
			return err
		}
	}
	for _, file := range b.files {
		if err := claim(places, strings.TrimSuffix(filepath.Base(file), moduleExt), file); err != nil {
			return err
		}
	}
	if len(b.jobs) > 0 {
		fmt.Fprintf(b.notes, "building %s\n", counted(len(b.jobs), "endpoint"))
		if err := (&tree{log: b.log}).compile(ctx, b.jobs, into.path); err != nil {
			return err
		}
	}
	for _, file := range b.files {
		sidecar := strings.TrimSuffix(file, moduleExt) + manifestExt
		if _, err := copyFile(filepath.Join(into.path, filepath.Base(file)), file); err != nil {
			return err
		}
		_, err := copyFile(filepath.Join(into.path, filepath.Base(sidecar)), sidecar)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// claim gives an endpoint its place, of which there is one.
func claim(places map[string]string, endpoint, from string) error {
	if !service.ValidID(endpoint) {
		return fmt.Errorf("%s: %q is not the name of an endpoint: %s", from, endpoint, service.IDRule)
	}
	if other, taken := places[endpoint]; taken {
		return fmt.Errorf("%s and %s are both the endpoint %s: rename one of them", other, from, endpoint)
	}
	places[endpoint] = from
	return nil
}

func (b *bundler) project(dir string) error {
	abs, err := filepath.Abs(dir)
	b.jobs = append(b.jobs, &job{endpoint: filepath.Base(abs), dir: dir})
	return err
}

func (b *bundler) projects(dir string) error {
	names, err := folders(dir)
	for _, name := range names {
		if inside := filepath.Join(dir, name); holdsEndpoint(inside) {
			b.jobs = append(b.jobs, &job{endpoint: name, dir: inside})
		} else {
			fmt.Fprintf(b.notes, "%s is left out: it holds no %s\n", inside, guestbuild.ManifestFile)
		}
	}
	return err
}

// openArchive opens a zip file, or packs a folder as one that is gone when it is closed.
func openArchive(path string) (_ *os.File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		return f, nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is neither a file nor a folder", path)
	}
	if f, err = os.CreateTemp("", "skep-package-*"+archiveExt); err != nil {
		return nil, err
	}
	defer os.Remove(f.Name()) // what is open stays readable
	if err = pack(f, path); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// pack writes the files of a folder as a zip file, but for hidden ones.
func pack(to io.Writer, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := zip.NewWriter(to)
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
			return err
		case d.Name()[0] == '.' && d.IsDir():
			return fs.SkipDir
		case d.Name()[0] == '.' || d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is a link or a special file: a generation holds files only", filepath.Join(dir, name))
		}
		from, err := root.Open(name)
		if err != nil {
			return err
		}
		defer from.Close()
		entry, err := w.Create(name)
		if err == nil {
			_, err = io.Copy(entry, from)
		}
		return err
	})
	return errors.Join(err, w.Close())
}
