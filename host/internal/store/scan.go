package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"skep/host/internal/service"
)

// Endpoint is one module file and what lies beside it. Paths are relative to the folder of services.
type Endpoint struct {
	Service, Generation, ID string

	Module  string
	Sidecar string // empty where there is none
}

// Generation is a set of endpoints that serve together.
type Generation struct {
	Service, ID string
	// Loose says that the modules lie directly in the service's folder: each is judged alone. Otherwise a generation
	// with a broken module is broken as a whole.
	Loose     bool
	Endpoints []Endpoint // by id
}

// Service is one service with its generations, the newest first.
type Service struct {
	ID          string
	Generations []Generation
}

// Problem is something in the folder that cannot be served, and what to do about it.
type Problem struct{ Path, Reason string }

// String is path and reason.
func (p Problem) String() string { return p.Path + ": " + p.Reason }

// names with a meaning of their own in a service's folder.
const (
	generationsDir  = "generations"
	serviceManifest = "service.toml"
	moduleExt       = ".wasm"
	manifestExt     = ".toml"
)

// Scan lists what the folder holds. What it cannot use is a problem, never a reason to stop; the error is for a folder
// that cannot be read at all.
func (s *Store) Scan() ([]Service, []Problem, error) {
	sc := &scan{fsys: s.root.FS(), store: s}
	entries, err := fs.ReadDir(sc.fsys, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("folder of services %q: %w", s.path, err)
	}
	var services []Service
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case hidden(name):
		case entry.IsDir() && !service.ValidID(name):
			sc.problem(name, "not a name for a service: use %s", service.IDRule)
		case entry.IsDir():
			if found := sc.service(name); len(found.Generations) > 0 {
				services = append(services, found)
			}
		case path.Ext(name) == moduleExt:
			sc.problem(name, "a module belongs into the folder of its service: move it to %s",
				filepath.Join(s.path, "<service>", name))
		}
	}
	return services, sc.problems, nil
}

type scan struct {
	fsys     fs.FS
	store    *Store
	problems []Problem
}

func (sc *scan) problem(name, format string, args ...any) {
	sc.problems = append(sc.problems, Problem{filepath.Join(sc.store.path, name), fmt.Sprintf(format, args...)})
}

// hidden says whether a name is one of those that editors and copying tools make for themselves.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".tmp")
}

func (sc *scan) service(id string) Service {
	found := Service{ID: id}
	dir := path.Join(id, generationsDir)
	entries, err := fs.ReadDir(sc.fsys, dir)
	if err != nil && !isNotExist(err) {
		sc.problem(dir, "cannot be read: %v", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case hidden(name) || !entry.IsDir():
		case !service.ValidGeneration(name):
			sc.problem(path.Join(dir, name), "not a name for a generation: use %s, and dots", service.IDRule)
		default:
			g := Generation{Service: id, ID: name, Endpoints: sc.endpoints(path.Join(dir, name), id, name)}
			if len(g.Endpoints) == 0 {
				sc.problem(path.Join(dir, name), "holds no module: put %s files there", moduleExt)
				continue
			}
			found.Generations = append(found.Generations, g)
		}
	}
	slices.SortFunc(found.Generations, func(a, b Generation) int { return compareNatural(b.ID, a.ID) })

	loose := sc.endpoints(id, id, "")
	switch {
	case len(loose) == 0:
	case len(found.Generations) > 0:
		sc.problem(loose[0].Module, "is not served: service %s has generations; put the module into a new folder %s",
			id, path.Join(dir, "<name>"))
	default:
		found.Generations = append(found.Generations, sc.automatic(id, loose))
	}
	return found
}

// automatic makes one generation of loose modules. Its id is a digest of them, so that it changes with them.
func (sc *scan) automatic(id string, endpoints []Endpoint) Generation {
	digest := sha256.New()
	for _, e := range endpoints {
		files, err := sc.store.Read(e) // a file that cannot be read is reported when it is loaded
		sidecar := sha256.Sum256(files.Sidecar)
		fmt.Fprintf(digest, "%q %q %x %v\n", e.ID, files.Digest, sidecar, err != nil)
	}
	g := Generation{Service: id, ID: "auto-" + hex.EncodeToString(digest.Sum(nil))[:12], Loose: true}
	for _, e := range endpoints {
		e.Generation = g.ID
		g.Endpoints = append(g.Endpoints, e)
	}
	return g
}

// endpoints lists the modules of one folder with their sidecars.
func (sc *scan) endpoints(dir, serviceID, generation string) []Endpoint {
	entries, err := fs.ReadDir(sc.fsys, dir)
	if err != nil {
		sc.problem(dir, "cannot be read: %v", err)
		return nil
	}
	names := make(map[string]bool)
	for _, entry := range entries {
		names[entry.Name()] = true
	}
	var list []Endpoint
	for _, entry := range entries {
		name := entry.Name()
		id := strings.TrimSuffix(name, path.Ext(name))
		switch ext := path.Ext(name); {
		case hidden(name) || entry.IsDir():
		case ext == moduleExt && !service.ValidID(id):
			sc.problem(path.Join(dir, name), "not a name for an endpoint: use %s", service.IDRule)
		case ext == moduleExt:
			e := Endpoint{Service: serviceID, Generation: generation, ID: id, Module: path.Join(dir, name)}
			if sidecar := id + manifestExt; names[sidecar] && sidecar != serviceManifest {
				e.Sidecar = path.Join(dir, sidecar)
			}
			list = append(list, e)
		case ext == manifestExt && name != serviceManifest && !names[id+moduleExt]:
			sc.problem(path.Join(dir, name), "overrides the manifest of %s, which is not there", id+moduleExt)
		}
	}
	return list
}
