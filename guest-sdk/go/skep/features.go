package skep

import (
	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// Features are the names of the numbers that a model takes, in its order. They are made once, in a variable of the
// package, and read from each record:
//
//	var features = skep.NewFeatures("age", "income", "children")
//
//	var x [3]float64
//	if err := features.Read(row, x[:]); err != nil {
//		return nil, err
//	}
//
// That is several times as quick as [Args.Float] for each of them, above all when clients send the features in that order.
type Features struct{ names []codec.Name }

// NewFeatures makes features of names.
func NewFeatures(names ...string) *Features {
	f := &Features{names: make([]codec.Name, len(names))}
	for i, name := range names {
		f.names[i] = codec.NewName(name)
	}
	return f
}

// Len is how many features there are.
func (f *Features) Len() int { return len(f.names) }

// Read takes the features out of a record: into, which must have room for all, gets what [Args.Float] gives for each. The
// record may hold more than these, in any order. After an error, which is that of Float, some are read.
func (f *Features) Read(row Args, into []float64) error {
	n := 0
	if row.near != nil {
		n = row.near.Floats(row.raw, into, f.names)
	}
	if n < len(f.names) {
		return f.search(row, into[:len(f.names)], n)
	}
	return nil
}

// search reads the features from index n on of a record that does not have them one after the other.
func (f *Features) search(row Args, into []float64, n int) error {
	var own codec.Cursor
	near := row.near
	if near == nil {
		near = &own
	}
	for ; n < len(f.names); n++ {
		name := f.names[n].Text
		v, ok := near.Float(row.raw, name)
		if !ok {
			raw := near.Lookup(row.raw, name)
			var err error
			if v, _, err = abi.ReadFloat(raw); err != nil {
				return row.misfit(name, raw, "a number", err)
			}
		}
		into[n] = v
	}
	return nil
}
