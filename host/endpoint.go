package host

import (
	"encoding/json"

	"skep/host/internal/action"
	"skep/host/internal/activate"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// Endpoint is what a host knows of one endpoint.
type Endpoint struct {
	Service    string `json:"service"`
	Generation string `json:"generation"`
	ID         string `json:"endpoint"`
	Kind       string `json:"kind,omitempty"` // empty when the manifest cannot be read
	State      string `json:"state"`          // "loading", "ready" or "refused"
	// Reason is why it was refused. It is meant for operators, not for clients.
	Reason error `json:"-"`
	// SHA256 is the digest of the module, in hex; empty when it cannot be read.
	SHA256 string `json:"sha256,omitempty"`
	// Manifest is what its manifest says, with the defaults; without meaning when Kind is empty.
	Manifest Manifest `json:"-"`
	// Tests are the outcomes of the manifest's test queries, once they have run.
	Tests []Test `json:"-"`
	// Example is a request that the endpoint understands: the first test query of its manifest.
	Example Example `json:"-"`
}

// Manifest is what an endpoint is, what it may use and how it is tested.
type Manifest = manifest.Endpoint

// Test is the outcome of one test query.
type Test struct {
	Name string
	Err  error // nil when the answer was the expected one
}

// Example is a request to an endpoint.
type Example struct {
	Action  string // last part of the path
	Headers [][2]string
	Body    []byte // JSON
}

// Path is the path of the endpoint's URL for an action.
func (e Endpoint) Path(action string) string {
	return "/public/api/v1/" + e.Service + "/" + e.ID + "/" + action
}

// Granted is nil when an infrastructure type allows what the endpoint's manifest wants, else it says what it refuses.
func (e Endpoint) Granted(t InfraType) error {
	return activate.Granted(e.Service+"/"+e.ID, e.Manifest, t)
}

// Endpoints lists the endpoints of the active generations, by service and name.
func (h *Host) Endpoints() []Endpoint {
	var list []Endpoint
	for _, e := range h.registry.Endpoints() {
		list = append(list, h.describe(e))
	}
	return list
}

// Problems lists files and folders that are not served because of their place or name, each with what to do.
func (h *Host) Problems() []string {
	var list []string
	for _, p := range h.activator.Problems() {
		list = append(list, p.String())
	}
	return list
}

func (h *Host) describe(e *service.Endpoint) Endpoint {
	report := h.activator.Report(e)
	d := Endpoint{Service: e.Service, Generation: e.Generation, ID: e.ID, State: e.State.String(), Reason: e.Reason,
		SHA256: report.Digest, Manifest: report.Manifest}
	if report.Manifest.Kind != 0 {
		d.Kind = report.Manifest.Kind.String()
	}
	for _, t := range report.Tests {
		d.Tests = append(d.Tests, Test(t))
	}
	if actions := action.Of(report.Manifest.Kind); len(actions) > 0 {
		d.Example = Example{Action: actions[0].String(), Body: []byte(actions[0].Shape().Empty())}
	}
	if len(report.Manifest.Tests) > 0 {
		test := report.Manifest.Tests[0]
		if body, err := json.Marshal(test.Body); err == nil {
			d.Example = Example{Action: test.Action, Headers: test.Headers, Body: body}
		}
	}
	return d
}
