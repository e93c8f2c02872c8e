package service

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Mapping divides requests among generations that are loaded, each there once; the weights sum to 1. The zero value
// divides nothing.
type Mapping []Share

// Share is the part of the requests that one generation gets.
type Share struct {
	Generation string
	Weight     float64 // 0 to 1
}

// Generation is the generation of that id, nil where none is loaded. It does not keep id.
func (s *Service) Generation(id []byte) *Generation {
	if s.Active.ID == string(id) {
		return s.Active
	}
	for _, g := range s.Others {
		if g.ID == string(id) {
			return g
		}
	}
	return nil
}

// Any is a generation by chance, with the probabilities of the mapping.
func (s *Service) Any() *Generation {
	if len(s.Mapping) == 0 {
		return s.Active
	}
	return s.pick(rand.Float64())
}

// ForKey is the generation of a dispatch key: always the same one while the mapping is, whatever host answers. The key's
// place among the cumulative weights is the first 8 bytes of SHA-256(service id, 0x00, key), big-endian, over 2^64.
func (s *Service) ForKey(key []byte) *Generation {
	if len(s.Mapping) == 0 {
		return s.Active
	}
	return s.pick(place(s.ID, key))
}

func place(service string, key []byte) float64 {
	var buffer [256]byte // keys are short
	sum := sha256.Sum256(append(append(append(buffer[:0], service...), 0), key...))
	return float64(binary.BigEndian.Uint64(sum[:8])) / (1 << 64)
}

// pick is the generation at a place of 0 to 1 among the cumulative weights.
func (s *Service) pick(at float64) *Generation {
	last := s.Active
	for _, share := range s.Mapping {
		if share.Weight == 0 {
			continue
		}
		last = s.Generation([]byte(share.Generation))
		if at -= share.Weight; at < 0 {
			break
		}
	}
	return last
}

// Share is the part of the requests that a generation gets, 0 to 1.
func (s *Service) Share(generation string) float64 {
	if len(s.Mapping) == 0 && s.Active.ID == generation {
		return 1
	}
	for _, share := range s.Mapping {
		if share.Generation == generation {
			return share.Weight
		}
	}
	return 0
}
