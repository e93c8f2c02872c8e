package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"skep/host/internal/manifest"
)

// MaxKeys bounds the keys of one set: each request is compared with all of them.
const MaxKeys = 1000

// ErrKeys says that keys do not make a set.
var ErrKeys = errors.New("keys")

// KeySet is a set of API keys, which it knows by their hashes only. It is immutable; the zero value has no keys.
type KeySet struct{ keys []hashedKey }

type hashedKey struct {
	hash    [sha256.Size]byte
	id      string
	expiry  time.Time // zero: never
	expired error     // the cause when the time has come
}

var errUnknownKey = fmt.Errorf("%w: unknown API key", ErrNotAuthenticated)

// NewKeySet makes a set of all keys of some lists. No two keys may have the same id or the same hash: who revokes one
// would not know that it is still valid as the other. The error wraps [ErrKeys].
func NewKeySet(lists ...[]manifest.Key) (*KeySet, error) {
	set := &KeySet{}
	ids, hashes := map[string]bool{}, map[[sha256.Size]byte]string{}
	for _, list := range lists {
		for _, k := range list {
			if field, err := k.Check(); err != nil {
				return nil, fmt.Errorf("%w: key %q: %s: %w", ErrKeys, k.ID, field, err)
			}
			h := hashedKey{id: k.ID, expiry: k.Expiry,
				expired: fmt.Errorf("%w: the API key %s has expired", ErrNotAuthenticated, k.ID)}
			_, _ = hex.Decode(h.hash[:], []byte(strings.TrimPrefix(k.Hash, manifest.KeyHashPrefix))) // Check has looked at it
			if ids[k.ID] {
				return nil, fmt.Errorf("%w: %q is the id of two keys", ErrKeys, k.ID)
			}
			if other, ok := hashes[h.hash]; ok {
				return nil, fmt.Errorf("%w: %q and %q are the same key", ErrKeys, other, k.ID)
			}
			ids[k.ID], hashes[h.hash] = true, k.ID
			set.keys = append(set.keys, h)
		}
	}
	if len(set.keys) > MaxKeys {
		return nil, fmt.Errorf("%w: there are %d, the most is %d", ErrKeys, len(set.keys), MaxKeys)
	}
	return set, nil
}

// Len is the number of keys, expired ones included.
func (s *KeySet) Len() int { return len(s.keys) }

// Authorize says whose key these Authorization headers hold: its id. The error wraps [ErrNotAuthenticated].
func (s *KeySet) Authorize(headers [][]byte) (id string, err error) {
	return s.authorize(headers, time.Now())
}

func (s *KeySet) authorize(headers [][]byte, now time.Time) (string, error) {
	c, err := parseHeaders(headers)
	if err != nil {
		return "", err
	}
	var buf [maxKey]byte
	key, err := c.key(&buf)
	if err != nil {
		return "", err
	}
	return s.find(key, now)
}

// find looks at every key, in a time that tells nothing of them but their number.
func (s *KeySet) find(key []byte, now time.Time) (string, error) {
	hash := sha256.Sum256(key)
	found := -1
	for i := range s.keys {
		same := subtle.ConstantTimeCompare(hash[:], s.keys[i].hash[:])
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return "", errUnknownKey
	}
	k := &s.keys[found]
	if !k.expiry.IsZero() && !now.Before(k.expiry) {
		return "", k.expired
	}
	return k.id, nil
}
