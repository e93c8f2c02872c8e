package manifest

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"skep/abi"
	"skep/host/internal/action"
)

// Actions are the actions of a kind that test queries may name, the one that they mean without a name first: those that
// take a body.
func Actions(kind abi.Kind) (names []string) {
	for _, a := range action.Of(kind) {
		if !a.Shape().InQuery {
			names = append(names, a.String())
		}
	}
	return names
}

// validate checks a test query; at is its field with a dot at the end.
func (q Test) validate(ps *problems, at string, kind abi.Kind) {
	if actions := Actions(kind); !slices.Contains(actions, q.Action) {
		ps.add(at+"action", "%q is no action of kind %q; allowed are %s",
			shorten(q.Action), kind, strings.Join(actions, ", "))
		return
	}
	checkHeaders(ps, at+"headers", q.Headers)
	q.Expect.validate(ps, at+"expect.", action.Parse([]byte(q.Action)))
}

func (e Expect) validate(ps *problems, at string, a action.Action) {
	if e.Status < abi.MinCustomStatus || e.Status > abi.MaxStatus {
		ps.add(at+"status", "%d is not within %d and %d", e.Status, abi.MinCustomStatus, abi.MaxStatus)
	}
	checkHeaders(ps, at+"headers", e.Headers)
	if e.BodySHA256 != "" {
		if sum, err := hex.DecodeString(e.BodySHA256); err != nil || len(sum) != 32 {
			ps.add(at+"body_sha256", "%q is not a SHA-256: 64 hexadecimal digits", shorten(e.BodySHA256))
		}
	}
	values := []struct {
		key   string
		given bool
	}{
		{"response", e.Response != nil},
		{"result", e.Result != nil},
		{"results", e.Results != nil},
	}
	given := []string{}
	for _, v := range values {
		switch {
		case !v.given:
			continue
		case v.key != cmp.Or(a.Shape().Result, "response"):
			ps.add(at+v.key, "is not what action %q answers; that is %s", a, cmp.Or(a.Shape().Result, "response"))
		case e.Status != 200:
			ps.add(at+v.key, "comes with status 200 only, and %d is expected", e.Status)
		}
		given = append(given, v.key)
	}
	if e.Body != nil {
		given = append(given, "body")
	}
	if e.BodySHA256 != "" {
		given = append(given, "body_sha256")
	}
	if len(given) > 1 {
		ps.add(at+given[1], "an answer has one content only, and %s is expected too", given[0])
	}
	if (e.ErrorType != "" || e.Message != "") && e.Status < abi.MinErrorStatus {
		key := "message"
		if e.Message == "" {
			key = "error_type"
		}
		ps.add(at+key, "comes with an error only, and status %d is expected; set status", e.Status)
	}
}

// checkHeaders refuses what no HTTP client could send, see RFC 9110 section 5.
func checkHeaders(ps *problems, field string, headers [][2]string) {
	for _, h := range headers {
		switch name, value := h[0], h[1]; {
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isTokenRune(r) }):
			ps.add(field, "%q is no header name", shorten(name))
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			ps.add(field, "the value of %s holds a control character", name)
		}
	}
}

func isTokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		r < 0x80 && strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}
