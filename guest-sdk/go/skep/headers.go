package skep

import "skep/abi"

// Header is one line of an HTTP head.
type Header = abi.Header

// Headers are the lines of an HTTP head in order. Names may repeat and are compared without regard to case. The zero
// Headers are empty.
type Headers []Header

// Get is the value of the first header of that name, empty where there is none.
func (h Headers) Get(name string) string {
	for i := range h {
		if sameName(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Values are the values of all headers of that name in order.
func (h Headers) Values(name string) []string {
	var values []string
	for i := range h {
		if sameName(h[i].Name, name) {
			values = append(values, h[i].Value)
		}
	}
	return values
}

// Has says whether there is a header of that name.
func (h Headers) Has(name string) bool {
	for i := range h {
		if sameName(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Add appends a header and keeps those of the same name.
func (h *Headers) Add(name, value string) { *h = append(*h, Header{Name: name, Value: value}) }

// Set removes all headers of that name and appends one.
func (h *Headers) Set(name, value string) {
	h.Del(name)
	h.Add(name, value)
}

// Del removes all headers of that name.
func (h *Headers) Del(name string) {
	kept := (*h)[:0]
	for _, header := range *h {
		if !sameName(header.Name, name) {
			kept = append(kept, header)
		}
	}
	clear((*h)[len(kept):])
	*h = kept
}

// sameName compares names as HTTP does: by ASCII letters.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := len(a) - 1; i >= 0; i-- { // names differ at their ends, if anywhere
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
