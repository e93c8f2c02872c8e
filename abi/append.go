package abi

import "math"

// The Append functions add one MessagePack value in its shortest form and return the extended slice.

// AppendNil adds nil.
//
//	[ c0 ]
func AppendNil(b []byte) []byte { return append(b, 0xc0) }

// AppendBool adds a boolean.
//
//	[ c2 | c3 ]
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 0xc3)
	}
	return append(b, 0xc2)
}

// AppendInt adds a signed integer.
//
//	[ 00..7f | e0..ff ]   [ d0 | i8 ]   [ d1 | i16 ]   [ d2 | i32 ]   [ d3 | i64 ]   or as AppendUint when not negative
func AppendInt(b []byte, v int64) []byte {
	switch {
	case v >= 0:
		return AppendUint(b, uint64(v))
	case v >= -32:
		return append(b, byte(v))
	case v >= math.MinInt8:
		return append(b, 0xd0, byte(v))
	case v >= math.MinInt16:
		return append(b, 0xd1, byte(v>>8), byte(v))
	case v >= math.MinInt32:
		return append32(append(b, 0xd2), uint32(v))
	}
	return append64(append(b, 0xd3), uint64(v))
}

// AppendUint adds an unsigned integer.
//
//	[ 00..7f ]   [ cc | u8 ]   [ cd | u16 ]   [ ce | u32 ]   [ cf | u64 ]
func AppendUint(b []byte, v uint64) []byte {
	switch {
	case v < 0x80:
		return append(b, byte(v))
	case v <= math.MaxUint8:
		return append(b, 0xcc, byte(v))
	case v <= math.MaxUint16:
		return append(b, 0xcd, byte(v>>8), byte(v))
	case v <= math.MaxUint32:
		return append32(append(b, 0xce), uint32(v))
	}
	return append64(append(b, 0xcf), v)
}

// AppendFloat adds a float of 64 bits.
//
//	[ cb | IEEE 754, 8 bytes, big-endian ]
func AppendFloat(b []byte, v float64) []byte { return append64(append(b, 0xcb), math.Float64bits(v)) }

// AppendString adds a string, which must be UTF-8.
//
//	[ a0..bf ]   [ d9 | u8 ]   [ da | u16 ]   [ db | u32 ]   then the bytes
func AppendString(b []byte, s string) []byte { return append(appendStringHeader(b, len(s)), s...) }

// AppendStringBytes is [AppendString] for text in a byte slice.
func AppendStringBytes(b, s []byte) []byte { return append(appendStringHeader(b, len(s)), s...) }

func appendStringHeader(b []byte, n int) []byte {
	switch {
	case n < 32:
		return append(b, 0xa0|byte(n))
	case n <= math.MaxUint8:
		return append(b, 0xd9, byte(n))
	case n <= math.MaxUint16:
		return append(b, 0xda, byte(n>>8), byte(n))
	}
	return append32(append(b, 0xdb), uint32(n))
}

// AppendBytes adds a byte string.
//
//	[ c4 | u8 ]   [ c5 | u16 ]   [ c6 | u32 ]   then the bytes
func AppendBytes(b, v []byte) []byte {
	switch n := len(v); {
	case n <= math.MaxUint8:
		b = append(b, 0xc4, byte(n))
	case n <= math.MaxUint16:
		b = append(b, 0xc5, byte(n>>8), byte(n))
	default:
		b = append32(append(b, 0xc6), uint32(n))
	}
	return append(b, v...)
}

// AppendArrayHeader opens an array of n values, which follow.
//
//	[ 90..9f ]   [ dc | u16 ]   [ dd | u32 ]
func AppendArrayHeader(b []byte, n int) []byte {
	switch {
	case n < 16:
		return append(b, 0x90|byte(n))
	case n <= math.MaxUint16:
		return append(b, 0xdc, byte(n>>8), byte(n))
	}
	return append32(append(b, 0xdd), uint32(n))
}

// AppendMapHeader opens a map of n pairs, which follow as key, value, key, value.
//
//	[ 80..8f ]   [ de | u16 ]   [ df | u32 ]
func AppendMapHeader(b []byte, n int) []byte {
	switch {
	case n < 16:
		return append(b, 0x80|byte(n))
	case n <= math.MaxUint16:
		return append(b, 0xde, byte(n>>8), byte(n))
	}
	return append32(append(b, 0xdf), uint32(n))
}

func append32(b []byte, v uint32) []byte {
	return append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

func append64(b []byte, v uint64) []byte {
	return append32(append32(b, uint32(v>>32)), uint32(v))
}
