package sandbox

// shedding decides when the private pages of an instance are given up. A page that is private is copied back after every
// call, needed or not. That is right for those that most calls write to: copying one back takes a fraction of the fault
// that writing to a fresh one does. But one call that wrote to many pages would make all later ones slow. So when much
// has been private for some calls, all of it is given up, and what is needed comes back by faults. Where that is soon
// much again, the next time takes twice as long: for a guest that needs so much in every call it hardly happens.
type shedding struct {
	bytes    int // that are private
	heavy    int // calls since that is much
	light    int // calls before that, since the pages were last given up
	patience int // how many calls it may be much
}

const (
	muchPrivate   = 256 << 10
	soon          = 64 // calls
	leastPatience = 8
	mostPatience  = 1 << 16
)

// due is asked after every call. When it reports true, the pages are to be given up.
func (s *shedding) due() bool {
	if s.bytes < muchPrivate {
		s.light++
		return false
	}
	if s.heavy == 0 {
		if s.light >= soon {
			s.patience = 0
		}
		s.patience = min(max(leastPatience, 2*s.patience), mostPatience)
	}
	if s.heavy++; s.heavy < s.patience {
		return false
	}
	s.bytes, s.heavy, s.light = 0, 0, 0
	return true
}
