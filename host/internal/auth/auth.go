// Package auth decides who may call a service: everybody, holders of an API key, or holders of a signed token. It reads
// credentials, keys and the operator's settings. It knows neither the HTTP server nor endpoints.
package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"skep/host/internal/manifest"
)

// Why a request may not pass. Each is wrapped in a cause for the log, which holds no credentials.
var (
	// ErrNotAuthenticated says that the client has not shown who it is.
	ErrNotAuthenticated = errors.New("not authenticated")
	// ErrForbidden says that the client is known, and may not call this service.
	ErrForbidden = errors.New("not allowed")
	// ErrKeysUnavailable says that it is not known at present who may call the service.
	ErrKeysUnavailable = errors.New("who may call is not known")
)

// Method is how a client shows who it is. Zero is not set.
type Method = manifest.AuthMethod

// Principal is who a request comes from.
type Principal struct {
	// ID is the id of the API key, or the client's id in the token; empty where the service is public or the token names
	// no client. It is safe to log; a token's issuer has chosen its text.
	ID     string
	Method Method
}

// settings are what a policy is made of.
type settings struct {
	text     string        // of service.toml
	auth     manifest.Auth // what it says
	fileName string        // of the file of API keys or the JWK set; "" where there is none
	file     string
}

func (s settings) equal(t *settings) bool { return s.text == t.text && s.file == t.file }

// Policy says who may call one service. It is safe for concurrent use. It must be closed.
type Policy struct {
	settings settings
	method   Method
	keys     *KeySet   // with AuthAPIKeys
	tokens   *verifier // with AuthOAuth2
}

// newPolicy makes a policy of settings, which came out of a parser. It goes on with the fetched keys of the one before
// it, nil for none, where both have them from the same place.
func newPolicy(s settings, before *Policy, log *slog.Logger) (*Policy, error) {
	p := &Policy{settings: s, method: s.auth.Method}
	var err error
	switch p.method {
	case 0:
		p.method = manifest.AuthPublic
	case manifest.AuthPublic:
	case manifest.AuthAPIKeys:
		var keys []manifest.Key
		if keys, err = ParseKeys([]byte(s.file)); err == nil {
			p.keys, err = NewKeySet(s.auth.Keys, keys)
		}
		if err != nil && s.fileName != "" {
			err = fmt.Errorf("%s: %w", s.fileName, err)
		}
	case manifest.AuthOAuth2:
		var known *issuer
		if before != nil && before.tokens != nil {
			known = before.tokens.issuer
		}
		p.tokens, err = newVerifier(s.auth.OAuth2, s.fileName, s.file, known, log)
	default:
		err = fmt.Errorf("unknown method %d", p.method)
	}
	return p, err
}

// Method is how clients of the service show who they are.
func (p *Policy) Method() Method { return p.method }

// Authorize says who sends a request with these values of Authorization headers. They are not kept. The error wraps a
// sentinel of this package, and only the method of the principal is set then. It may wait a moment for new keys of an
// issuer of tokens.
func (p *Policy) Authorize(ctx context.Context, headers [][]byte) (Principal, error) {
	switch p.method {
	case manifest.AuthPublic:
		return Principal{Method: p.method}, nil
	case manifest.AuthAPIKeys:
		id, err := p.keys.authorize(headers, time.Now())
		return Principal{id, p.method}, err
	case manifest.AuthOAuth2:
		id, err := p.tokens.authorize(ctx, headers)
		return Principal{id, p.method}, err
	}
	return Principal{}, ErrKeysUnavailable
}

// Close ends the fetching of keys.
func (p *Policy) Close() { p.closeBut(nil) }

// closeBut is Close, except for what the next policy goes on with.
func (p *Policy) closeBut(next *Policy) {
	if p.tokens != nil && (next == nil || next.tokens == nil || next.tokens.issuer != p.tokens.issuer) {
		p.tokens.issuer.close()
	}
}
