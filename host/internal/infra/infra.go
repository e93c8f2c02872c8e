// Package infra says what each infrastructure type grants to endpoints. It knows nothing of endpoints themselves.
package infra

import (
	"fmt"
	"strings"
)

// Type is where a host is deployed, and what that allows.
type Type struct {
	// Name is how flags, init frames and messages call it.
	Name string
	// CustomResponses says whether an endpoint may answer with content type, body and headers of its own.
	CustomResponses bool
	// RequestMetadata says whether an endpoint may see headers and path of a request, where the operator wants it.
	RequestMetadata bool
}

// types holds every infrastructure type; a new one is a new row.
var types = []Type{
	{Name: "static", CustomResponses: true, RequestMetadata: true},
	{Name: "k8s", CustomResponses: true, RequestMetadata: true},
	{Name: "azure-ml", RequestMetadata: true},
	{Name: "sagemaker", RequestMetadata: true},
	{Name: "snowpark", RequestMetadata: true},
	{Name: "vertex-ai", RequestMetadata: true},
	{Name: "databricks"},
}

// Default is the type of a host that was not told another.
const Default = "static"

// All is a copy of the table.
func All() []Type { return append([]Type(nil), types...) }

// Names are the names of all types.
func Names() []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name
	}
	return names
}

// Lookup finds a type by its name. The error lists the names there are.
func Lookup(name string) (Type, error) {
	for _, t := range types {
		if t.Name == name {
			return t, nil
		}
	}
	return Type{}, fmt.Errorf("infrastructure type %q is unknown: use one of %s", name, strings.Join(Names(), ", "))
}
