package auth

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"skep/host/internal/manifest"
)

// keyFile is the form of a file of keys.
type keyFile struct {
	Keys []manifest.Key `json:"keys"`
}

// ParseKeys reads a file of keys. An empty text has none. The error wraps [ErrKeys].
func ParseKeys(text []byte) ([]manifest.Key, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var f keyFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: there is something after the end", ErrKeys)
	}
	_, err := NewKeySet(f.Keys)
	return f.Keys, err
}

// FormatKeys is the text of a file of keys.
func FormatKeys(keys []manifest.Key) ([]byte, error) {
	if _, err := NewKeySet(keys); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(keyFile{keys}, "", "  ")
	return append(text, '\n'), err
}

// secretPrefix is what the keys begin with that this package makes.
const secretPrefix = "skep_"

// LooksSecret says whether a text may be a key, so that it must not be shown; the ids of keys are none.
func LooksSecret(text string) bool { return strings.HasPrefix(text, secretPrefix) }

// GenerateKey makes a new API key of 256 random bits, and what is stored of it: the label and so on are for the caller
// to fill in.
func GenerateKey(now time.Time) (secret string, key manifest.Key) {
	var random [32 + 6]byte
	_, _ = rand.Read(random[:]) // never fails: the process would end
	secret = secretPrefix + base64.RawURLEncoding.EncodeToString(random[:32])
	hash := sha256.Sum256([]byte(secret))
	return secret, manifest.Key{
		ID:      "k" + hex.EncodeToString(random[32:]),
		Hash:    manifest.KeyHashPrefix + hex.EncodeToString(hash[:]),
		Created: now.UTC().Truncate(time.Second),
	}
}
