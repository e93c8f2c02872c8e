package manifest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// AuthMethod is how clients of a service show who they are.
type AuthMethod uint8

// Methods. Zero is not set: the text has no [auth].
const (
	// AuthPublic asks nothing of clients.
	AuthPublic AuthMethod = iota + 1
	// AuthAPIKeys asks for one of the service's keys.
	AuthAPIKeys
	// AuthOAuth2 asks for a signed token.
	AuthOAuth2
)

// String is the method's name in service.toml, "unknown" for one that does not exist.
func (m AuthMethod) String() string { return nameOf(authMethods, m) }

var authMethods = []choice[AuthMethod]{{"PUBLIC", AuthPublic}, {"API_KEYS", AuthAPIKeys}, {"OAUTH2", AuthOAuth2}}

// Auth says who may call a service. The zero value is that of a text without [auth].
type Auth struct {
	Method AuthMethod
	Keys   []Key  // with AuthAPIKeys
	OAuth2 OAuth2 // with AuthOAuth2
}

// Key is an API key as it is stored: what is known of it is a hash.
type Key struct {
	ID          string    `json:"id"`   // shown in logs; unique in a service
	Hash        string    `json:"hash"` // "sha256:" and the SHA-256 of the key in hex
	Label       string    `json:"label,omitempty"`
	Description string    `json:"description,omitempty"`
	CreatedBy   string    `json:"createdBy,omitempty"` // who asked for it, by their own account
	Created     time.Time `json:"created,omitzero"`
	Expiry      time.Time `json:"expiry,omitzero"` // from when on the key is not valid; zero: never
}

// OAuth2 says which tokens a service takes.
type OAuth2 struct {
	Issuer             string   // what a token must have as iss
	JWKSURL            string   // where the issuer's public keys are; "" with JWKSFile
	JWKSFile           string   // file in the folder of the service with these keys; "" with JWKSURL
	Audience           string   // what a token must have in aud; "": any
	Scope              string   // scopes that a token must have, all of them, parted by spaces; "": any
	ScopeClaim         string   // claim that holds the scopes
	ClientIDClaim      string   // claim that says who the client is, for the log
	Algorithms         []string // of signatures
	InsecureSkipVerify bool     // the certificate of JWKSURL is not checked, nor that there is one
}

// TokenAlgorithms are the algorithms that tokens may be signed with. All of them have a public key.
func TokenAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
}

// KeyHashPrefix is what the hash of a key begins with.
const KeyHashPrefix = "sha256:"

// Bounds of a key's texts, in bytes.
const (
	maxKeyID    = 64
	maxKeyLabel = 1 << 10
)

var keyID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]*$`)

// Check says what is wrong with a key, by the name of the value, nil if nothing is.
func (k Key) Check() (field string, err error) {
	digest, ok := strings.CutPrefix(k.Hash, KeyHashPrefix)
	sum, hexErr := hex.DecodeString(digest)
	switch {
	case len(k.ID) > maxKeyID || !keyID.MatchString(k.ID):
		return "id", fmt.Errorf("%q is not an id: use letters, digits and . _ @ -, at most %d, a letter or digit first",
			shorten(k.ID), maxKeyID)
	case !ok || hexErr != nil || len(sum) != 32: // the value is not quoted: it may be the key itself
		return "hash", errors.New(`is not "` + KeyHashPrefix + `" and the SHA-256 of the key in 64 hexadecimal digits`)
	case len(k.Label) > maxKeyLabel:
		return "label", fmt.Errorf("has %d bytes, the most is %d", len(k.Label), maxKeyLabel)
	case len(k.Description) > maxKeyLabel:
		return "description", fmt.Errorf("has %d bytes, the most is %d", len(k.Description), maxKeyLabel)
	case len(k.CreatedBy) > maxKeyLabel:
		return "createdBy", fmt.Errorf("has %d bytes, the most is %d", len(k.CreatedBy), maxKeyLabel)
	}
	return "", nil
}

func (a *Auth) read(t *table) {
	given := pick(t, "method", authMethods, &a.Method)
	if !given && t.values["method"] == nil {
		t.wrong("method", "is missing; allowed are %s", namesOf(authMethods))
	}
	ids := map[string]bool{}
	keys := t.each("key", func(_ int, item *table) {
		k := readKey(item)
		if ids[k.ID] {
			item.wrong("id", "%q is the id of two keys", shorten(k.ID))
		}
		ids[k.ID] = true
		a.Keys = append(a.Keys, k)
	})
	if keys && given && a.Method != AuthAPIKeys {
		t.wrong("key", "would not be asked for: method is %s", a.Method)
	}
	if t.sub("oauth2", a.OAuth2.read); given && (t.values["oauth2"] != nil) != (a.Method == AuthOAuth2) {
		if a.Method == AuthOAuth2 {
			t.wrong("method", "needs a table [auth.oauth2]")
		} else {
			t.wrong("oauth2", "would not be used: method is %s", a.Method)
		}
	}
}

func readKey(t *table) (k Key) {
	t.str("id", &k.ID)
	t.str("hash", &k.Hash)
	t.str("label", &k.Label)
	t.str("description", &k.Description)
	t.moment("created", &k.Created)
	t.moment("expiry", &k.Expiry)
	if field, err := k.Check(); err != nil {
		t.wrong(field, "%v", err)
	}
	return k
}

func (o *OAuth2) read(t *table) {
	o.ScopeClaim, o.ClientIDClaim, o.Algorithms = "scope", "client_id", TokenAlgorithms()
	t.str("issuer", &o.Issuer)
	t.str("jwks_url", &o.JWKSURL)
	t.str("jwks_file", &o.JWKSFile)
	t.str("audience", &o.Audience)
	t.str("scope", &o.Scope)
	t.str("scope_claim", &o.ScopeClaim)
	t.str("client_id_claim", &o.ClientIDClaim)
	t.boolean("insecure_skip_verify", &o.InsecureSkipVerify)
	var algorithms []string
	if t.strings("algorithms", &algorithms) {
		o.Algorithms = algorithms
	}
	o.check(t)
}

func (o *OAuth2) check(t *table) {
	if o.Issuer == "" {
		t.wrong("issuer", "is missing: say what tokens have as iss")
	}
	switch {
	case (o.JWKSURL == "") == (o.JWKSFile == ""):
		t.wrong("jwks_url", "say either jwks_url or jwks_file: where the issuer's public keys are")
	case o.JWKSFile != "" && (filepath.Base(o.JWKSFile) != o.JWKSFile || o.JWKSFile[0] == '.'):
		t.wrong("jwks_file", "%q is not the name of a file in the folder of the service", shorten(o.JWKSFile))
	case o.JWKSURL != "":
		if err := checkKeyURL(o.JWKSURL, o.InsecureSkipVerify); err != nil {
			t.wrong("jwks_url", "%v", err)
		}
	}
	if o.ScopeClaim == "" {
		t.wrong("scope_claim", "is empty")
	}
	if o.ClientIDClaim == "" {
		t.wrong("client_id_claim", "is empty")
	}
	if len(o.Algorithms) == 0 {
		t.wrong("algorithms", "is empty; leave it out to allow all")
	}
	for _, a := range o.Algorithms {
		if !slices.Contains(TokenAlgorithms(), a) {
			t.wrong("algorithms", "%q cannot be allowed; allowed are %s", shorten(a), strings.Join(TokenAlgorithms(), ", "))
		}
	}
}

// checkKeyURL wants keys from where nobody on the way can put in their own.
func checkKeyURL(text string, insecure bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New(`is not an address as "https://issuer.example/keys"`)
	case u.User != nil:
		return errors.New("must not hold a user name or password")
	case u.Scheme == "http" && !insecure && !loopback(u.Hostname()):
		return errors.New("must begin with https://, or others could put in their own keys; " +
			"insecure_skip_verify = true allows it")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
