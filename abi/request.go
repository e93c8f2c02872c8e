package abi

// Meta is what a guest is told of the HTTP request, where that is enabled.
type Meta struct {
	Path    string   // with single slashes and without the query
	Headers []Header // as they arrived, repeats included
}

// Request is the frame of one call: a map.
//
//	{"endpoint": str, "kind": str, "request": nil | {"path": str, "headers": [[name, value], …]},
//	 "args": map | bin}        for a function
//	{…, "records": array | bin} for the kinds that take records
type Request struct {
	Endpoint string
	Kind     Kind
	// Meta is the raw value of "request": nil when request metadata is not enabled for this host, else a value for
	// ReadMeta. It is part of the frame.
	Meta []byte
	// Input is the raw value of "args" or "records", or the client's JSON text when JSON is true. It is part of the
	// frame.
	Input []byte
	// JSON says that the manifest asks for the body as it came.
	JSON bool
}

// AppendRequest adds a request frame.
func AppendRequest(b []byte, r Request) []byte {
	b = AppendMapHeader(b, 4)
	b = AppendString(AppendString(b, "endpoint"), r.Endpoint)
	b = AppendString(AppendString(b, "kind"), r.Kind.String())
	b = AppendString(b, "request")
	if r.Meta == nil {
		b = AppendNil(b)
	} else {
		b = append(b, r.Meta...)
	}
	b = AppendString(b, inputKey(r.Kind))
	if r.JSON {
		return AppendBytes(b, r.Input)
	}
	return append(b, r.Input...)
}

func inputKey(k Kind) string {
	if k.TakesRecords() {
		return "records"
	}
	return "args"
}

// ReadRequest reads a request frame. It checks the whole of it, the values of Meta and Input too, so that what follows
// can trust their shape. Keys that it does not know are passed over.
func ReadRequest(b []byte) (Request, error) {
	r, _, err := readRequest(b)
	return r, err
}

// requestPlaces tells where in a frame the values of "request" and of "args" or "records" begin and end.
type requestPlaces struct{ meta, metaEnd, input, inputEnd int }

func readRequest(frame []byte) (Request, requestPlaces, error) {
	var r Request
	var seenEndpoint bool
	var key []byte // "args" or "records"
	var at requestPlaces
	n, b, err := ReadMapHeader(frame)
	for ; n > 0 && err == nil; n-- {
		var k []byte
		if k, b, err = ReadStringBytes(b); err != nil {
			break
		}
		again := false
		switch string(k) {
		case "endpoint":
			again, seenEndpoint = seenEndpoint, true
			r.Endpoint, b, err = ReadString(b)
		case "kind":
			again = r.Kind != 0
			r.Kind, b, err = readKind(b)
		case "request":
			again, at.meta = at.meta > 0, len(frame)-len(b)
			b, err = Skip(b)
			at.metaEnd = len(frame) - len(b)
		case "args", "records":
			again, key, at.input = key != nil, k, len(frame)-len(b)
			b, err = Skip(b)
			at.inputEnd = len(frame) - len(b)
		default:
			b, err = Skip(b)
		}
		if err == nil && again {
			err = ErrField
		}
	}
	switch {
	case err != nil:
	case len(b) > 0:
		err = ErrTrailing
	case !seenEndpoint || at.meta == 0 || r.Kind == 0 || string(key) != inputKey(r.Kind):
		err = ErrField
	default:
		if err = r.setMeta(frame[at.meta:at.metaEnd:at.metaEnd]); err == nil {
			err = r.setInput(frame[at.input:at.inputEnd:at.inputEnd])
		}
	}
	if err != nil {
		return Request{}, requestPlaces{}, err
	}
	return r, at, nil
}

// setMeta takes the value of "request", which was passed over already.
func (r *Request) setMeta(raw []byte) error {
	if r.Meta = raw; raw[0] == 0xc0 {
		r.Meta = nil
		return nil
	}
	return readMeta(raw, nil)
}

// setInput takes the value of "args" or "records", which was passed over already.
func (r *Request) setInput(raw []byte) (err error) {
	r.Input, r.JSON = raw, false
	switch t := TypeOf(raw); {
	case t == TypeBytes:
		r.JSON = true
		r.Input, _, err = ReadBytes(raw)
	case r.Kind.TakesRecords() && t == TypeArray:
		err = checkRecords(raw)
	case r.Kind.TakesRecords() || t != TypeMap:
		err = ErrType
	}
	return err
}

// cut takes one value as it stands.
func cut(b []byte) (value, rest []byte, err error) {
	rest, err = Skip(b)
	if err != nil {
		return nil, nil, err
	}
	n := len(b) - len(rest)
	return b[:n:n], rest, nil
}

// checkRecords tells whether the items of an array, which was read before, are maps.
func checkRecords(b []byte) error {
	n, b, err := ReadArrayHeader(b)
	for ; n > 0 && err == nil; n-- {
		if TypeOf(b) != TypeMap {
			return ErrType
		}
		b, err = Skip(b)
	}
	return err
}

// AppendMeta adds the value of "request".
func AppendMeta(b []byte, m Meta) []byte {
	b = AppendMapHeader(b, 2)
	b = AppendString(AppendString(b, "path"), m.Path)
	b = AppendString(b, "headers")
	return appendHeaders(b, m.Headers)
}

// ReadMeta reads the value of "request" that is not nil.
func ReadMeta(b []byte) (Meta, error) {
	var m Meta
	if err := readMeta(b, &m); err != nil {
		return Meta{}, err
	}
	return m, nil
}

// readMeta checks the value of "request" and fills m, where there is one: checking alone allocates nothing.
func readMeta(b []byte, m *Meta) error {
	var seenPath, seenHeaders bool
	n, b, err := ReadMapHeader(b)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = ReadStringBytes(b); err != nil {
			break
		}
		again := false
		switch string(key) {
		case "path":
			again, seenPath = seenPath, true
			var path []byte
			path, b, err = ReadStringBytes(b)
			if m != nil {
				m.Path = string(path)
			}
		case "headers":
			again, seenHeaders = seenHeaders, true
			if m == nil {
				b, err = eachHeader(b, func(_, _ span) {})
				break
			}
			m.Headers, b, err = readHeaders(b)
		default:
			b, err = Skip(b)
		}
		if err == nil && again {
			err = ErrField
		}
	}
	switch {
	case err != nil:
		return err
	case len(b) > 0:
		return ErrTrailing
	case !seenPath || !seenHeaders:
		return ErrField
	}
	return nil
}
