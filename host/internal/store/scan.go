package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"syscall"

	"skep/host/internal/pace"
	"skep/host/internal/service"
)

// Scan lists what the folder holds, by name. What it cannot use is a problem, never a reason to stop; the error is for
// a folder that cannot be read at all.
func (s *Store) Scan() ([]Service, []Problem, error) {
	sc := s.newScan()
	entries, err := sc.list(".")
	if err != nil {
		return nil, nil, fmt.Errorf("folder of services %q: %w", s.path, err)
	}
	var services []Service
	for _, e := range entries {
		switch {
		case e.ext() == moduleExt && !e.dir:
			sc.problem(e.name, "a module belongs into the folder of its service: move it to %s",
				filepath.Join(s.path, "<service>", e.name))
		case e.broken != nil:
			sc.brokenLink(e.name, e.broken)
		case !e.dir:
		case !service.ValidID(e.name):
			sc.problem(e.name, "not a name for a service: use %s", service.IDRule)
		default:
			if found, ok := sc.service(e.name); ok {
				services = append(services, found)
			}
		}
	}
	s.digests.forget(func(name string) bool {
		_, err := s.root.Lstat(name)
		return err != nil
	})
	return services, sc.problems, nil
}

// scan is one look at the folder.
type scan struct {
	fsys     fs.FS
	store    *Store
	turn     *pace.Turn
	problems []Problem
	err      error // why it is not known what the service holds that is being looked at
}

func (s *Store) newScan() *scan { return &scan{fsys: s.root.FS(), store: s, turn: s.pace.Begin()} }

func (sc *scan) problem(name, format string, args ...any) {
	sc.problems = append(sc.problems, Problem{filepath.Join(sc.store.path, name), fmt.Sprintf(format, args...)})
}

// unreadable is a folder that cannot be listed. One that was just removed, or is none, holds nothing; of others that is not
// known.
func (sc *scan) unreadable(dir string, err error) {
	sc.problem(dir, "cannot be read: %v", err)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		sc.err = err
	}
}

func (sc *scan) brokenLink(name string, err error) {
	sc.problem(name, "a link that cannot be followed; let it lead to something in %s: %v", sc.store.path, err)
}

// service finds the generations of one service. A folder without any is a service too, where it has a state.
func (sc *scan) service(id string) (Service, bool) {
	before := len(sc.problems)
	sc.err = nil
	found := Service{ID: id, Generations: sc.generations(id)}
	if found.State, found.Err = sc.store.readState(id); found.Err != nil {
		sc.problem(path.Join(id, stateFile), "%v", found.Err)
	}
	found.State.order(found.Generations)

	loose := sc.endpoints(id, id, "")
	switch {
	case sc.err != nil:
		found.Err = errors.Join(found.Err, sc.err)
	case len(found.Generations) > 0:
		for _, e := range loose {
			sc.problem(e.Module, "is not served: service %s has generations; put the module into a new folder %s",
				id, filepath.Join(sc.store.path, id, generationsDir, "<name>"))
		}
	case len(loose) > 0:
		found.Generations = append(found.Generations, sc.automatic(id, loose))
	default:
		if _, err := sc.store.root.Lstat(path.Join(id, stateFile)); err == nil {
			return found, true
		}
		if len(sc.problems) == before {
			sc.problem(id, "holds no module: put %s files there", moduleExt)
		}
		return found, false
	}
	return found, true
}

// generations lists the folders below a service's folder of generations.
func (sc *scan) generations(id string) []Generation {
	dir := path.Join(id, generationsDir)
	entries, err := sc.list(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			sc.unreadable(dir, err)
		}
		return nil
	}
	var list []Generation
	for _, e := range entries {
		place := path.Join(dir, e.name)
		switch {
		case e.ext() == moduleExt && !e.dir:
			sc.problem(place, "a module belongs into the folder of its generation: move it to %s",
				filepath.Join(sc.store.path, dir, "<name>", e.name))
		case e.broken != nil:
			sc.brokenLink(place, e.broken)
		case !e.dir:
		case !service.ValidGeneration(e.name):
			sc.problem(place, "not a name for a generation: use %s; dots may stand in it too", service.IDRule)
		default:
			endpoints := sc.endpoints(place, id, e.name)
			if len(endpoints) == 0 {
				sc.problem(place, "holds no module: put %s files there", moduleExt)
				continue
			}
			list = append(list, Generation{Service: id, ID: e.name, Endpoints: endpoints})
		}
	}
	return list
}

// automatic makes one generation of loose modules. Its id is a digest of them, so that it changes with them.
func (sc *scan) automatic(id string, endpoints []Endpoint) Generation {
	digest := sha256.New()
	for _, e := range endpoints { // a file that cannot be read is reported when it is loaded
		module, err := sc.store.digest(e.Module)
		fmt.Fprintf(digest, "%q %q %v\n", e.ID, module, err != nil)
		sc.store.eachResource(e, func(name string, err error) {
			var file string
			if err == nil {
				file, err = sc.store.digest(name)
			}
			fmt.Fprintf(digest, "%q %q %v\n", name, file, err != nil)
		})
		if e.Sidecar != "" {
			sidecar, err := sc.store.digest(e.Sidecar)
			fmt.Fprintf(digest, "%q %v\n", sidecar, err != nil)
		}
	}
	g := Generation{Service: id, ID: "auto-" + hex.EncodeToString(digest.Sum(nil))[:12], Loose: true}
	for _, e := range endpoints {
		e.Generation = g.ID
		g.Endpoints = append(g.Endpoints, e)
	}
	return g
}

// resources lists the endpoints that have a folder of files, beside the files with these names.
func (sc *scan) resources(dir string, names map[string]bool) map[string]bool {
	entries, err := sc.list(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			sc.unreadable(dir, err)
		}
		return nil
	}
	with := make(map[string]bool)
	for _, e := range entries {
		place := path.Join(dir, e.name)
		switch {
		case e.broken != nil:
			sc.brokenLink(place, e.broken)
		case !e.dir:
			sc.problem(place, "is for no endpoint: move it into the folder of one, %s", filepath.Join(sc.store.path, dir, "<endpoint>"))
		case !names[e.name+moduleExt]:
			sc.problem(place, "holds files for %s, which is not there", e.name+moduleExt)
		default:
			with[e.name] = true
		}
	}
	return with
}

// endpoints lists the modules of one folder with their sidecars. The generation is empty for loose ones.
func (sc *scan) endpoints(dir, serviceID, generation string) []Endpoint {
	entries, err := sc.list(dir)
	if err != nil {
		sc.unreadable(dir, err)
		return nil
	}
	names := make(map[string]bool)
	for _, e := range entries {
		names[e.name] = !e.dir && !(generation == "" && e.name == serviceManifest)
	}
	var with map[string]bool
	if _, there := names[resourcesDir]; there {
		with = sc.resources(path.Join(dir, resourcesDir), names)
	}
	var list []Endpoint
	for _, e := range entries {
		place, id := path.Join(dir, e.name), e.stem()
		switch {
		case e.ext() == moduleExt && e.dir:
			sc.problem(place, "a folder with the name of a module: give it another name")
		case e.ext() == moduleExt && !service.ValidID(id):
			sc.problem(place, "not a name for an endpoint: use %s", service.IDRule)
		case e.ext() == moduleExt:
			found := Endpoint{Service: serviceID, Generation: generation, ID: id, Module: place}
			if names[id+manifestExt] {
				found.Sidecar = path.Join(dir, id+manifestExt)
			}
			if with[id] {
				found.Resources = path.Join(dir, resourcesDir, id)
			}
			list = append(list, found)
		case e.ext() == manifestExt && names[e.name] && !names[id+moduleExt]:
			sc.problem(place, "overrides the manifest of %s, which is not there", id+moduleExt)
		}
	}
	return list
}
