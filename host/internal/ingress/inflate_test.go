package ingress

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
	"testing"
)

func packed(t *testing.T, w io.WriteCloser, buf *bytes.Buffer, text string) string {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func gzipped(t *testing.T, text string) string {
	var buf bytes.Buffer
	return packed(t, gzip.NewWriter(&buf), &buf, text)
}

func deflated(t *testing.T, text string) string {
	var buf bytes.Buffer
	return packed(t, zlib.NewWriter(&buf), &buf, text)
}

func TestInflatedBodies(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	const limit = 1 << 20 // of the endpoint
	ofSize := func(n int) string { return `{"a":"` + strings.Repeat("x", n-8) + `"}` }
	for _, test := range []struct {
		name, coding, body string
		status             int
		errorType          string
	}{
		{"gzip", "gzip", gzipped(t, `{"a":1}`), 200, ""},
		{"x-gzip", "X-GZIP", gzipped(t, `{"a":1}`), 200, ""},
		{"deflate", "deflate", deflated(t, `{"a":1}`), 200, ""},
		{"identity", "identity", `{"a":1}`, 200, ""},
		{"empty", "", `{"a":1}`, 200, ""},
		{"gzip in two parts", "gzip", gzipped(t, `{"a"`) + gzipped(t, `:1}`), 200, ""},
		{"gzip at the limit", "gzip", gzipped(t, ofSize(limit)), 200, ""},
		{"gzip above the limit", "gzip", gzipped(t, ofSize(limit+1)), 413, "PayloadTooLarge"},
		{"deflate at the limit", "deflate", deflated(t, ofSize(limit)), 200, ""},
		{"deflate above the limit", "deflate", deflated(t, ofSize(limit+1)), 413, "PayloadTooLarge"},
		{"bomb", "gzip", gzipped(t, strings.Repeat("\x00", 8<<20)), 413, "PayloadTooLarge"},
		{"no gzip", "gzip", `{"a":1}`, 400, "IllegalArgument"},
		{"no body", "gzip", ``, 400, "IllegalArgument"},
		{"cut gzip", "gzip", gzipped(t, `{"a":1}`)[:20], 400, "IllegalArgument"},
		{"wrong sum", "gzip", gzipped(t, `{"a":1}`)[:25] + "xxxxxxxx", 400, "IllegalArgument"},
		{"no deflate", "deflate", `{"a":1}`, 400, "IllegalArgument"},
		{"junk inside", "gzip", gzipped(t, `{"a"`), 400, "IllegalArgument"},
		{"brotli", "br", `{"a":1}`, 415, "UnsupportedMediaType"},
		{"two codings", "gzip, gzip", gzipped(t, gzipped(t, `{"a":1}`)), 415, "UnsupportedMediaType"},
		{"two headers", "gzip\r\nContent-Encoding: gzip", gzipped(t, gzipped(t, `{"a":1}`)), 415, "UnsupportedMediaType"},
	} {
		got := s.post(t, "echo/run", test.body, "content-encoding: "+test.coding)
		if test.status != 200 {
			checkError(t, test.name, got, test.status, test.errorType)
		} else if got.status != 200 || !strings.HasPrefix(got.body, `{"response":{"a":`) {
			t.Errorf("%s: %d %.200s", test.name, got.status, got.body)
		}
		if accept := got.header.Get("Accept-Encoding"); (accept != "") != (test.status == 415) {
			t.Errorf("%s: Accept-Encoding is %q", test.name, accept)
		}
	}
}
