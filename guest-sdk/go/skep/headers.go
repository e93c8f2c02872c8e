package skep

import "skep/abi"

// Header is one line of an HTTP head.
type Header = abi.Header

// Headers are the lines of an HTTP head in order. Names may repeat and are compared without regard to case. The zero
// Headers are empty.
type Headers []Header

// Get is the value of the first header of that name, empty where there is none.
func (h Headers) Get(name string) string {
	if i := abi.FindHeader(h, name); i >= 0 {
		return h[i].Value
	}
	return ""
}

// Values are the values of all headers of that name in order.
func (h Headers) Values(name string) []string {
	var values []string
	for i := abi.FindHeader(h, name); i >= 0; i = abi.FindHeader(h, name) {
		values = append(values, h[i].Value)
		h = h[i+1:]
	}
	return values
}

// Has says whether there is a header of that name.
func (h Headers) Has(name string) bool { return abi.FindHeader(h, name) >= 0 }

// Add appends a header and keeps those of the same name.
func (h *Headers) Add(name, value string) {
	n := len(*h)
	if n == cap(*h) {
		h.grow()
	}
	*h = (*h)[:n+1]
	(*h)[n] = Header{Name: name, Value: value}
}

// grow makes room for one more header at least, from the stock where there is some.
//
//go:noinline
func (h *Headers) grow() {
	n := len(*h)
	if s := stocked; s != nil {
		if room := s.list(max(2*n, fewHeaders)); room != nil {
			*h = append(room, *h...)
			return
		}
	}
	*h = append(*h, Header{})[:n]
}

// fewHeaders is the room that a list of headers gets when it first grows.
const fewHeaders = 24

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

func sameName(a, b string) bool { return abi.FindHeader([]Header{{Name: a}}, b) == 0 }
