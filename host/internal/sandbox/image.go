package sandbox

// image is the memory and the globals of a module right after its initialisation and warm-up: the state in which every
// request finds its instance.
type image struct {
	memory  []byte
	globals []uint64
}

func takeImage(in *instance) *image {
	img := &image{memory: append([]byte(nil), in.memory.bytes()...), globals: make([]uint64, len(in.globals))}
	for i, g := range in.globals {
		img.globals[i] = g.Get()
	}
	return img
}

// apply makes the instance equal to the image. It reports false when that cannot be done and the instance must go.
func (img *image) apply(in *instance) bool {
	if in.memory.size < len(img.memory) {
		if _, ok := in.mod.Memory().Grow(uint32((len(img.memory) - in.memory.size) / pageSize)); !ok {
			return false
		}
	}
	if !in.memory.cut(in.mod.Memory(), len(img.memory)) {
		return false
	}
	copy(in.memory.bytes(), img.memory)
	for i, g := range in.globals {
		g.Set(img.globals[i])
	}
	return true
}
