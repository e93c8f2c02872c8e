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
	n := 0
	rest, err = eachHeader(b, func(_, _ span) { n++ })
	if err != nil || n == 0 {
		return nil, rest, err
	}
	text := string(b[:len(b)-len(rest)]) // of all, since an allocation is what costs in a guest
	headers = make([]Header, 0, n)
	_, err = eachHeader(b, func(name, value span) {
		headers = append(headers, Header{text[name.from:name.to], text[value.from:value.to]})
	})
	return headers, rest, err
}

// span is where a string stands.
type span struct{ from, to int }

// eachHeader takes a list of headers and says of each where it stands in b.
func eachHeader(b []byte, visit func(name, value span)) (rest []byte, err error) {
	size := len(b)
	n, b, err := ReadArrayHeader(b)
	for ; n > 0 && err == nil; n-- {
		var fields int
		if fields, b, err = ReadArrayHeader(b); err != nil {
			break
		}
		if fields != 2 {
			return nil, ErrField
		}
		var pair [2]span
		for i := range pair {
			var text []byte
			if text, b, err = ReadStringBytes(b); err != nil {
				return nil, err
			}
			end := size - len(b)
			pair[i] = span{end - len(text), end}
		}
		visit(pair[0], pair[1])
	}
	return b, err
}
