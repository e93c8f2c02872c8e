package skep

import "skep/abi"

// Registration says that a handler is registered. Its only use is that a package variable can hold it:
//
//	var _ = skep.Function(run)
type Registration struct{ _ struct{} }

// registered are the handlers of this module; only one makes sense, and starting says so.
var registered []*module

func register(m *module) Registration {
	registered = append(registered, m)
	return Registration{}
}

// Function registers the handler of an endpoint of kind "function". What it returns is the answer:
//
//   - a *[Response] or a *[Prepared] one is the whole HTTP reply, where the endpoint's manifest allows custom responses;
//   - [RawJSON] is a value that is JSON text already;
//   - any other value is sent in the envelope: nil, booleans, numbers, strings, slices, arrays, maps with strings as
//     keys, structs by their json tags, pointers to these, an encoding.TextMarshaler as its text, an [Appender], and
//     [Args], [Value] and [List] as they came. Bytes, NaN and infinities have no JSON form and are an error. A pointer to
//     Args takes no memory, where Args themselves are copied.
//
// When the error is not nil the value is ignored.
func Function(run func(*Call) (any, error)) Registration {
	m := &module{kind: abi.KindFunction, function: run}
	if run == nil {
		m.problem = "skep.Function was given nil instead of a handler"
	}
	return register(m)
}
