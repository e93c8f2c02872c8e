package store

// Endpoint is one module file and what lies beside it. Paths are relative to the folder of services.
type Endpoint struct {
	Service, Generation, ID string

	Module    string
	Sidecar   string // empty where there is none
	Resources string // folder of files that the endpoint may read; empty where there is none
}

// Generation is a set of endpoints that serve together.
type Generation struct {
	Service, ID string
	// Loose says that the modules lie directly in the service's folder: each is judged alone. Otherwise a generation
	// with a broken module is broken as a whole.
	Loose     bool
	Endpoints []Endpoint // by id; at least one
	// Fingerprint and Settled are set by [Store.Watch]: a digest of all files, and whether they have stopped changing.
	Fingerprint string
	Settled     bool
}

// Service is one service with its generations, the newest first.
type Service struct {
	ID          string
	Generations []Generation // may be empty
	State       State
	Err         error // why it is not known what should serve: an ErrState, or a folder that cannot be read
}

// Problem is something in the folder that cannot be served, and what to do about it.
type Problem struct{ Path, Reason string }

// String is path and reason.
func (p Problem) String() string { return p.Path + ": " + p.Reason }

// names with a meaning of their own.
const (
	hostFile        = "skep.toml" // in the folder of services, as the next four
	adminKeysFile   = "admin-keys.json"
	notAliveFile    = "apinode-not-alive.txt"
	lockName        = ".lock"
	modulesDir      = ".modules"
	serviceManifest = "service.toml" // in a service's folder, as the next three
	keysFile        = "keys.json"
	stateFile       = "state.json"
	generationsDir  = "generations"
	moduleExt       = ".wasm"
	manifestExt     = ".toml"
	resourcesDir    = "resources" // beside the modules, with a folder for each endpoint
	temporary       = ".tmp"      // at the end of names of what is not whole yet, or not any more
)
