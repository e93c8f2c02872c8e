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
func (t *tree) build(ctx context.Context) (built []guestbuild.Result, err error) {
	jobs, err := t.find()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(t.into, 0o777); err != nil {
		return nil, err
	}
	stage, err := os.MkdirTemp(t.into, ".build-*.tmp") // hosts do not look at such names
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := t.compile(ctx, jobs, stage); err != nil {
		return nil, err
	}
	placed := map[string]bool{}
	for _, j := range jobs {
		place := filepath.Join(t.into, j.service, "generations", t.generation)
		if !placed[j.service] {
			if err := replaceDir(place, filepath.Join(stage, j.service)); err != nil {
				return built, err
			}
			placed[j.service] = true
		}
		j.result.Path = filepath.Join(place, j.endpoint+moduleExt)
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
func (t *tree) compile(ctx context.Context, jobs []*job, stage string) error {
	build := func(j *job) {
		out := filepath.Join(stage, j.service, j.endpoint+moduleExt)
		if j.result, j.err = guestbuild.Build(ctx, guestbuild.Options{Dir: j.dir, Out: out, Log: t.log}); j.err == nil {
			j.err = placeResources(j.dir, out)
		}
	}
	build(jobs[0])
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for _, j := range jobs[1:] {
		all.Go(func() {
			slots <- struct{}{}
			build(j)
			<-slots
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

// replaceDir moves a folder to a place, where there may be one already. The old one goes to where the new one was.
func replaceDir(place, with string) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return err
	}
	old := with + ".old"
	if err := os.Rename(place, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(with, place)
}
