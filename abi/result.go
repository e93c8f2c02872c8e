package abi

// Result is what a guest answers: an array whose first item is the tag. Which fields count depends on it.
type Result struct {
	Tag Tag

	// Value is the raw value of TagValue, or the text of TagJSON. It is part of the frame.
	Value []byte

	// Status is the HTTP status of TagError and TagCustom.
	Status int
	// Message and Type are the fields of TagError. An empty type is left out of the frame; the host has a default.
	Message, Type string

	// ContentType is the content type of TagCustom, empty for nil: a "Content-Type" in Headers counts then.
	ContentType string
	// Body is the body of TagCustom. It is part of the frame.
	Body []byte
	// Headers are the headers of TagCustom, in order, names may repeat.
	Headers []Header
}

// AppendResult adds the frame of a result with a known tag.
func AppendResult(b []byte, r Result) []byte {
	switch r.Tag {
	case TagValue:
		return append(AppendValueHead(b), r.Value...)
	case TagJSON:
		return AppendBytes(AppendUint(AppendArrayHeader(b, 2), uint64(TagJSON)), r.Value)
	case TagError:
		fields := 3
		if r.Type != "" {
			fields = 4
		}
		b = AppendUint(AppendArrayHeader(b, fields), uint64(TagError))
		b = AppendString(AppendInt(b, int64(r.Status)), r.Message)
		if r.Type != "" {
			b = AppendString(b, r.Type)
		}
		return b
	case TagCustom:
		b = AppendUint(AppendArrayHeader(b, 5), uint64(TagCustom))
		b = AppendInt(b, int64(r.Status))
		if r.ContentType == "" {
			b = AppendNil(b)
		} else {
			b = AppendString(b, r.ContentType)
		}
		return appendHeaders(AppendBytes(b, r.Body), r.Headers)
	}
	return AppendUint(AppendArrayHeader(b, 1), uint64(r.Tag))
}

// AppendValueHead opens the frame of TagValue; exactly one value must follow.
//
//	[ 92 01 ] value
func AppendValueHead(b []byte) []byte {
	return AppendUint(AppendArrayHeader(b, 2), uint64(TagValue))
}

// ReadResult reads a result frame and checks its shape and limits. The status of an error, what is in headers and JSON
// text, and repeated keys in a value are for the host to judge.
func ReadResult(b []byte) (Result, error) {
	var r Result
	if len(b) > MaxResult {
		return r, ErrSize
	}
	n, b, err := ReadArrayHeader(b)
	if err != nil {
		return r, err
	}
	if n == 0 {
		return r, ErrTag
	}
	tag, b, err := ReadUint(b)
	if err != nil {
		return r, err
	}
	switch r.Tag = Tag(tag); {
	case tag == uint64(TagValue) && n == 2:
		r.Value, b, err = cut(b)
	case tag == uint64(TagJSON) && n == 2:
		r.Value, b, err = ReadBytes(b)
	case tag == uint64(TagError) && (n == 3 || n == 4):
		b, err = r.readError(b, n == 4)
	case tag == uint64(TagCustom) && n == 5:
		b, err = r.readCustom(b)
	default:
		err = ErrTag
	}
	switch {
	case err != nil:
		return Result{}, err
	case len(b) > 0:
		return Result{}, ErrTrailing
	}
	return r, nil
}

func (r *Result) readError(b []byte, typed bool) (rest []byte, err error) {
	if r.Status, b, err = readStatus(b); err != nil {
		return nil, err
	}
	if r.Message, b, err = ReadString(b); err != nil {
		return nil, err
	}
	if typed {
		r.Type, b, err = ReadString(b)
	}
	if err == nil && max(len(r.Message), len(r.Type)) > MaxMessage {
		err = ErrSize
	}
	return b, err
}

func (r *Result) readCustom(b []byte) (rest []byte, err error) {
	if r.Status, b, err = readStatus(b); err != nil {
		return nil, err
	}
	if r.Status < MinCustomStatus || r.Status > MaxStatus {
		return nil, ErrRange
	}
	if TypeOf(b) == TypeNil {
		b = b[1:]
	} else if r.ContentType, b, err = ReadString(b); err != nil {
		return nil, err
	}
	if TypeOf(b) == TypeString {
		r.Body, b, err = ReadStringBytes(b)
	} else {
		r.Body, b, err = ReadBytes(b)
	}
	if err != nil {
		return nil, err
	}
	if n, _, err := ReadArrayHeader(b); err == nil && n > MaxHeaders {
		return nil, ErrSize
	}
	if r.Headers, b, err = readHeaders(b); err != nil {
		return nil, err
	}
	size := len(r.ContentType)
	for _, h := range r.Headers {
		size += len(h.Name) + len(h.Value)
	}
	if size > MaxHeaderBytes {
		return nil, ErrSize
	}
	return b, nil
}

// readStatus reads a status. A number that no int holds on every platform is out of range.
func readStatus(b []byte) (int, []byte, error) {
	v, rest, err := ReadInt(b)
	if err != nil {
		return 0, nil, err
	}
	if v != int64(int32(v)) {
		return 0, nil, ErrRange
	}
	return int(v), rest, nil
}
