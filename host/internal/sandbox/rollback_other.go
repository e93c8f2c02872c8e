//go:build !linux

package sandbox

import "errors"

var errNotHere = errors.New("not on this operating system")

func probeScan() (rollback, error)    { return nil, errNotHere }
func probePagemap() (rollback, error) { return nil, errNotHere }
func probeDiscard() (rollback, error) { return nil, errNotHere }

// pages is not used on this operating system.
type pages struct{}

// threadFaults would be the number of page faults of this thread so far.
func threadFaults() int64 { return 0 }

// frozen is memory that cannot change any more.
type frozen struct{ source []byte }

func freeze(memory []byte, _ *frozen) (frozen, error) {
	return frozen{source: append([]byte(nil), memory...)}, nil
}

func freezeData([]byte, int) (*frozen, error) { return nil, nil }

func (f *frozen) mapTo([]byte) error { return errNotHere }
func (f *frozen) release()           {}
func (f *frozen) ownSize() int64     { return int64(len(f.source)) }
func (f *frozen) sharedSize() int64  { return 0 }
