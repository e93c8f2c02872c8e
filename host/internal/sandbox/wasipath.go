package sandbox

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"time"

	"github.com/tetratelabs/wazero/api"

	"skep/host/internal/resources"
)

// What a guest asks for when it opens a file.
const (
	openCreate   = 1 << 0
	openFolder   = 1 << 1
	openOnlyNew  = 1 << 2
	openTruncate = 1 << 3

	rightRead       = 1 << 1
	rightWrite      = 1 << 6
	rightOpen       = 1 << 13
	rightReaddir    = 1 << 14
	rightPathStat   = 1 << 18
	rightStat       = 1 << 21
	rightsOfStream  = 1<<9 - 1 | 7<<21 | 1<<27
	rightsOfFile    = rightRead | 1<<2 | 1<<5 | rightStat // and to seek and tell
	rightsOfFolder  = rightOpen | rightReaddir | rightPathStat | rightStat
	rightsInherited = 1<<29 - 1 // all: a guest that wants to write shall be told when it opens a file
)

// Types of files.
const (
	typeStream = 1 // what the engine takes them for: a block device
	typeFolder = 3
	typeFile   = 4
)

// hostOpenCost is what it costs a guest to open a file, in units of fuel.
const hostOpenCost = 1 << 15

func typeOf(e *resources.Entry) byte {
	if e.IsDir() {
		return typeFolder
	}
	return typeFile
}

// find is what a path in the guest's memory leads to.
func (in *instance) find(memory api.Memory, fd, ptr, length uint64) (*resources.Entry, uint64) {
	o := in.files.get(fd)
	if o == nil || !o.entry.IsDir() {
		return nil, in.known(fd, wasiNoFolder)
	}
	name, ok := view(memory, uint32(ptr), uint32(length))
	if !ok {
		return nil, wasiFault
	}
	e, err := in.files.folder.Find(o.entry, string(name))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, wasiNotCapable
	case err != nil:
		return nil, wasiNotFound
	}
	return e, 0
}

func pathOpen(in *instance, memory api.Memory, stack []uint64) uint64 {
	flags, rights := uint32(stack[4]), stack[5]
	e, number := in.find(memory, stack[0], stack[2], stack[3])
	switch {
	case number == wasiNotFound && flags&openCreate != 0:
		return wasiReadOnly
	case number != 0:
		return number
	case flags&openOnlyNew != 0 && flags&openCreate != 0:
		return wasiExists
	case flags&openFolder != 0 && !e.IsDir():
		return wasiNoFolder
	case e.IsDir() && (flags&openTruncate != 0 || rights&rightWrite != 0 && flags&openFolder == 0):
		return wasiIsFolder
	case !e.IsDir() && (flags&openTruncate != 0 || rights&rightWrite != 0):
		return wasiReadOnly
	}
	place, ok := view(memory, uint32(stack[8]), 4)
	if !ok {
		return wasiFault
	}
	in.work(hostOpenCost)
	fd, number := in.files.add(e)
	if number == 0 {
		binary.LittleEndian.PutUint32(place, fd)
	}
	return number
}

func pathFilestatGet(in *instance, memory api.Memory, stack []uint64) uint64 {
	e, number := in.find(memory, stack[0], stack[2], stack[3])
	if number != 0 {
		return number
	}
	return writeFilestat(memory, stack[4], typeOf(e), e)
}

// pathReadlink says that something is no link: to a guest, links are what they lead to.
func pathReadlink(in *instance, memory api.Memory, stack []uint64) uint64 {
	if _, number := in.find(memory, stack[0], stack[1], stack[2]); number != 0 {
		return number
	}
	return wasiInvalid
}

func fdFilestatGet(in *instance, memory api.Memory, stack []uint64) uint64 {
	if stream(stack[0]) {
		return writeFilestat(memory, stack[1], typeStream, &resources.Entry{Modified: time.Unix(0, 0)})
	}
	o := in.files.get(stack[0])
	if o == nil {
		return wasiBadFile
	}
	return writeFilestat(memory, stack[1], typeOf(o.entry), o.entry)
}

// writeFilestat writes what a file is. What a guest is told is what stood in the list: the host's own numbers of
// devices and files, and the times at which it reads them, are no business of a guest.
func writeFilestat(memory api.Memory, ptr uint64, kind byte, e *resources.Entry) uint64 {
	b, ok := view(memory, uint32(ptr), 64)
	if !ok {
		return wasiFault
	}
	clear(b)
	modified := uint64(e.Modified.UnixNano())
	binary.LittleEndian.PutUint64(b[8:], e.Number)
	b[16] = kind
	binary.LittleEndian.PutUint64(b[24:], 1) // links
	binary.LittleEndian.PutUint64(b[32:], uint64(e.Size))
	for _, at := range []int{40, 48, 56} { // access, modification, change
		binary.LittleEndian.PutUint64(b[at:], modified)
	}
	return 0
}

func fdStatGet(in *instance, memory api.Memory, stack []uint64) uint64 {
	kind, rights, inherited := byte(typeStream), uint64(rightsOfStream), uint64(0)
	if !stream(stack[0]) {
		o := in.files.get(stack[0])
		if o == nil {
			return wasiBadFile
		}
		kind, rights = typeOf(o.entry), rightsOfFile
		if o.entry.IsDir() {
			rights, inherited = rightsOfFolder, rightsInherited
		}
	}
	b, ok := view(memory, uint32(stack[1]), 24)
	if !ok {
		return wasiFault
	}
	clear(b)
	b[0] = kind
	binary.LittleEndian.PutUint64(b[8:], rights)
	binary.LittleEndian.PutUint64(b[16:], inherited)
	return 0
}

func fdPrestatGet(in *instance, memory api.Memory, stack []uint64) uint64 {
	if uint32(stack[0]) != resourcesFile || in.files.folder == nil {
		return wasiBadFile
	}
	if !memory.WriteUint64Le(uint32(stack[1]), uint64(len(ResourcesPath))<<32) {
		return wasiFault
	}
	return 0
}

func fdPrestatDirName(in *instance, memory api.Memory, stack []uint64) uint64 {
	length := uint32(stack[2])
	switch {
	case uint32(stack[0]) != resourcesFile || in.files.folder == nil:
		return wasiBadFile
	case length > uint32(len(ResourcesPath)):
		return wasiTooLong
	case !memory.WriteString(uint32(stack[1]), ResourcesPath[:length]):
		return wasiFault
	}
	return 0
}
