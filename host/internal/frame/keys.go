package frame

import (
	"bytes"
	"slices"
)

// fewKeys is how many keys of a map are compared each with each, which needs no sorting.
const fewKeys = 12

// key takes a key of a map and remembers it for unique.
func (r *reader) key() ([]byte, error) {
	k, err := r.str("a map's key")
	if err == nil {
		r.keys = append(r.keys, span{uint32(r.at() - len(k)), uint32(r.at())})
	}
	return k, err
}

// unique forgets all keys since there were first of them, those of one map, and says whether no two were the same.
//
// Sorting instead of hashing costs eight bytes for each key and has no bad case that a guest could aim at.
func (r *reader) unique(first int) error {
	keys := r.keys[first:]
	r.keys = r.keys[:first]
	if len(keys) <= fewKeys {
		for i, k := range keys {
			for _, other := range keys[:i] {
				if r.compare(k, other) == 0 {
					return r.broken("a map with a repeated key, which ends")
				}
			}
		}
		return nil
	}
	slices.SortFunc(keys, r.compare)
	for i, k := range keys[1:] {
		if r.compare(k, keys[i]) == 0 {
			return r.broken("a map with a repeated key, which ends")
		}
	}
	return nil
}

// compare orders keys by length, then by bytes.
func (r *reader) compare(a, b span) int {
	if c := int(a.end-a.start) - int(b.end-b.start); c != 0 {
		return c
	}
	return bytes.Compare(r.frame[a.start:a.end], r.frame[b.start:b.end])
}
