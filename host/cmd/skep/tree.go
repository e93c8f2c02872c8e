package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"skep/host/internal/guestbuild"
	"skep/host/internal/service"
)

// tree is a folder source/<service>/<endpoint>/endpoint.toml that is built into a folder of services.
type tree struct {
	source, into, generation string
	log                      io.Writer // gets the compilers' commands; may be nil
	notes                    io.Writer // gets what is left out, and why
}

// job is one endpoint of a tree.
type job struct {
	service, endpoint string
	dir               string // of the sources
	result            guestbuild.Result
	err               error
}

// build builds all endpoints. The services appear, each in one step, when all could be built.
func (t *tree) build(ctx context.Context) ([]guestbuild.Result, error) {
	jobs, err := t.find()
	if err != nil {
		return nil, err
	}
	staged := map[string]string{} // folder of each service, with a name that hosts do not look at
	defer func() {
		for _, dir := range staged {
			_ = os.RemoveAll(dir) // moved away when all went well
		}
	}()
	for _, j := range jobs {
		if staged[j.service] != "" {
			continue
		}
		generations := filepath.Join(t.into, j.service, "generations")
		if err := os.MkdirAll(generations, 0o777); err != nil {
			return nil, err
		}
		if staged[j.service], err = os.MkdirTemp(generations, "."+t.generation+"-*.tmp"); err != nil {
			return nil, err
		}
	}
	if err := t.compile(ctx, jobs, staged); err != nil {
		return nil, err
	}
	for name, dir := range staged {
		if err := replaceDir(filepath.Join(t.into, name, "generations", t.generation), dir); err != nil {
			return nil, err
		}
	}
	var built []guestbuild.Result
	for _, j := range jobs {
		j.result.Path = filepath.Join(t.into, j.service, "generations", t.generation, j.endpoint+moduleExt)
		built = append(built, j.result)
	}
	return built, nil
}

// find lists the endpoints of the tree. What looks like one in the wrong place is an error, other folders are noted.
func (t *tree) find() ([]*job, error) {
	services, err := folders(t.source)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	var bad []error
	for _, s := range services {
		dir := filepath.Join(t.source, s)
		if holdsEndpoint(dir) {
			bad = append(bad, fmt.Errorf("%s is an endpoint, where the folder of a service is expected: give the folder "+
				"above %s, or build the endpoint alone, without --into", dir, t.source))
			continue
		}
		endpoints, err := folders(dir)
		if err != nil {
			bad = append(bad, err)
		}
		for _, e := range endpoints {
			dir := filepath.Join(dir, e)
			switch {
			case !holdsEndpoint(dir):
				fmt.Fprintf(t.notes, "%s is left out: it holds no %s\n", dir, guestbuild.ManifestFile)
			case !service.ValidID(s) || !service.ValidID(e):
				bad = append(bad, fmt.Errorf("%s: names of services and endpoints are %s", dir, service.IDRule))
			default:
				jobs = append(jobs, &job{service: s, endpoint: e, dir: dir})
			}
		}
	}
	if len(jobs) == 0 && bad == nil {
		bad = append(bad, fmt.Errorf("%s holds no endpoint: they are expected as %s", t.source,
			filepath.Join(t.source, "<service>", "<endpoint>", guestbuild.ManifestFile)))
	}
	return jobs, errors.Join(bad...)
}

func holdsEndpoint(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, guestbuild.ManifestFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// folders are the names of the folders in a folder that are not hidden, in order.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// compile builds each job into the folder of its service. The first one goes alone: it leaves in the compiler's cache
// what the others share.
func (t *tree) compile(ctx context.Context, jobs []*job, staged map[string]string) error {
	build := func(j *job) {
		out := filepath.Join(staged[j.service], j.endpoint+moduleExt)
		j.result, j.err = guestbuild.Build(ctx, guestbuild.Options{Dir: j.dir, Out: out, Log: t.log})
	}
	build(jobs[0])
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for _, j := range jobs[1:] {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			build(j)
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var bad []error
	for _, j := range jobs {
		bad = append(bad, j.err)
	}
	return errors.Join(bad...)
}

// replaceDir puts a folder in the place of another, which need not exist.
func replaceDir(place, with string) error {
	if err := os.Chmod(with, 0o755); err != nil { // temporary folders are private
		return err
	}
	old := with + ".old.tmp"
	err := os.Rename(place, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(with, place); err != nil {
		return err
	}
	return os.RemoveAll(old)
}
