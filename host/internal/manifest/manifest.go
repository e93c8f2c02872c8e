// Package manifest reads endpoint.toml: what an endpoint is, what it may use and how it is tested. It also reads what the
// operator says to that: skep.toml for a host, service.toml for a service.
//
// It turns text into checked values and reports every problem with its place. It knows nothing of modules, files or
// servers, and it is the only user of the TOML library.
package manifest

import (
	"time"

	"skep/abi"
	"skep/host/internal/schema"
)

// Endpoint is a manifest. [Default] is one without a file; the zero value is not valid.
type Endpoint struct {
	Kind           abi.Kind
	CustomResponse bool // the endpoint may answer with custom responses; functions only
	Description    string
	// Args says what arguments the endpoint takes, for a kind that takes some; Features what is in its records, for the
	// other kinds. Both are checked before a module is entered, unless Input is [InputJSON], and shown to clients.
	Args, Features []schema.Field
	Input          Input
	Isolation      Isolation
	Limits         Limits
	Pool           Pool
	Config         map[string]string // handed to the module's init
	Resources      []string          // folders of the endpoint's files that the module is told of, in order; none: all as one
	Tests          []Test
	Build          Build
}

// Input is the form in which a module gets its arguments.
type Input uint8

// Forms of input. Zero is not set.
const (
	// InputMsgpack turns the body into msgpack values.
	InputMsgpack Input = iota + 1
	// InputJSON hands over the client's JSON untouched.
	InputJSON
)

// String is the input's name in a manifest, "unknown" for one that does not exist.
func (i Input) String() string { return nameOf(inputs, i) }

// Isolation is how long a sandbox lives.
type Isolation uint8

// Isolations. Zero is not set.
const (
	// IsolationRequest gives every request a pristine sandbox.
	IsolationRequest Isolation = iota + 1
	// IsolationInstance lets requests of one instance see what earlier ones left in memory.
	IsolationInstance
)

// String is the isolation's name in a manifest, "unknown" for one that does not exist.
func (i Isolation) String() string { return nameOf(isolations, i) }

// Limits bound one endpoint.
type Limits struct {
	Timeout time.Duration // of one call, waiting for an instance not included
	Init    time.Duration // of start, init and warm-up together
	Memory  int64         // linear memory of one instance, in bytes, a multiple of [Page]
	Body    int64         // of a request, in bytes
	Fuel    uint64        // of one call, in units of executed code; 0: no limit
}

// Pool sizes the set of instances of an endpoint.
type Pool struct {
	Floor   int           // instances that always stand ready
	Cruise  int           // instances that are kept when a burst is over
	Ceil    int           // instances that may exist at once
	Queue   int           // requests that may wait for an instance; 0: none waits
	Timeout time.Duration // for which a request waits
}

// Build says how the source becomes a module.
type Build struct {
	Lang string // guest language; "" is found out from the files
}
