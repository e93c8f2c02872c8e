package codec

import (
	"encoding"
	"errors"
	"reflect"
	"slices"

	"skep/abi"
)

// appendOther encodes what the type switch does not know: structs, pointers and named types.
func (e *Encoder) appendOther(b []byte, v any, depth int) ([]byte, error) {
	return e.appendReflect(b, reflect.ValueOf(v), depth)
}

func (e *Encoder) appendReflect(b []byte, v reflect.Value, depth int) ([]byte, error) {
	// Pointers and interfaces open no level, so a chain of them that never ends is counted here.
	for range abi.MaxDepth {
		if !v.IsValid() {
			return abi.AppendNil(b), nil
		}
		pointer := v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface
		if pointer && v.IsNil() {
			return abi.AppendNil(b), nil
		}
		if v.Kind() != reflect.Interface {
			if out, ok, err := e.appendMarshaler(b, v); ok {
				return out, err
			}
		}
		if !pointer {
			return e.appendKind(b, v, depth)
		}
		v = v.Elem()
	}
	return b, ErrDepth
}

// appendMarshaler encodes a value whose type says how. A time.Time becomes text that way.
func (e *Encoder) appendMarshaler(b []byte, v reflect.Value) (out []byte, ok bool, err error) {
	if v.Kind() != reflect.Pointer && v.CanAddr() && v.Type().Name() != "" {
		v = v.Addr() // methods of T and of *T
	}
	if !v.CanInterface() || v.Type().NumMethod() == 0 {
		return b, false, nil
	}
	switch m := v.Interface().(type) {
	case Appender:
		out, err = e.appendForeign(b, m)
		return out, true, err
	case encoding.TextMarshaler:
		text, err := m.MarshalText()
		if err != nil {
			return b, true, err
		}
		out, err = appendString(b, string(text))
		return out, true, err
	case interface{ MarshalJSON() ([]byte, error) }:
		return b, true, errors.New("a " + v.Type().String() + " writes its own JSON; return that as skep.RawJSON")
	}
	return b, false, nil
}

func (e *Encoder) appendKind(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case reflect.Bool:
		return abi.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return abi.AppendInt(b, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return abi.AppendUint(b, v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return appendFloat(b, v.Float())
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return b, ErrBytes
		}
		if v.IsNil() {
			return abi.AppendNil(b), nil
		}
		return e.appendItems(b, v, depth)
	case reflect.Array:
		return e.appendItems(b, v, depth)
	case reflect.Map:
		return e.appendMapOf(b, v, depth)
	case reflect.Struct:
		return e.appendStruct(b, v, depth)
	}
	return b, errors.New("a " + v.Type().String() + " has no JSON form")
}

func (e *Encoder) appendItems(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth == 0 {
		return b, ErrDepth
	}
	b = abi.AppendArrayHeader(b, v.Len())
	var err error
	for i := range v.Len() {
		if b, err = e.appendReflect(b, v.Index(i), depth-1); err != nil {
			return b, withinIndex(i, err)
		}
	}
	return b, nil
}

func (e *Encoder) appendMapOf(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch {
	case v.Type().Key().Kind() != reflect.String:
		return b, errors.New("a " + v.Type().String() + " has no JSON form: its keys are no strings")
	case v.IsNil():
		return abi.AppendNil(b), nil
	case depth == 0:
		return b, ErrDepth
	}
	from := len(e.keys)
	for iter := v.MapRange(); iter.Next(); {
		e.keys = append(e.keys, iter.Key().String())
	}
	to := len(e.keys)
	slices.Sort(e.keys[from:to])
	b = abi.AppendMapHeader(b, to-from)
	var err error
	for i := from; i < to; i++ {
		key := e.keys[i]
		if b, err = appendString(b, key); err == nil {
			b, err = e.appendReflect(b, v.MapIndex(reflect.ValueOf(key).Convert(v.Type().Key())), depth-1)
		}
		if err != nil {
			return b, withinKey(key, err)
		}
	}
	clear(e.keys[from:to])
	e.keys = e.keys[:from]
	return b, nil
}

func (e *Encoder) appendStruct(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth == 0 {
		return b, ErrDepth
	}
	fields := fieldsOf(v.Type())
	count := 0
	for i := range fields {
		if f, ok := fields[i].value(v); ok && !fields[i].omit(f) {
			count++
		}
	}
	b = abi.AppendMapHeader(b, count)
	var err error
	for i := range fields {
		f, ok := fields[i].value(v)
		if !ok || fields[i].omit(f) {
			continue
		}
		b = abi.AppendString(b, fields[i].name)
		if b, err = e.appendReflect(b, f, depth-1); err != nil {
			return b, withinKey(fields[i].name, err)
		}
	}
	return b, nil
}
