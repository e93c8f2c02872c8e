package abi

// Header is one line of an HTTP head. Lists of headers keep their order and their repeats.
type Header struct{ Name, Value string }

// appendHeaders adds a list of headers.
//
//	[[name, value], …]
func appendHeaders(b []byte, headers []Header) []byte {
	b = AppendArrayHeader(b, len(headers))
	for _, h := range headers {
		b = AppendString(AppendString(AppendArrayHeader(b, 2), h.Name), h.Value)
	}
	return b
}

func readHeaders(b []byte) (headers []Header, rest []byte, err error) {
	rest, err = eachHeader(b, func(name, value []byte) {
		headers = append(headers, Header{string(name), string(value)})
	})
	return headers, rest, err
}

// eachHeader takes a list of headers and hands over each as parts of b.
func eachHeader(b []byte, visit func(name, value []byte)) (rest []byte, err error) {
	n, b, err := ReadArrayHeader(b)
	for ; n > 0 && err == nil; n-- {
		var fields int
		var name, value []byte
		if fields, b, err = ReadArrayHeader(b); err != nil {
			break
		}
		if fields != 2 {
			return nil, ErrField
		}
		if name, b, err = ReadStringBytes(b); err != nil {
			break
		}
		if value, b, err = ReadStringBytes(b); err != nil {
			break
		}
		visit(name, value)
	}
	return b, err
}
