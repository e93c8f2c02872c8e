package auth

import (
	"fmt"
	"log/slog"
	"testing"

	"skep/host/internal/manifest"
)

// BenchmarkAuthorize compares the methods. Public is what a request pays in any case.
func BenchmarkAuthorize(b *testing.B) {
	s := signers()
	keys := func(n int) settings {
		list := make([]manifest.Key, n)
		for i := range list {
			list[i] = stored(fmt.Sprint("k", i), fmt.Sprint("secret", i))
		}
		return settings{auth: manifest.Auth{Method: manifest.AuthAPIKeys, Keys: list}}
	}
	tokens := settings{auth: manifest.Auth{Method: manifest.AuthOAuth2, OAuth2: oauth2()},
		file: jwks(b, s.rsa.jwk(b), s.ec.jwk(b))}
	for _, bench := range []struct {
		name   string
		s      settings
		header string
	}{
		{"public", settings{}, "Bearer secret0"},
		{"bearer/keys=1", keys(1), "Bearer secret0"},
		{"basic/keys=1", keys(1), basic("secret0:")},
		{"basic/keys=10", keys(10), basic("secret0:")},
		{"basic/keys=1000", keys(1000), basic("secret0:")},
		{"unknown/keys=10", keys(10), "Bearer unknown"},
		{"RS256", tokens, "Bearer " + s.rsa.sign(b, "RS256", claims())},
		{"ES256", tokens, "Bearer " + s.ec.sign(b, "ES256", claims())},
		{"forged", tokens, "Bearer " + s.foreign.sign(b, "RS256", claims())},
	} {
		b.Run(bench.name, func(b *testing.B) {
			p, err := newPolicy(bench.s, nil, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			list := headers(bench.header)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Authorize(b.Context(), list)
			}
		})
	}
}
