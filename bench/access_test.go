package bench

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"skep/host/hosttest"
)

// BenchmarkAccess is what it costs to find out who calls, and to read JSON strictly: the same endpoint in services that
// ask for nothing, for a key and for a token, and with a body that is handed to the module as it came. All of them are
// compared with the public one.
func BenchmarkAccess(b *testing.B) {
	root := b.TempDir()
	key, token := "skep_benchmark", ""
	for name, settings := range map[string]string{
		"public": "",
		"keys":   keySettings(key),
		"tokens": "[auth]\nmethod = \"OAUTH2\"\n[auth.oauth2]\nissuer = \"bench\"\njwks_file = \"jwks.json\"\n",
		"json":   "",
	} {
		hosttest.Build(b, filepath.Join("..", "modules", "docs", "text"), root, name)
		write(b, filepath.Join(root, name, "service.toml"), settings)
		if name == "tokens" {
			var keys string
			token, keys = newToken(b)
			write(b, filepath.Join(root, name, "jwks.json"), keys)
		}
		if name == "json" {
			files, err := filepath.Glob(filepath.Join(root, name, "generations", "*", "text.wasm"))
			if err != nil || len(files) != 1 {
				b.Fatal(files, err)
			}
			write(b, strings.TrimSuffix(files[0], ".wasm")+".toml", "input = \"json\"\n")
		}
	}
	host := startServer(b, "host", serverHost, root)
	var scenarios []*scenario
	queries := make(map[string]query)
	for _, c := range []struct{ service, authorization string }{
		{"public", ""}, {"json", ""},
		{"keys", "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":"))}, {"keys", "Bearer " + key},
		{"tokens", "Bearer " + token},
	} {
		scheme, _, _ := strings.Cut(c.authorization, " ")
		name := strings.ToLower(strings.TrimSpace(c.service + " " + scheme))
		queries[name] = query{path: "/public/api/v1/" + c.service + "/text/run", body: arguments, want: greeting,
			authorization: c.authorization}
		if _, err := turn(host, queries[name], turnLength); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		scenarios = append(scenarios, &scenario{endpoint: name, server: host})
	}
	for round := 0; b.Loop(); round++ {
		for i := range scenarios {
			s := scenarios[(round+i)%len(scenarios)]
			f, err := turn(host, queries[s.endpoint], turnLength)
			if err != nil {
				b.Fatalf("%s: %v", s.endpoint, err)
			}
			s.turns = append(s.turns, f)
		}
	}
	public := medians(scenarios[0].turns)
	for _, s := range scenarios {
		b.Run("access="+strings.ReplaceAll(s.endpoint, " ", "-"), func(b *testing.B) {
			s.report(b)
			b.ReportMetric(medians(s.turns).perSecond/public.perSecond, "of-public")
			b.ReportMetric(float64(medians(s.turns).cpu)/float64(public.cpu), "cpu-of-public")
		})
	}
}

func write(b *testing.B, file, text string) {
	b.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// keySettings ask for one of ten keys, the last of which is given.
func keySettings(key string) string {
	text := "[auth]\nmethod = \"API_KEYS\"\n"
	for i := range 10 {
		secret := fmt.Sprint("other", i)
		if i == 9 {
			secret = key
		}
		hash := sha256.Sum256([]byte(secret))
		text += fmt.Sprintf("[[auth.key]]\nid = \"k%d\"\nhash = \"sha256:%s\"\n", i, hex.EncodeToString(hash[:]))
	}
	return text
}

// newToken makes a token, and the file with the public key that it is checked with.
func newToken(b *testing.B) (token, keys string) {
	b.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": "bench", "client_id": "bench",
		"exp": time.Now().Add(24 * time.Hour).Unix()})
	t.Header["kid"] = "1"
	if token, err = t.SignedString(private); err != nil {
		b.Fatal(err)
	}
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "1", "alg": "RS256",
		"use": "sig", "n": number(private.N), "e": number(big.NewInt(int64(private.E)))}}})
	if err != nil {
		b.Fatal(err)
	}
	return token, string(set)
}
