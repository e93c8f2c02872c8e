package codec

import (
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// field is one field of a struct, or of a struct that is embedded in it, as encoding/json sees it.
type field struct {
	name      string
	index     []int
	omitEmpty bool
	omitZero  bool
}

// optional says whether a missing argument leaves the field as it is.
func (f *field) optional() bool { return f.omitEmpty || f.omitZero }

// value is the field of that struct; it is not there when an embedded pointer on the way is nil.
func (f *field) value(v reflect.Value) (reflect.Value, bool) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// settable is the field of that struct, with embedded pointers on the way made where they are nil.
func (f *field) settable(v reflect.Value) reflect.Value {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// omit says whether the tag leaves out a field of that value.
func (f *field) omit(v reflect.Value) bool {
	if f.omitZero && v.IsZero() {
		return true
	}
	if !f.omitEmpty {
		return false
	}
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

var (
	fieldsMu    sync.Mutex
	fieldsCache = map[reflect.Type][]field{}
)

// fieldsOf lists the fields of a struct type in the order of the source. Of several with one name the outermost counts.
func fieldsOf(t reflect.Type) []field {
	fieldsMu.Lock()
	defer fieldsMu.Unlock()
	list, ok := fieldsCache[t]
	if !ok {
		list = dominant(collect(t, nil, nil, nil))
		fieldsCache[t] = list
	}
	return list
}

// collect appends the fields of t, which lies at index within the outermost struct; inside are the types around it.
func collect(t reflect.Type, index []int, inside []reflect.Type, list []field) []field {
	for _, outer := range inside {
		if outer == t {
			return list
		}
	}
	inside = append(inside, t)
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		at := append(append([]int(nil), index...), i)
		if sf.Anonymous && name == "" {
			embedded := sf.Type
			pointer := embedded.Kind() == reflect.Pointer
			if pointer {
				embedded = embedded.Elem()
			}
			if embedded.Kind() == reflect.Struct {
				if !pointer || sf.IsExported() { // an unexported pointer could not be set
					list = collect(embedded, at, inside, list)
				}
				continue
			}
		}
		if !sf.IsExported() {
			continue
		}
		if name == "" || !utf8.ValidString(name) {
			name = sf.Name
		}
		list = append(list, field{name, at, hasOption(options, "omitempty"), hasOption(options, "omitzero")})
	}
	return list
}

// dominant drops a field where a shallower one, or another as shallow, has its name.
func dominant(list []field) []field {
	out := list[:0:0]
	for i, f := range list {
		hidden := false
		for j, other := range list {
			if i != j && f.name == other.name && len(other.index) <= len(f.index) {
				hidden = true
			}
		}
		if !hidden {
			out = append(out, f)
		}
	}
	return out
}

func hasOption(options, name string) bool {
	for options != "" {
		var option string
		option, options, _ = strings.Cut(options, ",")
		if option == name {
			return true
		}
	}
	return false
}
