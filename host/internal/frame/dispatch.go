package frame

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"skep/host/internal/action"
)

// Dispatch is what a client says of the generation that is to answer. Nil is not given.
type Dispatch struct {
	Forced []byte // the id of the generation
	Key    []byte // requests with equal keys get the same generation
}

// Dispatch reads the key "dispatch" of a body, where the action has one. An error of the body is an [*InputError]; what
// stands behind the key is not read. The result is valid until the next call of the Encoder.
func (e *Encoder) Dispatch(a action.Action, body []byte) (Dispatch, error) {
	if !a.Shape().Dispatches || !mentionsDispatch(body) {
		return Dispatch{}, nil
	}
	return e.in.dispatch(body)
}

// mentionsDispatch says whether a body can have the key: most have neither it nor an escape that could hide it, and need
// not be read for it.
func mentionsDispatch(body []byte) bool {
	return bytes.Contains(body, []byte("dispatch")) || bytes.Contains(body, []byte(`\u`))
}

// dispatch reads the key of a body that is not sure to have it.
func (in *input) dispatch(body []byte) (d Dispatch, err error) {
	in.begin(nil, body, body)
	d, err = in.findDispatch()
	if err != nil && in.replaceNonFinite(body) {
		in.begin(nil, body, in.replaced)
		d, err = in.findDispatch()
	}
	in.release()
	return d, err
}

func (in *input) findDispatch() (d Dispatch, err error) {
	if in.dec.PeekKind() != '{' {
		return d, in.wrongType("the body is not an object")
	}
	err = in.members(func(key []byte) error {
		if string(key) != "dispatch" {
			return in.skip()
		}
		return in.optional(`"dispatch"`, '{', func() error { return in.choice(&d) })
	})
	return d, err
}

// choice reads {"forcedGeneration": str, "dispatchKey": str}.
func (in *input) choice(d *Dispatch) error {
	return in.members(func(key []byte) error {
		var into *[]byte
		switch string(key) {
		case "forcedGeneration":
			into = &d.Forced
		case "dispatchKey":
			into = &d.Key
		default:
			return in.skip()
		}
		return in.optional(quoted(string(key)), '"', func() error {
			value, err := in.dec.ReadValue()
			if err != nil {
				return in.fail(err)
			}
			*into = append([]byte{}, in.unquote(value)...)
			return nil
		})
	})
}

// optional reads the next value, which is null or of a kind that read takes.
func (in *input) optional(what string, kind jsontext.Kind, read func() error) error {
	switch in.dec.PeekKind() {
	case kind:
		return read()
	case 'n':
		return in.skip()
	}
	name := "a string"
	if kind == '{' {
		name = "an object"
	}
	return in.wrongType(what + " is not " + name)
}
