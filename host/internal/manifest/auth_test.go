package manifest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

const someHash = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestParseAuth(t *testing.T) {
	at := time.Date(2030, 12, 31, 23, 0, 0, 0, time.UTC)
	for text, want := range map[string]Auth{
		"":                              {},
		"[max]":                         {},
		"[auth]\nmethod = \"PUBLIC\"":   {Method: AuthPublic},
		"[auth]\nmethod = \"API_KEYS\"": {Method: AuthAPIKeys},
		"[auth]\nmethod = \"API_KEYS\"\n[[auth.key]]\nid = \"k1\"\nhash = \"" + someHash + "\"\nlabel = \"l\"\n" +
			"description = \"d\"\ncreated = 2031-01-01T00:00:00+01:00\nexpiry = \"2030-12-31T23:00:00Z\"\n" +
			"[[auth.key]]\nid = \"bea@x.y_z-1\"\nhash = \"" + someHash + "\"": {Method: AuthAPIKeys, Keys: []Key{
			{ID: "k1", Hash: someHash, Label: "l", Description: "d", Created: at, Expiry: at},
			{ID: "bea@x.y_z-1", Hash: someHash}}},
		"[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"i\"\njwks_url = \"https://i/keys\"": {Method: AuthOAuth2,
			OAuth2: OAuth2{Issuer: "i", JWKSURL: "https://i/keys", ScopeClaim: "scope", ClientIDClaim: "client_id",
				Algorithms: TokenAlgorithms()}},
		"[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"i\"\njwks_file = \"keys.json\"\naudience = \"a\"\n" +
			"scope = \"b c\"\nscope_claim = \"scp\"\nclient_id_claim = \"azp\"\nalgorithms = [\"ES256\", \"RS256\"]\n" +
			"insecure_skip_verify = true": {Method: AuthOAuth2, OAuth2: OAuth2{Issuer: "i", JWKSFile: "keys.json",
			Audience: "a", Scope: "b c", ScopeClaim: "scp", ClientIDClaim: "azp", Algorithms: []string{"ES256", "RS256"},
			InsecureSkipVerify: true}},
	} {
		s, err := ParseService("service.toml", []byte(text))
		if err != nil || !reflect.DeepEqual(s.Auth, want) {
			t.Errorf("%s\ngives %+v, %v\nwant  %+v", text, s.Auth, err, want)
		}
	}
}

func TestAuthErrors(t *testing.T) {
	key := func(lines ...string) string {
		return "[auth]\nmethod = \"API_KEYS\"\n[[auth.key]]\n" + strings.Join(lines, "\n")
	}
	token := func(lines ...string) string {
		return "[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\n" + strings.Join(lines, "\n")
	}
	const issuer, keys, hash = `issuer = "i"`, `jwks_url = "https://i"`, `hash = "` + someHash + `"`
	for _, test := range []struct{ text, want string }{
		{"[auth]", "service.toml:1:2: auth.method: is missing; allowed are PUBLIC, API_KEYS, OAUTH2"},
		{"auth.method = \"public\"", `service.toml:1:6: auth.method: unknown value "public"; allowed are PUBLIC, API_KEYS, OAUTH2`},
		{"[auth]\nmethod = \"PUBLIC\"\n[[auth.key]]\nid = \"a\"\n" + hash,
			"service.toml:3:8: auth.key: would not be asked for: method is PUBLIC"},
		{"[auth]\nmethod = \"API_KEYS\"\n[auth.oauth2]\n" + issuer + "\n" + keys,
			"service.toml:3:7: auth.oauth2: would not be used: method is API_KEYS"},
		{"[auth]\nmethod = \"OAUTH2\"", "service.toml:2:1: auth.method: needs a table [auth.oauth2]"},
		{key(hash), `service.toml:3:3: auth.key[0].id: "" is not an id: use letters, digits and . _ @ -, at most 64, ` +
			"a letter or digit first"},
		{key(`id = "a"`, `hash = "my-secret"`), "service.toml:5:1: auth.key[0].hash: " +
			`is not "sha256:" and the SHA-256 of the key in 64 hexadecimal digits`},
		{key(`id = "a"`, hash, "[[auth.key]]", `id = "a"`, hash), `service.toml:7:1: auth.key[1].id: "a" is the id of two keys`},
		{key(`id = "a"`, hash, "expiry = 2030-12-31"),
			"service.toml:6:1: auth.key[0].expiry: is not a date and time as 2030-12-31T23:59:59Z"},
		{key(`id = "a"`, hash, "key = \"b\""), `service.toml:6:1: unknown key "key"; known in auth.key[0] are created, ` +
			"description, expiry, hash, id, label"},
		{token(keys), "service.toml:3:7: auth.oauth2.issuer: is missing: say what tokens have as iss"},
		{token(issuer), "service.toml:3:7: auth.oauth2.jwks_url: say either jwks_url or jwks_file: where the issuer's " +
			"public keys are"},
		{token(issuer, keys, `jwks_file = "a"`), "service.toml:5:1: auth.oauth2.jwks_url: say either jwks_url or " +
			"jwks_file: where the issuer's public keys are"},
		{token(issuer, `jwks_file = "../keys.json"`), `service.toml:5:1: auth.oauth2.jwks_file: "../keys.json" is not the ` +
			"name of a file in the folder of the service"},
		{token(issuer, `jwks_url = "file:///keys"`),
			`service.toml:5:1: auth.oauth2.jwks_url: is not an address as "https://issuer.example/keys"`},
		{token(issuer, `jwks_url = "https://a:b@i"`),
			"service.toml:5:1: auth.oauth2.jwks_url: must not hold a user name or password"},
		{token(issuer, `jwks_url = "http://i"`), "service.toml:5:1: auth.oauth2.jwks_url: must begin with https://, or " +
			"others could put in their own keys; insecure_skip_verify = true allows it"},
		{token(issuer, keys, `algorithms = ["HS256"]`), `service.toml:6:1: auth.oauth2.algorithms: "HS256" cannot be ` +
			"allowed; allowed are RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512"},
		{token(issuer, keys, `algorithms = []`),
			"service.toml:6:1: auth.oauth2.algorithms: is empty; leave it out to allow all"},
		{token(issuer, keys, `algorithms = [1]`),
			"service.toml:6:1: auth.oauth2.algorithms: holds an integer, must be a list of strings"},
		{token(issuer, keys, `scope_claim = ""`), "service.toml:6:1: auth.oauth2.scope_claim: is empty"},
	} {
		_, err := ParseService("service.toml", []byte(test.text))
		if !errors.Is(err, ErrInvalid) || err.Error() != test.want {
			t.Errorf("%s\ngives %v\nwant  %s", test.text, err, test.want)
		}
	}
	for _, text := range []string{`jwks_url = "http://127.0.0.1:1/k"`, `jwks_url = "http://localhost"`,
		"jwks_url = \"http://i\"\ninsecure_skip_verify = true", `jwks_url = "http://[::1]:1/k"`} {
		if _, err := ParseService("service.toml", []byte(token(issuer, text))); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzParseService looks for texts that stop the reader, and for settings that are taken and make no sense.
func FuzzParseService(f *testing.F) {
	f.Add([]byte("[auth]\nmethod = \"API_KEYS\"\n[[auth.key]]\nid = \"a\"\nhash = \"" + someHash + "\""))
	f.Add([]byte("[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"i\"\njwks_url = \"https://i\"\nalgorithms = [1]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseService("service.toml", text)
		if err != nil {
			return
		}
		if a := s.Auth; a.Method != AuthAPIKeys && len(a.Keys) > 0 || (a.Method == AuthOAuth2) != (a.OAuth2.Issuer != "") {
			t.Errorf("%+v", a)
		}
		for _, k := range s.Auth.Keys {
			if _, err := k.Check(); err != nil {
				t.Errorf("%+v: %v", k, err)
			}
		}
	})
}
