package frame

import "strconv"

// list writes the records of {"items": […]}. The key is that of the record within each item, as for record.
func (in *input) list(key string) (rows int, err error) {
	found := false
	start := in.next()
	err = in.members(func(name []byte) error {
		if string(name) != "items" {
			return in.skip()
		}
		found = true
		rows, err = in.items(key)
		return err
	})
	if err == nil && !found {
		err = &InputError{start, `the body has no "items"`}
	}
	return rows, err
}

// items writes the array of records.
func (in *input) items(key string) (n int, err error) {
	if in.dec.PeekKind() != '[' {
		return 0, in.wrongType(`"items" is not an array`)
	}
	if err := in.open(); err != nil {
		return 0, err
	}
	place := in.w.openArray()
	for ; in.dec.PeekKind() != ']'; n++ {
		if in.dec.PeekKind() != '{' {
			return 0, in.wrongType(holder(n).String() + " is not an object")
		}
		if err := in.record(key, holder(n)); err != nil {
			return 0, err
		}
	}
	in.w.close(place, n)
	return n, in.shut()
}

// holder is an object that holds a record: the item of that index, or the body.
type holder int

const theBody holder = -1

// String names the object to a client.
func (h holder) String() string {
	if h == theBody {
		return "the body"
	}
	return "item " + strconv.Itoa(int(h))
}

// record writes the record in the next value: an object that has it under a key, or that is it where the key is "". Other
// keys are passed over.
func (in *input) record(key string, h holder) error {
	if key == "" {
		return in.object("column", h)
	}
	found := false
	start := in.next()
	err := in.members(func(name []byte) error {
		if string(name) != key {
			return in.skip()
		}
		found = true
		if in.dec.PeekKind() != '{' {
			return in.wrongType(strconv.Quote(key) + " of " + h.String() + " is not an object")
		}
		return in.object("feature", h)
	})
	if err == nil && !found {
		err = &InputError{start, h.String() + " has no " + strconv.Quote(key)}
	}
	return err
}

// members reads the next value, an object, and calls each with every key; each must read the key's value. The key is
// valid until it does.
func (in *input) members(each func(key []byte) error) error {
	if err := in.open(); err != nil {
		return err
	}
	for in.dec.PeekKind() != '}' {
		key, err := in.dec.ReadValue()
		if err != nil {
			return in.fail(err)
		}
		if err := each(in.unquote(key)); err != nil {
			return err
		}
	}
	return in.shut()
}

// next is the place of the next token.
func (in *input) next() int64 {
	at := in.dec.InputOffset()
	for at < int64(len(in.src)) && (space(in.src[at]) || in.src[at] == ',' || in.src[at] == ':') {
		at++
	}
	return at
}

// wrongType is the error for a next value of another type than the place asks for, or for no value there at all.
func (in *input) wrongType(reason string) error {
	at := in.next()
	if err := in.skip(); err != nil {
		return err
	}
	return &InputError{at, reason}
}
