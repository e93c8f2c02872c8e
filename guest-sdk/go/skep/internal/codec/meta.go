package codec

import "skep/abi"

// Meta reads request metadata that a host has checked; ok is false for bytes that are none. It takes one piece of memory
// for all strings and one for the list: in a guest that and calls are what costs, and a checking reader makes thirty of
// them for each header.
func Meta(raw []byte) (m abi.Meta, ok bool) {
	if len(raw) == 0 {
		return m, false
	}
	i, n := begin(raw)
	text := string(raw)
	for ; n > 0 && i >= 0; n-- {
		var key string
		switch key, i = str(text, i); key {
		case "path":
			m.Path, i = str(text, i)
		case "headers":
			m.Headers, i = headers(text, i)
		default:
			return m, false
		}
	}
	return m, i == len(text)
}

// headers reads a list of pairs of strings at i, and says where it ends; negative: there is none.
func headers(text string, i int) (list []abi.Header, next int) {
	if i < 0 || i >= len(text) {
		return nil, -1
	}
	c := text[i]
	n, width := int(c&0x0f), 0
	switch {
	case c&0xf0 == 0x90:
	case c == 0xdc:
		n, width = 0, 2
	case c == 0xdd:
		n, width = 0, 4
	default:
		return nil, -1
	}
	for i++; width > 0 && i < len(text); width-- {
		n = n<<8 | int(text[i])
		i++
	}
	if width > 0 || n > (len(text)-i)/3 {
		return nil, -1
	}
	list = make([]abi.Header, n)
	for at := range list {
		if i >= len(text) || text[i] != 0x92 {
			return nil, -1
		}
		h := &list[at]
		h.Name, i = str(text, i+1)
		if h.Value, i = str(text, i); i < 0 {
			return nil, -1
		}
	}
	return list, i
}

// str reads a string at i, and says where it ends; negative: there is none.
func str(text string, i int) (s string, next int) {
	if i < 0 || i >= len(text) {
		return "", -1
	}
	c := text[i]
	n, width := int(c&0x1f), 0
	switch {
	case c&0xe0 == 0xa0:
	case c == 0xd9:
		n, width = 0, 1
	case c == 0xda:
		n, width = 0, 2
	case c == 0xdb:
		n, width = 0, 4
	default:
		return "", -1
	}
	for i++; width > 0 && i < len(text); width-- {
		n = n<<8 | int(text[i])
		i++
	}
	if width > 0 || n > len(text)-i {
		return "", -1
	}
	return text[i : i+n], i + n
}
