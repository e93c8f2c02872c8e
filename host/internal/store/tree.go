package store

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
	Endpoints []Endpoint // by id; at least one
}

// Service is one service with its generations, the newest first; there is at least one.
type Service struct {
	ID          string
	Generations []Generation
}

// Problem is something in the folder that cannot be served, and what to do about it.
type Problem struct{ Path, Reason string }

// String is path and reason.
func (p Problem) String() string { return p.Path + ": " + p.Reason }

// names with a meaning of their own.
const (
	hostFile        = "skep.toml" // in the folder of services
	notAliveFile    = "apinode-not-alive.txt"
	serviceManifest = "service.toml" // in a service's folder, as generationsDir
	generationsDir  = "generations"
	moduleExt       = ".wasm"
	manifestExt     = ".toml"
)
