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
type frozen struct {
	size   int
	source []byte
}

func freeze(memory []byte, _ *frozen) (*frozen, error) {
	return &frozen{len(memory), append([]byte(nil), memory...)}, nil
}

func freezeData([]byte, int) (*frozen, error) { return nil, nil }

func (f *frozen) mapTo([]byte) error { return errNotHere }
func (f *frozen) release()           {}
func (f *frozen) use() error         { return nil }
func (f *frozen) unuse()             {}
func (f *frozen) pack(*packer)       {}
func (f *frozen) ownSize() int64     { return int64(f.size) }
func (f *frozen) sharedSize() int64  { return 0 }

type packer struct{}
