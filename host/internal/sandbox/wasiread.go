package sandbox

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/tetratelabs/wazero/api"

	"skep/host/internal/resources"
)

// hostReadCost is what it costs a guest to have a piece of a file read, in units of fuel, beside its bytes.
const hostReadCost = 8192

func fdRead(in *instance, memory api.Memory, stack []uint64) uint64 {
	var n int64
	number := uint64(wasiBadFile)
	if uint32(stack[0]) == 0 {
		_, number = in.buffers(memory, stack[1], stack[2]) // which stay as they are: the input is at its end
	} else if o := in.files.get(stack[0]); o != nil {
		n, number = in.readFile(o, memory, stack[1], stack[2], o.offset)
		if n > 0 {
			o.offset += n
			in.files.touched = true
		}
	}
	return writeCount(memory, stack[3], n, number)
}

func fdPread(in *instance, memory api.Memory, stack []uint64) uint64 {
	var n int64
	number := uint64(wasiBadFile)
	if uint32(stack[0]) == 0 {
		number = wasiNoSystem
	} else if o := in.files.get(stack[0]); o != nil {
		n, number = in.readFile(o, memory, stack[1], stack[2], int64(stack[3]))
	}
	return writeCount(memory, stack[4], n, number)
}

// writeCount tells a guest how many bytes there were, unless there is an error.
func writeCount(memory api.Memory, ptr uint64, n int64, number uint64) uint64 {
	if number == 0 && !memory.WriteUint32Le(uint32(ptr), uint32(n)) {
		return wasiFault
	}
	return number
}

// buffers is the guest's list of where to read to: offsets and lengths.
func (in *instance) buffers(memory api.Memory, ptr, count uint64) ([]byte, uint64) {
	list, ok := view(memory, uint32(ptr), uint32(count)*8) // the count has a guard
	if !ok {
		return nil, wasiFault
	}
	return list, 0
}

// readFile reads from an offset on into the guest's buffers, in pieces, until they are full or the file ends. What was
// read before something went wrong counts.
func (in *instance) readFile(o *openFile, memory api.Memory, ptr, count uint64, offset int64) (n int64, number uint64) {
	switch {
	case o.file == nil:
		return 0, wasiIsFolder
	case offset < 0:
		return 0, wasiInvalid
	}
	list, number := in.buffers(memory, ptr, count)
	for ; number == 0 && len(list) > 0; list = list[8:] {
		// Read anew for each: the guest may have a buffer lie over the list.
		buffer, ok := view(memory, binary.LittleEndian.Uint32(list), binary.LittleEndian.Uint32(list[4:]))
		if !ok {
			number = wasiFault
			break
		}
		for len(buffer) > 0 {
			piece := buffer[:min(len(buffer), hostPiece)]
			in.work(hostReadCost + int64(len(piece))>>hostByteBits)
			if n+int64(len(piece)) > math.MaxUint32 || offset > math.MaxInt64-n-hostPiece {
				return n, 0
			}
			got, err := o.file.ReadAt(piece, offset+n)
			n += int64(got)
			switch {
			case err == io.EOF:
				return n, 0
			case err != nil && n == 0:
				return 0, wasiIO
			case err != nil:
				return n, 0
			}
			buffer = buffer[got:]
		}
	}
	if n > 0 {
		return n, 0
	}
	return 0, number
}

func fdSeek(in *instance, memory api.Memory, stack []uint64) uint64 {
	return in.seek(memory, stack[0], int64(stack[1]), uint32(stack[2]), stack[3])
}

func fdTell(in *instance, memory api.Memory, stack []uint64) uint64 {
	return in.seek(memory, stack[0], 0, io.SeekCurrent, stack[1])
}

func (in *instance) seek(memory api.Memory, fd uint64, by int64, whence uint32, result uint64) uint64 {
	o := in.files.get(fd)
	switch {
	case o == nil:
		return in.known(fd, wasiNoSystem)
	case o.file == nil:
		return wasiIsFolder
	}
	var from int64
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		from = o.offset
	case io.SeekEnd:
		from = o.entry.Size
	default:
		return wasiInvalid
	}
	if by > 0 && from > math.MaxInt64-by || from+by < 0 {
		return wasiInvalid
	}
	if !memory.WriteUint64Le(uint32(result), uint64(from+by)) {
		return wasiFault
	}
	if from+by != o.offset {
		o.offset = from + by
		in.files.touched = true
	}
	return 0
}

// direntHead is the size of what comes before a name in a list of files.
const direntHead = 24

// fdReaddir writes what lies in a folder, from an entry on. A list that ends before the buffer does is at its end; else
// the last entry may be cut.
func fdReaddir(in *instance, memory api.Memory, stack []uint64) uint64 {
	o := in.files.get(stack[0])
	if o == nil || !o.entry.IsDir() {
		return wasiBadFile
	}
	buffer, ok := view(memory, uint32(stack[1]), uint32(stack[2]))
	switch next := stack[3]; {
	case !ok:
		return wasiFault
	case len(buffer) < direntHead:
		return wasiInvalid
	case next > uint64(len(o.entry.Children)+2):
		return wasiNotFound
	}
	used := 0
	var head [direntHead]byte
	for next := stack[3]; next < uint64(len(o.entry.Children)+2) && used < len(buffer); next++ {
		in.work(hostLineCost)
		name, number, kind := direntAt(o.entry, next)
		binary.LittleEndian.PutUint64(head[:], next+1)
		binary.LittleEndian.PutUint64(head[8:], number)
		binary.LittleEndian.PutUint32(head[16:], uint32(len(name)))
		head[20] = kind
		used += copy(buffer[used:], head[:])
		used += copy(buffer[used:], name)
	}
	return writeCount(memory, stack[4], int64(used), 0)
}

// direntAt is an entry of a folder; the first two are the folder and the one above.
func direntAt(dir *resources.Entry, i uint64) (name string, number uint64, kind byte) {
	switch i {
	case 0:
		return ".", dir.Number, typeFolder
	case 1:
		return "..", 0, typeFolder
	}
	e := dir.Children[i-2]
	return e.Name, e.Number, typeOf(e)
}
