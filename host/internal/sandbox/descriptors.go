package sandbox

import (
	"os"
	"slices"
	"sync/atomic"

	"skep/host/internal/resources"
)

// ResourcesPath is where a guest finds the files of its endpoint.
const ResourcesPath = "/resources"

const (
	// resourcesFile is the descriptor of the folder itself; what the guest opens comes after it.
	resourcesFile = 3
	// maxOpenFiles is how many files and folders an instance may have open.
	maxOpenFiles = 32
	// fewFiles and manyFiles bound what all guests together may have open.
	fewFiles, manyFiles = 64, 4096
)

// descriptors are those of an instance beside the standard streams. The engine's own table of files cannot be rolled back,
// this one can.
type descriptors struct {
	folder  *resources.Folder // nil: the guest has no files
	system  *fileBudget
	open    []openFile // by descriptor, from resourcesFile on
	touched bool       // since the last reset
}

// openFile is one descriptor.
type openFile struct {
	entry  *resources.Entry // nil: it is closed
	file   *os.File         // nil for folders
	offset int64
	shared bool // the file is the image's, which closes it
}

func newDescriptors(folder *resources.Folder, system *fileBudget) descriptors {
	f := descriptors{folder: folder, system: system}
	if folder != nil {
		f.open = []openFile{{entry: folder.Top()}}
	}
	return f
}

// get is what a descriptor stands for, nil when that is nothing.
func (f *descriptors) get(fd uint64) *openFile {
	i := int64(uint32(fd)) - resourcesFile
	if i < 0 || i >= int64(len(f.open)) || f.open[i].entry == nil {
		return nil
	}
	return &f.open[i]
}

// add opens an entry under the lowest descriptor that is free.
func (f *descriptors) add(e *resources.Entry) (fd uint32, number uint64) {
	i := slices.IndexFunc(f.open, func(o openFile) bool { return o.entry == nil })
	switch {
	case i >= 0:
	case len(f.open) > maxOpenFiles:
		return 0, wasiTooManyOpen
	default:
		i = len(f.open)
	}
	o := openFile{entry: e}
	if !e.IsDir() {
		if !f.system.take() {
			return 0, wasiTooManyOfAll
		}
		var err error
		if o.file, err = f.folder.Open(e); err != nil {
			f.system.giveBack()
			return 0, wasiError(err)
		}
	}
	f.touched = true
	if i == len(f.open) {
		f.open = append(f.open, o)
	} else {
		f.open[i] = o
	}
	return uint32(i + resourcesFile), 0
}

// remove closes a descriptor. The folder itself stays.
func (f *descriptors) remove(o *openFile) {
	if o == &f.open[0] {
		return
	}
	f.touched = true
	f.shut(o)
}

// shut closes what is the instance's own.
func (f *descriptors) shut(o *openFile) {
	if o.file != nil && !o.shared {
		_ = o.file.Close() // nothing was written
		f.system.giveBack()
	}
	*o = openFile{}
}

// close closes all.
func (f *descriptors) close() {
	for i := range f.open {
		f.shut(&f.open[i])
	}
	f.open = nil
}

// share makes the files those of an image: instances get copies of the descriptors, each with a place of its own to read
// on from. What f holds afterwards is not to be closed by it.
func (f *descriptors) share() []openFile {
	for i := range f.open {
		f.open[i].shared = true
	}
	return slices.Clone(f.open)
}

// reset makes the descriptors those of an image.
func (f *descriptors) reset(image []openFile) {
	for i := range f.open {
		f.shut(&f.open[i])
	}
	f.open = append(f.open[:0], image...)
	f.touched = false
}

// closeShared closes the files of an image.
func closeShared(image []openFile, system *fileBudget) {
	for _, o := range image {
		if o.file != nil {
			_ = o.file.Close() // nothing was written
			system.giveBack()
		}
	}
}

// fileBudget counts the files that all guests together have open: the host needs descriptors for connections too.
type fileBudget struct {
	limit int64
	used  atomic.Int64
}

func (b *fileBudget) take() bool {
	if b.used.Add(1) > b.limit {
		b.used.Add(-1)
		return false
	}
	return true
}

func (b *fileBudget) giveBack() { b.used.Add(-1) }
