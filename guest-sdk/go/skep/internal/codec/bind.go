package codec

import (
	"encoding"
	"errors"
	"reflect"
	"strconv"

	"skep/abi"
)

// Bind copies the values of a MessagePack map into the struct that target points to, by the names in json tags. Keys
// without a field are passed over. A field whose key is missing is an error, unless it is a pointer or its tag says
// omitempty or omitzero: then it stays as it is. A value that does not fit is a *BindError.
func Bind(raw []byte, target any) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return errors.New("Bind needs a pointer to a struct")
	}
	return bindStruct(raw, v.Elem())
}

func bindStruct(raw []byte, v reflect.Value) error {
	fields := fieldsOf(v.Type())
	for i := range fields {
		f := &fields[i]
		value := Lookup(raw, f.name)
		switch {
		case value != nil:
			if err := bind(value, f.settable(v)); err != nil {
				return bindWithin(f.name, err)
			}
		case !f.optional() && v.Type().FieldByIndex(f.index).Type.Kind() != reflect.Pointer:
			return &BindError{Path: f.name}
		}
	}
	return nil
}

// bind puts one value into v. The path of its errors starts behind v.
func bind(raw []byte, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		if abi.TypeOf(raw) == abi.TypeNil {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return bind(raw, v.Elem())
	}
	if v.CanAddr() && v.Addr().CanInterface() {
		if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			return bindText(raw, u)
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		b, _, err := abi.ReadBool(raw)
		v.SetBool(b)
		return misfit(err, raw, "a boolean")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return bindInt(raw, v)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return bindUint(raw, v)
	case reflect.Float32, reflect.Float64:
		f, _, err := abi.ReadFloat(raw)
		if err == nil && v.OverflowFloat(f) {
			err = abi.ErrRange
		}
		if err == nil {
			v.SetFloat(f)
		}
		return misfit(err, raw, "a number")
	case reflect.String:
		s, _, err := abi.ReadString(raw)
		v.SetString(s)
		return misfit(err, raw, "a string")
	case reflect.Slice, reflect.Array:
		return bindList(raw, v)
	case reflect.Map:
		return bindMap(raw, v)
	case reflect.Struct:
		if abi.TypeOf(raw) != abi.TypeMap {
			return misfit(abi.ErrType, raw, "an object")
		}
		return bindWithin(".", bindStruct(raw, v))
	case reflect.Interface:
		if v.NumMethod() == 0 {
			return bindAny(raw, v)
		}
	}
	return errors.New("Bind cannot fill a " + v.Type().String())
}

func misfit(err error, raw []byte, want string) error {
	switch err {
	case nil:
		return nil
	case abi.ErrRange:
		return &BindError{Want: want + " in range", Got: "one outside of it"}
	}
	return &BindError{Want: want, Got: Describe(raw)}
}

func bindText(raw []byte, u encoding.TextUnmarshaler) error {
	s, _, err := abi.ReadStringBytes(raw)
	if err != nil {
		return misfit(err, raw, "a string")
	}
	if err := u.UnmarshalText(s); err != nil {
		return &BindError{Want: "text of the right form", Got: strconv.Quote(string(s))}
	}
	return nil
}

func bindInt(raw []byte, v reflect.Value) error {
	i, err := Int(raw)
	if err == nil && v.OverflowInt(i) {
		err = abi.ErrRange
	}
	if err == nil {
		v.SetInt(i)
	}
	return misfitInt(err, raw)
}

func bindUint(raw []byte, v reflect.Value) error {
	u, err := Uint(raw)
	if err == nil && v.OverflowUint(u) {
		err = abi.ErrRange
	}
	if err == nil {
		v.SetUint(u)
	}
	return misfitInt(err, raw)
}

// misfitInt tells a number with a fraction from what is no number.
func misfitInt(err error, raw []byte) error {
	if err == abi.ErrType && abi.TypeOf(raw) == abi.TypeFloat {
		return &BindError{Want: "an integer", Got: "a number with a fraction"}
	}
	return misfit(err, raw, "an integer")
}

func bindList(raw []byte, v reflect.Value) error {
	n, items, err := abi.ReadArrayHeader(raw)
	if err != nil {
		return misfit(err, raw, "a list")
	}
	if v.Kind() == reflect.Array {
		if n != v.Len() {
			return &BindError{Want: "a list of " + strconv.Itoa(v.Len()), Got: "one of " + strconv.Itoa(n)}
		}
	} else {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
	for i := range n {
		var item []byte
		item, items = Cut(items)
		if err := bind(item, v.Index(i)); err != nil {
			return bindWithin("["+strconv.Itoa(i)+"]", err)
		}
	}
	return nil
}

func bindMap(raw []byte, v reflect.Value) error {
	if v.Type().Key().Kind() != reflect.String {
		return errors.New("Bind cannot fill a " + v.Type().String())
	}
	n, rest, err := abi.ReadMapHeader(raw)
	if err != nil {
		return misfit(err, raw, "an object")
	}
	m := reflect.MakeMap(v.Type())
	for range n {
		var key string
		if key, rest, err = abi.ReadString(rest); err != nil {
			return err
		}
		var value []byte
		value, rest = Cut(rest)
		item := reflect.New(v.Type().Elem()).Elem()
		if err := bind(value, item); err != nil {
			return bindWithin("."+key, err)
		}
		m.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
	v.Set(m)
	return nil
}

func bindAny(raw []byte, v reflect.Value) error {
	x, err := Any(raw)
	if err != nil {
		return err
	}
	if x == nil {
		v.SetZero()
	} else {
		v.Set(reflect.ValueOf(x))
	}
	return nil
}
