package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"skep/host"
	"skep/host/internal/guestbuild"
)

// localService is the service of an endpoint that is loaded without a server.
const localService = "local"

const moduleExt = ".wasm"

// local is a host for one endpoint, which lies somewhere on disk as a module or as a folder of sources. The endpoint is
// the only one in a folder of services that is removed at the end, so that what happens to it here is what would happen
// to it anywhere.
type local struct {
	host     *host.Host
	endpoint host.Endpoint // as it stands when all is loaded
	size     int64         // of the module, in bytes
	refused  string        // why the endpoint does not serve, with the user's file names; empty when it does

	root  string
	names *strings.Replacer // from names in root to the user's
}

// openLocal loads the endpoint of a file or folder. A refused one is no error. The result must be closed.
func openLocal(ctx context.Context, target string, config host.Config) (_ *local, err error) {
	l := new(local)
	if l.root, err = os.MkdirTemp("", "skep-local-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if err = l.place(ctx, target); err != nil {
		return nil, err
	}
	config.Root = l.root
	config.Log = withoutRefusals(config.Log)
	if l.host, err = host.New(config); err != nil {
		return nil, err
	}
	if err = l.host.Wait(ctx); err != nil {
		return nil, err
	}
	l.judge()
	return l, nil
}

// place puts the module into the folder of services: a copy, or what is built from sources.
func (l *local) place(ctx context.Context, target string) error {
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return l.copyModule(target)
	}
	abs, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	inRoot := filepath.Join(localService, filepath.Base(abs)+moduleExt)
	built, err := guestbuild.Build(ctx, guestbuild.Options{Dir: target, Out: filepath.Join(l.root, inRoot)})
	if err == nil {
		err = placeResources(target, built.Path)
	}
	l.size = built.Size
	l.names = strings.NewReplacer(built.Path, target, inRoot, target, resourcesOf(inRoot), filepath.Join(target, resourcesDir))
	return err
}

// copyModule copies a module, and the manifest and the files beside it, where there are some.
func (l *local) copyModule(path string) error {
	name := filepath.Base(path)
	stem, ok := strings.CutSuffix(name, moduleExt)
	if !ok {
		return fmt.Errorf("%s is no module: give a %s file, or a folder with an endpoint's sources", path, moduleExt)
	}
	dir := filepath.Join(l.root, localService)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	var err error
	if l.size, err = copyFile(filepath.Join(dir, name), path); err != nil {
		return err
	}
	sidecar := stem + ".toml"
	beside := filepath.Join(filepath.Dir(path), sidecar)
	if _, err = copyFile(filepath.Join(dir, sidecar), beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files := resourcesOf(path)
	if err = copyResources(resourcesOf(filepath.Join(dir, name)), files); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	l.names = strings.NewReplacer(
		filepath.Join(dir, name), path, filepath.Join(dir, sidecar), beside,
		filepath.Join(localService, name), path, filepath.Join(localService, sidecar), beside,
		filepath.Join(localService, resourcesDir, stem), files)
	return err
}

func copyFile(to, from string) (int64, error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, in)
	return n, errors.Join(err, out.Close())
}

// judge finds out what became of the endpoint.
func (l *local) judge() {
	reasons := l.host.Problems()
	for _, e := range l.host.Endpoints() { // one, or none when its name is not valid
		l.endpoint = e
		if e.Reason != nil {
			reasons = append(reasons, e.Reason.Error())
		}
	}
	if l.endpoint.State != "ready" {
		l.refused = printable(l.names.Replace(strings.Join(reasons, "\n")))
	}
}

// close removes all traces.
func (l *local) close() {
	if l.host != nil {
		_ = l.host.Close() // nothing of it is needed any more
	}
	_ = os.RemoveAll(l.root)
}
