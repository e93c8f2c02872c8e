package frame

import (
	"encoding/binary"

	"github.com/vmihailenco/msgpack/v5"
)

// buffer is where a msgpack.Encoder writes to. Writing never fails, so the errors of the Encoder's methods on it are
// always nil.
type buffer struct{ b []byte }

func (w *buffer) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), nil
}

func (w *buffer) WriteByte(c byte) error {
	w.b = append(w.b, c)
	return nil
}

// writer makes MessagePack in a buffer that it reuses. The zero value is ready.
type writer struct {
	out buffer
	enc *msgpack.Encoder
}

// reset begins a frame behind the bytes of b.
func (w *writer) reset(b []byte) {
	w.out.b = b
	if w.enc == nil {
		w.enc = msgpack.NewEncoder(&w.out)
	}
}

func (w *writer) mapHeader(n int)   { w.enc.EncodeMapLen(n) }
func (w *writer) arrayHeader(n int) { w.enc.EncodeArrayLen(n) }
func (w *writer) null()             { w.enc.EncodeNil() }
func (w *writer) boolean(v bool)    { w.enc.EncodeBool(v) }
func (w *writer) integer(v int64)   { w.enc.EncodeInt(v) }
func (w *writer) natural(v uint64)  { w.enc.EncodeUint(v) }
func (w *writer) float(v float64)   { w.enc.EncodeFloat64(v) }
func (w *writer) str(v string)      { w.enc.EncodeString(v) }
func (w *writer) strBytes(v []byte) { w.enc.EncodeString(text(v)) }

// bin writes v, which must not be nil: the library has no empty byte string for that.
func (w *writer) bin(v []byte) { w.enc.EncodeBytes(v) }

// wide is the smallest count that the library writes with 32 bits.
const wide = 1 << 16

// openMap begins a map whose count is not known yet, and returns its place for close.
//
//	[ df | u32 ]
func (w *writer) openMap() (place int) {
	w.mapHeader(wide)
	return len(w.out.b)
}

// openArray begins an array whose count is not known yet, and returns its place for close.
//
//	[ dd | u32 ]
func (w *writer) openArray() (place int) {
	w.arrayHeader(wide)
	return len(w.out.b)
}

// close writes the count of the map or array at the place.
func (w *writer) close(place, n int) { binary.BigEndian.PutUint32(w.out.b[place-4:place], uint32(n)) }
