package skep

import "slices"

// setups run before the first request, in the order of their registration.
var setups []func(*Start) error

// Setup registers a function that runs once, before any request and before the memory is taken that requests find. It
// reads tables and models that the handler uses, so that no request has to:
//
//	var _ = skep.Setup(load)
//
//	func load(s *skep.Start) (err error) {
//		table, err = os.ReadFile(s.Resource("table.csv"))
//		return err
//	}
//
// An error keeps the endpoint from serving; operators read its text. There may be several of them, beside the one
// handler. A file that is left open stays open: every request finds it at the place where the setup left it.
func Setup(run func(*Start) error) Registration {
	setups = append(setups, run)
	return Registration{}
}

// Start is what a [Setup] is told.
type Start struct{ place }

// Endpoint is the id of this endpoint, the name of the module's file.
func (s *Start) Endpoint() string { return s.module.init.Endpoint }

// setUp runs what was registered, and says whether all went well. If not, the answer is in m.result.
func (m *module) setUp() bool {
	returned, ok := false, true
	defer func() {
		if !returned {
			ok = false
			m.rescue(recover())
		}
	}()
	for _, run := range setups {
		if err := run(&Start{place{m}}); err != nil {
			m.refuse(err)
			ok = false
			break
		}
	}
	returned = true
	return ok
}

// place is what a module knows of itself from its start on.
type place struct{ module *module }

// Service is the id of the service that the endpoint belongs to.
func (p *place) Service() string { return p.module.init.Service }

// Generation is the id of the service's generation that this module belongs to.
func (p *place) Generation() string { return p.module.init.Generation }

// Infra is the name of the infrastructure type that the host is deployed on: "static", "k8s", …
func (p *place) Infra() string { return p.module.init.Infra }

// Config is the value of a key in the manifest's [config], empty where there is none.
func (p *place) Config(key string) string { return p.module.init.Config[key] }

// LookupConfig is [Call.Config] that tells an empty value from none.
func (p *place) LookupConfig(key string) (value string, ok bool) {
	value, ok = p.module.init.Config[key]
	return value, ok
}

// Resources are the folders with the endpoint's files, which it may read with package os: those that the manifest names
// under resources, in that order, else the folder resources itself. There is none where the endpoint has no files.
func (p *place) Resources() []string { return slices.Clone(p.module.init.Resources) }

// Resource is the path of a file in the first of these folders, for package os: os.ReadFile(s.Resource("words.txt")), or
// os.DirFS(s.Resource(".")) for all of it. Without a folder the path leads to nothing, and package os says so.
func (p *place) Resource(name string) string {
	if folders := p.module.init.Resources; len(folders) > 0 {
		return folders[0] + "/" + name
	}
	return "/resources/" + name
}
