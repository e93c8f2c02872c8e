package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"skep/host/internal/manifest"
)

// leeway is how much the clocks of an issuer and of this host may differ.
const leeway = 30 * time.Second

// maxClientID bounds what a principal keeps of a token's client id, in bytes.
const maxClientID = 128

// verifier checks tokens of one issuer.
type verifier struct {
	manifest.OAuth2
	scopes []string
	issuer *issuer
	parser *jwt.Parser
}

// newVerifier takes the keys from jwks, the text of the file that the settings name; else from known, if it fetches them
// from the same place.
func newVerifier(o manifest.OAuth2, fileName, jwks string, known *issuer, log *slog.Logger) (*verifier, error) {
	v := &verifier{OAuth2: o, scopes: strings.Fields(o.Scope)}
	v.parser = jwt.NewParser(jwt.WithValidMethods(o.Algorithms), jwt.WithIssuer(o.Issuer), jwt.WithLeeway(leeway),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding())
	switch {
	case o.JWKSFile != "":
		keys, err := parseJWKS([]byte(jwks))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileName, err)
		}
		v.issuer = &issuer{}
		v.issuer.use(keys)
	case known != nil && known.url == o.JWKSURL && known.insecure == o.InsecureSkipVerify:
		v.issuer = known
	default:
		v.issuer = newIssuer(o.JWKSURL, o.InsecureSkipVerify, log)
	}
	return v, nil
}

// authorize gives the id of the client that a token was issued to.
func (v *verifier) authorize(ctx context.Context, headers [][]byte) (string, error) {
	c, err := parseHeaders(headers)
	if err != nil {
		return "", err
	}
	if c.scheme != schemeBearer {
		return "", errScheme
	}
	claims, err := v.verify(ctx, string(c.text))
	if err != nil {
		return "", err
	}
	if err := v.grant(claims); err != nil {
		return "", err
	}
	id, _ := claims[v.ClientIDClaim].(string)
	return strings.ToValidUTF8(id[:min(len(id), maxClientID)], ""), nil
}

// verify gives the claims of a token that is genuine and valid now. When it was signed with a key that is not known,
// the issuer is asked for new ones.
func (v *verifier) verify(ctx context.Context, token string) (jwt.MapClaims, error) {
	claims, err := v.parse(token)
	if errors.Is(err, errNoKeys) || errors.Is(err, jwkset.ErrKeyNotFound) {
		if v.issuer.renew(ctx) {
			claims, err = v.parse(token)
		}
	}
	switch {
	case errors.Is(err, errNoKeys):
		return nil, fmt.Errorf("%w: no keys of the issuer have been fetched yet", ErrKeysUnavailable)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNotAuthenticated, err)
	}
	return claims, nil
}

var errCritical = errors.New("the token has a header crit, and nothing that it could name is known")

func (v *verifier) parse(token string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok {
			return nil, errCritical
		}
		return v.issuer.key(t)
	})
	return claims, err
}

// grant wants what the settings want beyond a genuine token.
func (v *verifier) grant(claims jwt.MapClaims) error {
	if v.Audience != "" {
		audience, err := claims.GetAudience()
		if err != nil || !slices.Contains(audience, v.Audience) {
			return fmt.Errorf("%w: the token is not for this audience", ErrForbidden)
		}
	}
	if len(v.scopes) == 0 {
		return nil
	}
	granted := scopes(claims[v.ScopeClaim])
	for _, scope := range v.scopes {
		if !slices.Contains(granted, scope) {
			return fmt.Errorf("%w: the token lacks the scope %s", ErrForbidden, scope)
		}
	}
	return nil
}

// scopes reads a claim that holds scopes: a string, where spaces part them, or a list. What is neither holds none.
func scopes(claim any) []string {
	switch claim := claim.(type) {
	case string:
		return strings.Fields(claim)
	case []any:
		var list []string
		for _, item := range claim {
			if s, ok := item.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}
