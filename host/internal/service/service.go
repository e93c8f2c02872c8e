// Package service is the domain: services, their generations and endpoints, and the registry that a request reads to
// find one. It knows neither HTTP nor WebAssembly nor where modules come from.
package service

import (
	"regexp"

	"skep/abi"
	"skep/host/internal/observe"
	"skep/host/internal/schema"
)

// Service is what a client addresses. It is immutable once it is in a [Registry]: a change makes a new one.
type Service struct {
	ID string
	// Active answers every request, unless Mapping says otherwise. It is never nil; a service that has nothing to serve
	// has one without id and endpoints.
	Active *Generation
	// Others are loaded beside Active: they answer what Mapping gives them, and requests that ask for them by name.
	Others []*Generation
	// Mapping divides the requests among the generations that are loaded. Empty, it gives all of them to Active.
	Mapping Mapping
	// Disabled says that the service must not answer, whatever is loaded.
	Disabled bool
}

// MaxBody is the largest body, in bytes, that an endpoint of that id takes in any generation; 0 where there is none.
func (s *Service) MaxBody(endpoint []byte) int64 {
	most := s.Active.maxBody(endpoint)
	for _, g := range s.Others {
		most = max(most, g.maxBody(endpoint))
	}
	return most
}

func (g *Generation) maxBody(endpoint []byte) int64 {
	if e := g.Endpoints[string(endpoint)]; e != nil {
		return e.MaxBody
	}
	return 0
}

// Generation is one version of all endpoints of a service. It is immutable once it is in a [Registry].
type Generation struct {
	ID        string
	Endpoints map[string]*Endpoint // by id
}

// Endpoint is one callable of a generation. It is immutable once it is in a [Registry].
type Endpoint struct {
	Service, Generation, ID string

	// The settings that a request needs. They are zero while State is not StateReady.
	Kind           abi.Kind
	JSONInput      bool           // the guest gets the body as it came
	CustomResponse bool           // the manifest's returns_custom_response
	MaxBody        int64          // bytes
	Schema         *schema.Schema // what arguments or features it declares; nil: nothing
	Description    string         // for people
	Digest         string         // SHA-256 of the module, in hex

	State  State
	Reason error  // why State is StateRefused
	Caller Caller // nil unless State is StateReady

	Stats *observe.Endpoint // what is counted of its requests; nil: nothing is
	// Outcomes are what became of its calls; nil: nobody counts them.
	Outcomes *Outcomes
}

// Place names the endpoint in messages: service/generation/endpoint.
func (e *Endpoint) Place() string { return e.Service + "/" + e.Generation + "/" + e.ID }

// Fail wraps a cause in an Error that names the endpoint.
func (e *Endpoint) Fail(op string, cause error) error {
	return &Error{Op: op, Service: e.Service, Generation: e.Generation, Endpoint: e.ID, Err: cause}
}

// State says whether an endpoint can be called.
type State uint8

// States of an endpoint. Zero is not set.
const (
	// StateLoading is an endpoint whose module is being compiled, initialised or tested.
	StateLoading State = iota + 1
	// StateReady is an endpoint that serves.
	StateReady
	// StateRefused is an endpoint that cannot be served; Reason says why.
	StateRefused
)

// String is the state in words.
func (s State) String() string {
	switch s {
	case StateLoading:
		return "loading"
	case StateReady:
		return "ready"
	case StateRefused:
		return "refused"
	}
	return "not set"
}

var (
	idPattern         = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	generationPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// IDRule is what a service or an endpoint may be called, in words.
const IDRule = "letters, digits, _ and -, beginning with a letter or digit, at most 64"

// ValidID says whether a service or an endpoint may have this id.
func ValidID(id string) bool { return idPattern.MatchString(id) }

// ValidGeneration says whether a generation may have this id: as ValidID, and dots.
func ValidGeneration(id string) bool { return generationPattern.MatchString(id) }
