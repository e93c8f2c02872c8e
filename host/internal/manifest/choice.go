package manifest

import (
	"strings"

	"skep/abi"
	"skep/host/internal/schema"
)

// choice is one value of an enumeration and its name in a manifest.
type choice[T comparable] struct {
	name  string
	value T
}

var (
	inputs     = []choice[Input]{{"msgpack", InputMsgpack}, {"json", InputJSON}}
	isolations = []choice[Isolation]{{"request", IsolationRequest}, {"instance", IsolationInstance}}
	kinds      = kindChoices()
	types      = typeChoices()
)

func kindChoices() []choice[abi.Kind] {
	var list []choice[abi.Kind]
	for _, k := range abi.Kinds() {
		list = append(list, choice[abi.Kind]{k.String(), k})
	}
	return list
}

func typeChoices() []choice[schema.Type] {
	var list []choice[schema.Type]
	for _, t := range schema.Types() {
		list = append(list, choice[schema.Type]{t.String(), t})
	}
	return list
}

func nameOf[T comparable](choices []choice[T], value T) string {
	for _, c := range choices {
		if c.value == value {
			return c.name
		}
	}
	return "unknown"
}

func namesOf[T comparable](choices []choice[T]) string {
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// pick reads the value of an enumeration, and says whether it set it.
func pick[T comparable](t *table, key string, choices []choice[T], into *T) bool {
	var name string
	if !t.str(key, &name) {
		return false
	}
	for _, c := range choices {
		if c.name == name {
			*into = c.value
			return true
		}
	}
	t.wrong(key, "unknown value %q; allowed are %s", shorten(name), namesOf(choices))
	return false
}
