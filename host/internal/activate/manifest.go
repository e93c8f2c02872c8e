package activate

import (
	"fmt"

	"skep/abi"
	"skep/host/internal/manifest"
	"skep/host/internal/sandbox"
	"skep/host/internal/store"
	"skep/host/internal/wasmbin"
)

// maxima are what the operator allows the endpoints of a service. Where that is not known, none of them may serve.
func (a *Activator) maxima(id string) (manifest.Maxima, error) {
	text, err := a.Store.Service(id)
	if err != nil {
		return a.Max, err
	}
	s, err := manifest.ParseService(text.Name, text.Bytes)
	return a.Max.And(s.Max), err
}

// readManifest is the manifest that the module carries, with the keys of the sidecar over it. What neither says is the
// default, or the operator's maximum where that is lower; what they do say and is above is refused.
func readManifest(e store.Endpoint, files store.Files, top manifest.Maxima) (manifest.Endpoint, error) {
	m := top.Lower(manifest.Default())
	text, ok, err := wasmbin.Section(files.Module, abi.ManifestSection)
	if err != nil {
		return m, fmt.Errorf("%w: %w", sandbox.ErrModule, err)
	}
	if ok {
		if m, err = m.Apply(e.Module+" ("+abi.ManifestSection+")", text); err != nil {
			return m, err
		}
	}
	if files.Sidecar != nil {
		if m, err = m.Apply(e.Sidecar, files.Sidecar); err != nil {
			return m, err
		}
	}
	if err := top.Check(m); err != nil { // first: its message helps more than that of a pool that does not fit together
		return m, err
	}
	return m, m.Validate()
}
