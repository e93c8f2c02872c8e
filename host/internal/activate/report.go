package activate

import (
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

// Report gives what is known of an endpoint of this activator.
func (a *Activator) Report(e *service.Endpoint) Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reports[e.Place()]
}
