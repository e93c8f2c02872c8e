package sandbox

// shedding decides when the private pages of an instance are given up. A page that is private is copied back after every
// call, needed or not. That is right for those that most calls write to: copying one back takes a fraction of the fault
// that writing to a fresh one does. But each page that any call ever wrote to would make all later ones slower. So what
// is copied in vain is counted: all that the first call after the last time did not need, and, since that call may have
// been an unusual one, a part of the rest. When copying that has cost as much as faulting in all that is private, it is
// given up, and what is needed comes back by faults.
type shedding struct {
	bytes  int // that are private
	needed int // that were private after the first call
	wasted int // that have been copied in vain
}

const (
	muchPrivate  = 256 << 10 // bytes; less is not worth the faults
	faultCopies  = 32        // how often a page is copied in the time of one fault
	vainFraction = 64        // of what the first call needed
)

// due is asked after every call. When it reports true, the pages are to be given up.
func (s *shedding) due() bool {
	if s.needed == 0 {
		s.needed = s.bytes
	}
	if s.bytes < muchPrivate {
		return false
	}
	s.wasted += s.bytes - s.needed + s.needed/vainFraction
	if s.wasted < faultCopies*s.bytes {
		return false
	}
	*s = shedding{}
	return true
}
