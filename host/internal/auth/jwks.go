package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
)

// Limits of a set of public keys.
const (
	maxJWKS       = 1 << 20 // bytes
	maxPublicKeys = 32      // a token that names no key is tried with all of them
	leastRSA      = 2048    // bits
	mostRSA       = 8192    // bits
)

// errJWKS says that a text is no set of public keys.
var errJWKS = errors.New("not a usable JWK set")

// parseJWKS reads the keys of a JWK set that signatures can be checked with: RSA and EC, not made for encryption. A key
// that cannot be used does not spoil the others, but at least one must be left: what is no set of keys must not take the
// place of one.
func parseJWKS(text []byte) (keyfunc.Keyfunc, error) {
	if len(text) > maxJWKS {
		return nil, fmt.Errorf("%w: more than %d bytes", errJWKS, maxJWKS)
	}
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("%w: %w", errJWKS, err)
	}
	storage := jwkset.NewMemoryStorage()
	n := 0
	for _, k := range set.Keys {
		if k.USE != "" && k.USE != jwkset.UseSig {
			continue
		}
		key, err := jwkset.NewJWKFromMarshal(k, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil || !usable(key.Key()) {
			continue
		}
		if err := storage.KeyWrite(context.Background(), key); err != nil {
			return nil, fmt.Errorf("%w: %w", errJWKS, err)
		}
		n++
	}
	if n == 0 || n > maxPublicKeys {
		return nil, fmt.Errorf("%w: it has %d RSA or EC keys for signatures, of %d keys in all; wanted are 1 to %d", errJWKS, n,
			len(set.Keys), maxPublicKeys)
	}
	return keyfunc.New(keyfunc.Options{Storage: storage})
}

func usable(key any) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= leastRSA && key.N.BitLen() <= mostRSA
	case *ecdsa.PublicKey:
		return true
	}
	return false
}
