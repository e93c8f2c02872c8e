package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"skep/host/internal/manifest"
)

// signer has the private key of an issuer.
type signer struct {
	kid     string
	private crypto.Signer
}

// signers are made once: RSA keys take long.
var signers = sync.OnceValue(func() (s struct{ rsa, weak, ec, ec384, foreign signer }) {
	newRSA := func(bits int) crypto.Signer { k, _ := rsa.GenerateKey(rand.Reader, bits); return k }
	newEC := func(c elliptic.Curve) crypto.Signer { k, _ := ecdsa.GenerateKey(c, rand.Reader); return k }
	s.rsa, s.weak = signer{"rsa", newRSA(2048)}, signer{"weak", newRSA(1024)}
	s.ec, s.ec384 = signer{"ec", newEC(elliptic.P256())}, signer{"ec384", newEC(elliptic.P384())}
	s.foreign = signer{"rsa", newRSA(2048)}
	return s
})

// jwk is the public key as it stands in a set.
func (s signer) jwk(t testing.TB) jwkset.JWKMarshal {
	t.Helper()
	key, err := jwkset.NewJWKFromKey(s.private.Public(), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: s.kid}})
	if err != nil {
		t.Fatal(err)
	}
	return key.Marshal()
}

func jwks(t testing.TB, keys ...jwkset.JWKMarshal) string {
	t.Helper()
	text, err := json.Marshal(jwkset.JWKSMarshal{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sign makes a token; header overrides its header.
func (s signer) sign(t testing.TB, alg string, claims jwt.MapClaims, header ...any) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.GetSigningMethod(alg), claims)
	token.Header["kid"] = s.kid
	for i := 0; i < len(header); i += 2 {
		token.Header[header[i].(string)] = header[i+1]
	}
	if token.Header["kid"] == nil {
		delete(token.Header, "kid")
	}
	text, err := token.SignedString(s.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// claims are those of a valid token, with changes: nil takes one out.
func claims(changes ...any) jwt.MapClaims {
	c := jwt.MapClaims{"iss": "https://issuer", "exp": time.Now().Add(time.Hour).Unix(), "aud": "skep",
		"scope": "other score", "client_id": "bea"}
	for i := 0; i < len(changes); i += 2 {
		if c[changes[i].(string)] = changes[i+1]; changes[i+1] == nil {
			delete(c, changes[i].(string))
		}
	}
	return c
}

func oauth2() manifest.OAuth2 {
	return manifest.OAuth2{Issuer: "https://issuer", JWKSFile: "jwks.json", Audience: "skep", Scope: "score",
		ScopeClaim: "scope", ClientIDClaim: "client_id", Algorithms: manifest.TokenAlgorithms()}
}

func newTestVerifier(t testing.TB, o manifest.OAuth2, text string) *verifier {
	t.Helper()
	v, err := newVerifier(o, "jwks.json", text, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTokens(t *testing.T) {
	s := signers()
	set := jwks(t, s.rsa.jwk(t), s.ec.jwk(t), s.ec384.jwk(t))
	public, err := x509.MarshalPKIXPublicKey(s.rsa.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	hmac := func(kid any) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims())
		token.Header["kid"] = kid
		text, _ := token.SignedString(public)
		return text
	}
	none := jwt.NewWithClaims(jwt.SigningMethodNone, claims())
	none.Header["kid"] = "rsa"
	unsigned, _ := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	good := s.rsa.sign(t, "RS256", claims())
	parts := strings.Split(good, ".")
	other := strings.Split(s.rsa.sign(t, "RS256", claims("client_id", "eve")), ".")
	all, ok, no, forbidden := oauth2(), error(nil), ErrNotAuthenticated, ErrForbidden
	list, few, lax := all, all, all
	list.ScopeClaim, list.ClientIDClaim, list.Scope = "scp", "azp", "a b"
	few.Algorithms = []string{"ES256"}
	lax.Audience, lax.Scope = "", ""
	now := time.Now()
	for name, test := range map[string]struct {
		o      manifest.OAuth2
		header string
		id     string
		err    error
	}{
		"RS256":             {all, "Bearer " + good, "bea", ok},
		"RS512":             {all, "bearer " + s.rsa.sign(t, "RS512", claims()), "bea", ok},
		"PS256":             {all, "Bearer " + s.rsa.sign(t, "PS256", claims()), "bea", ok},
		"ES256":             {all, "Bearer " + s.ec.sign(t, "ES256", claims()), "bea", ok},
		"ES384":             {all, "Bearer " + s.ec384.sign(t, "ES384", claims()), "bea", ok},
		"no kid":            {all, "Bearer " + s.ec.sign(t, "ES256", claims(), "kid", nil), "bea", ok},
		"audience list":     {all, "Bearer " + s.ec.sign(t, "ES256", claims("aud", []string{"x", "skep"})), "bea", ok},
		"scope list":        {list, "Bearer " + s.ec.sign(t, "ES256", claims("scp", []any{"b", 1, "a"}, "azp", "c")), "c", ok},
		"no client":         {all, "Bearer " + s.ec.sign(t, "ES256", claims("client_id", nil)), "", ok},
		"odd client":        {all, "Bearer " + s.ec.sign(t, "ES256", claims("client_id", 1)), "", ok},
		"long client":       {all, "Bearer " + s.ec.sign(t, "ES256", claims("client_id", strings.Repeat("é", 999))), strings.Repeat("é", 64), ok},
		"nothing asked for": {lax, "Bearer " + s.ec.sign(t, "ES256", claims("aud", nil, "scope", nil)), "bea", ok},
		"just expired":      {all, "Bearer " + s.ec.sign(t, "ES256", claims("exp", now.Add(-leeway/2).Unix())), "bea", ok},
		"just not yet":      {all, "Bearer " + s.ec.sign(t, "ES256", claims("nbf", now.Add(leeway/2).Unix())), "bea", ok},

		"no header":           {all, "", "", no},
		"Basic":               {all, basic(good + ":"), "", no},
		"no token":            {all, "Bearer x", "", no},
		"encrypted":           {all, "Bearer a.b.c.d.e", "", no},
		"none":                {all, "Bearer " + unsigned, "", no},
		"none, other case":    {all, "Bearer " + recode(t, parts, "NoNe"), "", no},
		"HMAC":                {all, "Bearer " + hmac("rsa"), "", no},
		"HMAC without kid":    {all, "Bearer " + hmac(nil), "", no},
		"other algorithm":     {few, "Bearer " + good, "", no},
		"unsigned":            {all, "Bearer " + parts[0] + "." + parts[1] + ".", "", no},
		"other claims":        {all, "Bearer " + parts[0] + "." + other[1] + "." + parts[2], "", no},
		"loose base64":        {all, "Bearer " + good + "=", "", no},
		"foreign key":         {all, "Bearer " + s.foreign.sign(t, "RS256", claims()), "", no},
		"foreign, no kid":     {all, "Bearer " + s.foreign.sign(t, "RS256", claims(), "kid", nil), "", no},
		"foreign, own key":    {all, "Bearer " + s.foreign.sign(t, "RS256", claims(), "kid", "x", "jwk", s.foreign.jwk(t)), "", no},
		"unknown kid":         {all, "Bearer " + s.rsa.sign(t, "RS256", claims(), "kid", "x"), "", no},
		"odd kid":             {all, "Bearer " + s.rsa.sign(t, "RS256", claims(), "kid", 1), "", no},
		"key of another kind": {all, "Bearer " + s.rsa.sign(t, "RS256", claims(), "kid", "ec"), "", no},
		"critical":            {all, "Bearer " + s.rsa.sign(t, "RS256", claims(), "crit", []string{"x"}), "", no},
		"expired":             {all, "Bearer " + s.ec.sign(t, "ES256", claims("exp", now.Add(-2*leeway).Unix())), "", no},
		"never expires":       {all, "Bearer " + s.ec.sign(t, "ES256", claims("exp", nil)), "", no},
		"not yet":             {all, "Bearer " + s.ec.sign(t, "ES256", claims("nbf", now.Add(2*leeway).Unix())), "", no},
		"other issuer":        {all, "Bearer " + s.ec.sign(t, "ES256", claims("iss", "https://issuer/")), "", no},
		"no issuer":           {all, "Bearer " + s.ec.sign(t, "ES256", claims("iss", nil)), "", no},

		"other audience": {all, "Bearer " + s.ec.sign(t, "ES256", claims("aud", "skep2")), "", forbidden},
		"no audience":    {all, "Bearer " + s.ec.sign(t, "ES256", claims("aud", nil)), "", forbidden},
		"other scope":    {all, "Bearer " + s.ec.sign(t, "ES256", claims("scope", "scores")), "", forbidden},
		"odd scope":      {all, "Bearer " + s.ec.sign(t, "ES256", claims("scope", map[string]any{"score": 1})), "", forbidden},
		"half the scope": {list, "Bearer " + s.ec.sign(t, "ES256", claims("scp", "a")), "", forbidden},
	} {
		id, err := newTestVerifier(t, test.o, set).authorize(t.Context(), headers(test.header))
		if id != test.id || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v; want %q, %v", name, id, err, test.id, test.err)
		}
	}
}

// recode puts another algorithm into a token and takes the signature away.
func recode(t testing.TB, parts []string, alg string) string {
	t.Helper()
	header, err := json.Marshal(map[string]string{"typ": "JWT", "kid": "rsa", "alg": alg})
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(header) + "." + parts[1] + "."
}

// TestTokenExpires looks at one token as time goes by.
func TestTokenExpires(t *testing.T) {
	s := signers()
	synctest.Test(t, func(t *testing.T) {
		v := newTestVerifier(t, oauth2(), jwks(t, s.ec.jwk(t)))
		token := headers("Bearer " + s.ec.sign(t, "ES256", claims("nbf", time.Now().Add(time.Minute).Unix())))
		for _, step := range []struct {
			after time.Duration
			err   error
		}{{0, ErrNotAuthenticated}, {time.Minute, nil}, {time.Hour - time.Minute + leeway - time.Second, nil},
			{time.Second, ErrNotAuthenticated}} {
			time.Sleep(step.after)
			if _, err := v.authorize(t.Context(), token); !errors.Is(err, step.err) {
				t.Errorf("%v later: %v, want %v", step.after, err, step.err)
			}
		}
	})
}

func TestJWKS(t *testing.T) {
	s := signers()
	rsaKey, encryption, oct := s.rsa.jwk(t), s.ec.jwk(t), jwkset.JWKMarshal{KTY: "oct", KID: "oct", K: "c2VjcmV0"}
	encryption.USE = jwkset.UseEnc
	broken := s.ec.jwk(t)
	broken.X = "AAAA"
	var many []jwkset.JWKMarshal
	for range maxPublicKeys + 1 {
		many = append(many, rsaKey)
	}
	for name, test := range map[string]struct {
		text string
		ok   bool
	}{
		"one":               {jwks(t, rsaKey), true},
		"one among useless": {jwks(t, oct, broken, encryption, s.weak.jwk(t), rsaKey), true},
		"the most":          {jwks(t, many[1:]...), true},
		"too many":          {jwks(t, many...), false},
		"none":              {jwks(t), false},
		"no set":            {`{"error": "come back later"}`, false},
		"a secret":          {jwks(t, oct), false},
		"for encryption":    {jwks(t, encryption), false},
		"a short RSA key":   {jwks(t, s.weak.jwk(t)), false},
		"not on the curve":  {jwks(t, broken), false},
		"a page":            {"<html>", false},
		"nothing":           {"", false},
		"more than is read": {jwks(t, rsaKey) + strings.Repeat(" ", maxJWKS), false},
	} {
		if _, err := parseJWKS([]byte(test.text)); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A key for encryption must not check a signature either.
	v := newTestVerifier(t, oauth2(), jwks(t, rsaKey, encryption))
	if _, err := v.authorize(t.Context(), headers("Bearer "+s.ec.sign(t, "ES256", claims()))); !errors.Is(err, ErrNotAuthenticated) {
		t.Errorf("a token signed with a key for encryption: %v", err)
	}
}
