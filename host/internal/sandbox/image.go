package sandbox

// image is the memory, the globals and the open files of a module right after its initialisation and warm-up: the state in
// which every request finds its instance.
type image struct {
	*frozen
	globals []uint64
	files   []openFile // that were open
	system  *fileBudget
	place   // in the budget, for the frozen memory
}

func takeImage(in *instance, data *frozen, b *budget) (*image, error) {
	size, at := int64(in.memory.size), place{budget: b}
	if !at.charge(size) {
		return nil, b.exhausted(size)
	}
	memory, err := freeze(in.memory.bytes(), data)
	if err != nil {
		at.leave()
		return nil, err
	}
	at.uncharge(memory.sharedSize()) // for which the module is
	img := &image{frozen: memory, place: at, globals: make([]uint64, len(in.globals)), files: in.files.share(),
		system: in.files.system}
	for i, g := range in.globals {
		img.globals[i] = g.Get()
	}
	return img, nil
}

// release gives the image back, when no instance maps it any more.
func (img *image) release() {
	img.frozen.release()
	img.leave()
	closeShared(img.files, img.system)
}

// restore makes the instance equal to the image again. It reports false when that cannot be done and the instance must
// go.
func (img *image) restore(in *instance, how rollback) bool {
	if in.taint.Get() != 0 || !in.memory.cut(in.mod.Memory(), img.size) || !how.restore(img.frozen, in.memory) {
		return false
	}
	in.setGlobals(img.globals)
	if in.files.touched {
		in.files.reset(img.files)
	}
	return true
}

func (in *instance) setGlobals(values []uint64) {
	for i, g := range in.globals {
		g.Set(values[i])
	}
}

// apply makes a new instance of the image's size equal to it.
func (img *image) apply(in *instance, how rollback) {
	if !how.maps() {
		copyPieces(in.memory.bytes(), img.source)
	}
	in.setGlobals(img.globals)
	in.files.reset(img.files)
}
