package abi

// Call is the frame by which a guest calls another endpoint of its service, see [ImportCall]: a map.
//
//	{"endpoint": str, "args": map}       of a function or a query
//	{"endpoint": str, "records": array}  of the kinds that take records
type Call struct {
	Endpoint string
	// Records says that Input are records.
	Records bool
	// Input is the raw value of "args" or "records". It is part of the frame.
	Input []byte
}

// AppendCall adds a call frame.
func AppendCall(b []byte, c Call) []byte {
	b = AppendMapHeader(b, 2)
	b = AppendString(AppendString(b, "endpoint"), c.Endpoint)
	if c.Records {
		b = AppendString(b, "records")
	} else {
		b = AppendString(b, "args")
	}
	return append(b, c.Input...)
}

// ReadCall reads a call frame. It checks the whole of it, as [Skip] does. Keys that it does not know are passed over.
func ReadCall(b []byte) (Call, error) {
	var c Call
	var seenEndpoint bool
	n, b, err := ReadMapHeader(b)
	for ; n > 0 && err == nil; n-- {
		var key []byte
		if key, b, err = ReadStringBytes(b); err != nil {
			break
		}
		again := false
		switch string(key) {
		case "endpoint":
			again, seenEndpoint = seenEndpoint, true
			c.Endpoint, b, err = ReadString(b)
		case "args", "records":
			again, c.Records = c.Input != nil, string(key) == "records"
			c.Input, b, err = cut(b)
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
	case !seenEndpoint || c.Input == nil:
		err = ErrField
	case c.Records && TypeOf(c.Input) == TypeArray:
		err = checkRecords(c.Input)
	case c.Records || TypeOf(c.Input) != TypeMap:
		err = ErrType
	}
	if err != nil {
		return Call{}, err
	}
	return c, nil
}
