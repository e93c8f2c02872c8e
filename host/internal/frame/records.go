package frame

import "strconv"

// predict writes the records of {"features": {…}}: one.
func (in *input) predict() error {
	in.w.arrayHeader(1)
	return in.features(theBody)
}

// predictMulti writes the records of {"items": [{"features": {…}}, …]}.
func (in *input) predictMulti() (rows int, err error) {
	found := false
	start := in.next()
	err = in.members(func(key []byte) error {
		if string(key) != "items" {
			return in.skip()
		}
		found = true
		rows, err = in.items()
		return err
	})
	if err == nil && !found {
		err = &InputError{start, `the body has no "items"`}
	}
	return rows, err
}

// items writes the array of records.
func (in *input) items() (n int, err error) {
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
		if err := in.features(holder(n)); err != nil {
			return 0, err
		}
	}
	in.w.close(place, n)
	return n, in.shut()
}

// holder is an object that has "features": the item of that index, or the body.
type holder int

const theBody holder = -1

// String names the object to a client.
func (h holder) String() string {
	if h == theBody {
		return "the body"
	}
	return "item " + strconv.Itoa(int(h))
}

// features writes the record in the next value, an object with the key "features". Other keys are passed over.
func (in *input) features(h holder) error {
	found := false
	start := in.next()
	err := in.members(func(key []byte) error {
		if string(key) != "features" {
			return in.skip()
		}
		found = true
		if in.dec.PeekKind() != '{' {
			return in.wrongType(`"features" of ` + h.String() + " is not an object")
		}
		return in.value()
	})
	if err == nil && !found {
		err = &InputError{start, h.String() + ` has no "features"`}
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
