package sandbox

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"
	"time"
)

// packer packs images, one at a time: what is idle has time, and what is not should not notice.
type packer struct{ mu sync.Mutex }

// packerRest is how long a packer rests, in units of the time that it has worked.
const packerRest = 9

// use says that somebody needs file and source until unuse, and makes them again where they are packed.
func (f *frozen) use() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.packed != nil {
		if err := f.unpack(); err != nil {
			return err
		}
	}
	f.users++
	return nil
}

func (f *frozen) unuse() {
	f.mu.Lock()
	f.users--
	f.mu.Unlock()
}

func (f *frozen) unpack() error {
	if f.data != nil {
		if err := f.data.use(); err != nil {
			return err
		}
	}
	if err := f.open(flate.NewReader(bytes.NewReader(f.packed))); err != nil {
		f.leaveData()
		return err
	}
	f.packed = nil
	return nil
}

// pack puts a few bytes in the place of pages that nobody uses: most of those that a guest has written to are zeros but
// for some bytes. The data go the same way with the last image that needs them.
func (f *frozen) pack(by *packer) {
	by.mu.Lock()
	started := time.Now()
	packed := f.packNow()
	if packed {
		time.Sleep(packerRest * time.Since(started))
	}
	by.mu.Unlock()
	if packed && f.data != nil {
		f.data.pack(by)
	}
}

func (f *frozen) packNow() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users > 0 || f.source == nil {
		return false
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err == nil {
		_, err = io.Copy(w, bytesOf(f.source, f.own))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil { // of a buffer in memory: there is none
		return false
	}
	f.packed = bytes.Clone(out.Bytes())
	f.shut()
	f.leaveData()
	return true
}
