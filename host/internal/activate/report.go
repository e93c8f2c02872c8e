package activate

import (
	"strings"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// Report is what is known of an endpoint beside what its requests need.
type Report struct {
	Digest   string // SHA-256 of the module, in hex; empty where it could not be read
	Manifest manifest.Endpoint
	Tests    []TestResult // in the order of the manifest; empty before they have run
}

func (a *Activator) report(c *candidate, tests []TestResult) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reports[c.endpoint.Place()] = Report{Digest: c.files.Digest, Manifest: c.manifest, Tests: tests}
}

// forget drops the reports on endpoints of a service whose generation is not one of those that are there.
func (a *Activator) forget(id string, there map[string]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for place := range a.reports {
		if rest, ok := strings.CutPrefix(place, id+"/"); ok {
			if generation, _, _ := strings.Cut(rest, "/"); !there[generation] {
				delete(a.reports, place)
			}
		}
	}
}

// Report gives what is known of an endpoint of this activator.
func (a *Activator) Report(e *service.Endpoint) Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reports[e.Place()]
}
