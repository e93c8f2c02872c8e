package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"skep/host/internal/manifest"
)

// stored is what a file says of a key.
func stored(id, secret string) manifest.Key {
	hash := sha256.Sum256([]byte(secret))
	return manifest.Key{ID: id, Hash: manifest.KeyHashPrefix + hex.EncodeToString(hash[:])}
}

func mustKeySet(t testing.TB, keys ...manifest.Key) *KeySet {
	t.Helper()
	set, err := NewKeySet(keys)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// headers are the values of Authorization headers.
func headers(values ...string) (list [][]byte) {
	for _, v := range values {
		list = append(list, []byte(v))
	}
	return list
}

func basic(user string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(user)) }

func TestKeySetAuthorize(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	late, ends, long := stored("late", "late"), stored("ends", "ends"), stored("long", strings.Repeat("x", maxKey))
	late.Expiry, ends.Expiry = now, now.Add(time.Nanosecond)
	set := mustKeySet(t, stored("first", "secret"), late, ends, long, stored("odd", "a+/=~"), stored("none", ""),
		stored("colon", "a:b"))
	for _, test := range []struct {
		headers []string
		id      string
		err     error // a cause of ErrNotAuthenticated
	}{
		{headers: []string{basic("secret:")}, id: "first"},
		{headers: []string{basic("secret:password:too")}, id: "first"},
		{headers: []string{"bAsIc" + basic("secret:")[5:]}, id: "first"},
		{headers: []string{"Basic   " + basic("secret:")[6:] + " "}, id: "first"},
		{headers: []string{"Bearer secret"}, id: "first"},
		{headers: []string{"BEARER secret"}, id: "first"},
		{headers: []string{"Bearer a+/=~"}, id: "odd"},
		{headers: []string{"Bearer a:b"}, id: "colon"},
		{headers: []string{"Bearer ends"}, id: "ends"},
		{headers: []string{"Bearer " + strings.Repeat("x", maxKey)}, id: "long"},

		{headers: nil, err: errNoHeader},
		{headers: []string{"Bearer secret", "Bearer secret"}, err: errTwoHeaders},
		{headers: []string{"Bearer secret", ""}, err: errTwoHeaders},
		{headers: []string{""}, err: errScheme},
		{headers: []string{"secret"}, err: errScheme},
		{headers: []string{"Digest secret"}, err: errScheme},
		{headers: []string{"Bearers secret"}, err: errScheme},
		{headers: []string{"Bearer\tsecret"}, err: errScheme},
		{headers: []string{"Bearer"}, err: errMalformed},
		{headers: []string{"Bearer  "}, err: errMalformed},
		{headers: []string{"Bearer secret x"}, err: errMalformed},
		{headers: []string{"Bearer secret, Bearer secret"}, err: errMalformed},
		{headers: []string{"Bearer secr\x00et"}, err: errMalformed},
		{headers: []string{"Bearer secrét"}, err: errMalformed},
		{headers: []string{"Bearer " + strings.Repeat("x", maxKey+1)}, err: errMalformed},
		{headers: []string{"Basic"}, err: errMalformed},
		{headers: []string{"Basic ="}, err: errMalformed},
		{headers: []string{"Basic secret"}, err: errMalformed},                             // not base64
		{headers: []string{basic("secret")}, err: errMalformed},                            // no colon
		{headers: []string{basic(":secret")}, err: errMalformed},                           // an empty key, though one is stored
		{headers: []string{strings.TrimRight(basic("secret:x"), "=")}, err: errMalformed},  // no padding
		{headers: []string{"Basic c2VjcmV0On=="}, err: errMalformed},                       // bits after the end
		{headers: []string{"Basic c2VjcmV0Og== "[:17]}, err: errMalformed},                 // cut
		{headers: []string{basic(strings.Repeat("x", maxKey) + ":")}, err: errMalformed},   // too long
		{headers: []string{"Basic " + strings.Repeat("A", 16<<10)}, err: errMalformed},     // much too long
		{headers: []string{"Bearer Secret"}, err: errUnknownKey},                           // another case
		{headers: []string{"Bearer secre"}, err: errUnknownKey},                            // a part
		{headers: []string{"Bearer " + stored("", "secret").Hash}, err: errUnknownKey},     // the stored hash
		{headers: []string{"Bearer " + stored("", "secret").Hash[7:]}, err: errUnknownKey}, //
		{headers: []string{basic("x:secret")}, err: errUnknownKey},                         // key as password
		{headers: []string{"Bearer " + basic("secret:")[6:]}, err: errUnknownKey},          // the other scheme's text
		{headers: []string{"Bearer late"}, err: set.keys[1].expired},
		{headers: []string{basic("late:")}, err: set.keys[1].expired},
	} {
		id, err := set.authorize(headers(test.headers...), now)
		if id != test.id || !errors.Is(err, test.err) || err != nil && !errors.Is(err, ErrNotAuthenticated) {
			t.Errorf("%q: %q, %v; want %q, %v", test.headers, id, err, test.id, test.err)
		}
	}
	if _, err := (&KeySet{}).Authorize(headers("Bearer secret")); !errors.Is(err, errUnknownKey) {
		t.Errorf("an empty set says %v", err)
	}
}

// TestKeySetAllocates shows that looking at a key costs no memory, whether it passes or not.
func TestKeySetAllocates(t *testing.T) {
	set := mustKeySet(t, stored("a", "secret"), stored("b", "other"))
	for _, header := range []string{basic("secret:"), "Bearer other", "Bearer unknown", "Basic !", "Digest x"} {
		list := headers(header)
		if n := testing.AllocsPerRun(100, func() { _, _ = set.Authorize(list) }); n != 0 {
			t.Errorf("%q: %v allocations", header, n)
		}
	}
}

func TestKeySetRefuses(t *testing.T) {
	a := stored("a", "secret")
	many := make([]manifest.Key, MaxKeys+1)
	for i := range many {
		_, many[i] = GenerateKey(time.Now())
	}
	for name, lists := range map[string][][]manifest.Key{
		"the same id twice":         {{a, stored("a", "other")}},
		"the same id in two lists":  {{a}, {stored("a", "other")}},
		"the same key in two lists": {{a}, {stored("b", "secret")}},
		"no id":                     {{stored("", "secret")}},
		"a key for a hash":          {{{ID: "a", Hash: "secret"}}},
		"a short hash":              {{{ID: "a", Hash: a.Hash[:70]}}},
		"too many":                  {many},
	} {
		_, err := NewKeySet(lists...)
		if !errors.Is(err, ErrKeys) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if set, err := NewKeySet(many[1:]); err != nil || set.Len() != MaxKeys {
		t.Errorf("%d keys: %v", MaxKeys, err)
	}
}

func TestKeyFile(t *testing.T) {
	secret, key := GenerateKey(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC))
	key.Label, key.Expiry = "Bea", key.Created.Add(time.Hour)
	text, err := FormatKeys([]manifest.Key{key, stored("b", "x")})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, []byte(secret[5:])) {
		t.Errorf("the file holds the key: %s", text)
	}
	keys, err := ParseKeys(text)
	if err != nil || len(keys) != 2 || keys[0] != key || keys[1] != stored("b", "x") {
		t.Errorf("got %+v, %v", keys, err)
	}
	if id, err := mustKeySet(t, keys...).authorize(headers("Bearer "+secret), key.Created); id != key.ID || err != nil {
		t.Errorf("the new key is that of %q, %v", id, err)
	}
	if other, _ := GenerateKey(time.Now()); other == secret {
		t.Error("two keys are the same")
	}
	if _, err := FormatKeys([]manifest.Key{key, key}); !errors.Is(err, ErrKeys) {
		t.Errorf("a set with a key twice is written: %v", err)
	}
	for _, text := range []string{"{", "[]", "null x", `{"keys": [{"id": "a"}]}`, `{"keys": [], "more": 1}`,
		`{"keys": [{"id": "a", "key": "secret"}]}`, `{"keys": []} {}`, `{"keys": [{"id": "a", "expiry": "soon"}]}`} {
		if keys, err := ParseKeys([]byte(text)); !errors.Is(err, ErrKeys) {
			t.Errorf("%s: %v, %v", text, keys, err)
		}
	}
	if keys, err := ParseKeys(nil); err != nil || keys != nil {
		t.Errorf("no file: %v, %v", keys, err)
	}
}

// FuzzParseHeaders looks for headers that the parser fails on, or that get a key out of it that they do not hold.
func FuzzParseHeaders(f *testing.F) {
	for _, seed := range []string{"", "Basic", basic("secret:"), "Bearer secret", "bearer  a.b.c ", "Basic c2VjcmV0Og"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, header []byte) {
		before := bytes.Clone(header)
		c, err := parseHeaders([][]byte{header})
		if err != nil {
			if !errors.Is(err, ErrNotAuthenticated) {
				t.Fatalf("%q: %v", header, err)
			}
			return
		}
		var buf [maxKey]byte
		key, err := c.key(&buf)
		if !bytes.Equal(before, header) {
			t.Fatalf("%q has become %q", before, header)
		}
		if err != nil {
			return
		}
		if len(key) == 0 {
			t.Fatalf("%q holds an empty key", header)
		}
		switch c.scheme {
		case schemeBearer:
			if !bytes.HasSuffix(bytes.TrimRight(header, " "), key) {
				t.Fatalf("%q does not hold %q", header, key)
			}
		case schemeBasic:
			if bytes.Contains(key, []byte(":")) {
				t.Fatalf("%q: the user name is %q", header, key)
			}
			decoded, err := base64.StdEncoding.DecodeString(string(c.text))
			if err != nil || !bytes.HasPrefix(decoded, append(bytes.Clone(key), ':')) {
				t.Fatalf("%q holds %q, not %q", header, decoded, key)
			}
		default:
			t.Fatalf("%q: scheme %d", header, c.scheme)
		}
	})
}
