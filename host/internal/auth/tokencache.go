package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokens bounds the tokens that a verifier remembers. When there are more, it forgets all.
const maxTokens = 4096

// tokenCache remembers tokens that were let pass, since checking a signature takes far longer than most requests. It
// knows them by their SHA-256. The zero value is empty and ready; it is safe for concurrent use.
type tokenCache struct {
	mu     sync.Mutex
	keys   *publicKeys // that the tokens were checked with
	tokens map[[sha256.Size]byte]passed
}

// passed is a token that was let pass.
type passed struct {
	id            string
	notBefore, to time.Time // with the leeway; notBefore is zero where the token does not say it
}

// find gives the client of a token that would pass again now, with these keys.
func (c *tokenCache) find(hash [sha256.Size]byte, keys *publicKeys, now time.Time) (id string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys != keys {
		return "", false
	}
	p, ok := c.tokens[hash]
	return p.id, ok && now.Before(p.to) && !now.Before(p.notBefore)
}

// add remembers a token that was checked with these keys, or with later ones: then it will be checked again. Keys are
// nil where it came before any were known.
func (c *tokenCache) add(hash [sha256.Size]byte, keys *publicKeys, claims jwt.MapClaims, id string) {
	expiry, err := claims.GetExpirationTime()
	if err != nil || expiry == nil || keys == nil {
		return
	}
	p := passed{id: id, to: expiry.Add(leeway)}
	if notBefore, err := claims.GetNotBefore(); err == nil && notBefore != nil {
		p.notBefore = notBefore.Add(-leeway)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys != keys || len(c.tokens) >= maxTokens {
		c.keys, c.tokens = keys, make(map[[sha256.Size]byte]passed)
	}
	c.tokens[hash] = p
}
