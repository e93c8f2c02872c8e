package skep

import "math/rand/v2"

// random is the random numbers of the request that is answered.
type random struct {
	seeded bool // for this request
	source *rand.ChaCha8
	rand   *rand.Rand
}

// Rand gives random numbers, from a ChaCha8 that the first call of a request seeds with random bytes of the host. The
// functions of math/rand and math/rand/v2 themselves are no substitute: where a host sets the memory back after each
// request, they give the same numbers to all of them. For keys and tokens take crypto/rand, which asks the host each
// time. The source lasts until the handler returns.
func (r *request) Rand() *rand.Rand {
	m := &r.module.random
	if !m.seeded {
		var seed [32]byte
		hostRandom(seed[:])
		if m.seeded = true; m.rand != nil {
			m.source.Seed(seed)
			return m.rand
		}
		m.source = rand.NewChaCha8(seed)
		m.rand = rand.New(m.source)
	}
	return m.rand
}
