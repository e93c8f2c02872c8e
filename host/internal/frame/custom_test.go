package frame

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

// headers makes a list of headers from names and values in turns.
func headers(fields ...any) list {
	var l list
	for pair := range slices.Chunk(fields, 2) {
		l = append(l, list(pair))
	}
	return l
}

func showHeaders(hs []Header) string {
	var b strings.Builder
	for _, h := range hs {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	return b.String()
}

func TestCustom(t *testing.T) {
	const octets = "application/octet-stream"
	for _, c := range []struct {
		name        string
		fields      []any
		status      int
		contentType string
		body        string
		headers     string
		notes       []string
	}{
		{"text", []any{200, "text/plain", "Hello", list{}}, 200, "text/plain", "Hello", "", nil},
		{"bytes", []any{599, nil, []byte("\x00\xff"), list{}}, 599, octets, "\x00\xff", "", nil},
		{"no body", []any{204, nil, "", list{}}, 204, octets, "", "", nil},
		{"empty content type", []any{200, "", "", list{}}, 200, octets, "", "", nil},
		{"type among the headers", []any{201, nil, "x", headers("A", "1", "content-TYPE", "text/xml", "B", "2")},
			201, "text/xml", "x", "A: 1\nB: 2\n", nil},
		{"two types among the headers", []any{200, nil, "x", headers("Content-Type", "a/b", "Content-Type", "c/d")},
			200, "a/b", "x", "", []string{"header Content-Type: dropped, the content type is already given"}},
		{"type given and among the headers", []any{200, "a/b", "x", headers("content-type", "c/d")},
			200, "a/b", "x", "", []string{"header content-type: dropped, the content type is already given"}},
		{"order and repeats", []any{200, "a/b", "x",
			headers("Set-Cookie", "chocolate", "Machin", "Truc", "Set-Cookie", "pecan")},
			200, "a/b", "x", "Set-Cookie: chocolate\nMachin: Truc\nSet-Cookie: pecan\n", nil},
		{"verbatim", []any{200, "image/jpg", "x", headers("Content-Encoding", "utf-8", "X", " a\tb ", "Y", "", "Z", "é")},
			200, "image/jpg", "x", "Content-Encoding: utf-8\nX:  a\tb \nY: \nZ: é\n", nil},
		{"all characters of a token", []any{200, "a/b", "", headers("!#$%&'*+-.^_`|~09azAZ", "v")},
			200, "a/b", "", "!#$%&'*+-.^_`|~09azAZ: v\n", nil},
		{"of the server", []any{200, "a/b", "x",
			headers("Connection", "close", "X", "1", "content-length", "9", "HOST", "h")},
			200, "a/b", "x", "X: 1\n", []string{
				"header Connection: dropped, it belongs to the server",
				"header content-length: dropped, it belongs to the server",
				"header HOST: dropped, it belongs to the server",
			}},
		{"like those of the server", []any{200, "a/b", "x", headers("Hosts", "1", "Tea", "2", "Prox", "3", "X-Proxy-A", "4")},
			200, "a/b", "x", "Hosts: 1\nTea: 2\nProx: 3\nX-Proxy-A: 4\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, err := readAs(runFunction, 0, result(t, abi.TagCustom, c.fields...))
			if err != nil {
				t.Fatal(err)
			}
			if reply.Status != c.status || string(reply.ContentType) != c.contentType || string(reply.Body) != c.body {
				t.Errorf("got %d, %s, %q", reply.Status, reply.ContentType, reply.Body)
			}
			if got := showHeaders(reply.Headers); got != c.headers {
				t.Errorf("headers are\n%s\nwant\n%s", got, c.headers)
			}
			if !slices.Equal(reply.Notes, c.notes) {
				t.Errorf("notes are %q, want %q", reply.Notes, c.notes)
			}
		})
	}
}

func TestServerHeaders(t *testing.T) {
	names := []string{"Proxy-Authenticate", "proxy-connection", "PROXY-", "transfer-Encoding"}
	for _, name := range append(names, serverHeaders...) {
		for _, name := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			reply, err := readAs(runFunction, 0, result(t, abi.TagCustom, 200, "a/b", "", headers(name, "v")))
			if err != nil || len(reply.Headers) != 0 || len(reply.Notes) != 1 {
				t.Errorf("%s: headers %s, notes %q, error %v", name, showHeaders(reply.Headers), reply.Notes, err)
			}
		}
	}
}

func TestBrokenCustom(t *testing.T) {
	broken := func(name string, fields ...any) {
		t.Helper()
		_, err := readAs(runFunction, 0, result(t, abi.TagCustom, fields...))
		if !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("%s: error %v, want ErrGuestProtocol", name, err)
		}
	}
	for _, status := range []any{-1, 0, 42, 99, 100, 101, 103, 199, 600, 1 << 31, 1<<32 + 200,
		uint64(1<<64 - 1), 200.0, "200", nil} {
		broken(fmt.Sprint("status ", status), status, nil, "", list{})
	}
	broken("four items", 200, nil, "")
	broken("six items", 200, nil, "", list{}, nil)
	broken("content type int", 200, 1, "", list{})
	broken("content type bytes", 200, []byte("a/b"), "", list{})
	broken("content type not UTF-8", 200, "\xff", "", list{})
	broken("body nil", 200, nil, nil, list{})
	broken("body map", 200, nil, object{}, list{})
	broken("text body not UTF-8", 200, nil, "\xff", list{})
	broken("body beyond the frame", 200, nil, raw{0xc6, 0, 0, 1, 0}, list{})
	broken("headers nil", 200, nil, "", nil)
	broken("headers map", 200, nil, "", object{{"A", "1"}})
	broken("header string", 200, nil, "", list{"A"})
	broken("header of one", 200, nil, "", list{list{"A"}})
	broken("header of three", 200, nil, "", list{list{"A", "1", "2"}})
	broken("header name bytes", 200, nil, "", headers([]byte("A"), "1"))
	broken("header value int", 200, nil, "", headers("A", 1))
	for _, name := range []string{"", " ", "X B", "A:", "A\r\nB", "Ä", "A\x00", "A\t", "(A)",
		"A/B", "\"A\"", "A=B", "{", "\x7f"} {
		broken(fmt.Sprintf("header name %q", name), 200, nil, "", headers(name, "v"))
	}
	for _, value := range []string{"\r", "\n", "a\r\nSet-Cookie: b", "\x00", "a\x7f", "\x1b[31m", "\xff"} {
		broken(fmt.Sprintf("header value %q", value), 200, nil, "", headers("A", value))
		broken(fmt.Sprintf("dropped header with value %q", value), 200, nil, "", headers("Host", value))
		broken(fmt.Sprintf("content type %q", value), 200, value, "", list{})
		broken(fmt.Sprintf("Content-Type header %q", value), 200, nil, "", headers("Content-Type", value))
	}
}

// TestBrokenHeaderIsNamed has an answer with many headers refused: the reason says which one is to be mended.
func TestBrokenHeaderIsNamed(t *testing.T) {
	long := "X-" + strings.Repeat("a", 100)
	for name, want := range map[string]string{"X-Bad": "in the value of the header X-Bad, which", long: "header " + long[:64] + ", which"} {
		_, err := readAs(runFunction, 0, result(t, abi.TagCustom, 200, nil, "", headers("X-Good", "1", name, "a\r\nb")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("header %s: error %v, want %q", name, err, want)
		}
	}
}

func TestHeaderLimits(t *testing.T) {
	var many list
	for range abi.MaxHeaders {
		many = append(many, list{"A", "1"})
	}
	wide := func(n int) list { return headers("AB", "", "CD", strings.Repeat("v", n-4-len("a/b"))) }
	for _, c := range []struct {
		name    string
		headers list
		broken  bool
	}{
		{"64 headers", many, false},
		{"65 headers", append(slices.Clone(many), list{"A", "1"}), true},
		{"65 headers, one of the server", append(slices.Clone(many), list{"Host", "1"}), true},
		{"16 KiB", wide(abi.MaxHeaderBytes), false},
		{"16 KiB and 1", wide(abi.MaxHeaderBytes + 1), true},
		{"16 KiB and 1, dropped", headers("TE", strings.Repeat("v", abi.MaxHeaderBytes)), true},
	} {
		_, err := readAs(runFunction, 0, result(t, abi.TagCustom, 200, "a/b", "", c.headers))
		if broken := errors.Is(err, service.ErrGuestProtocol); broken != c.broken {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

func TestCustomNotGranted(t *testing.T) {
	frame := result(t, abi.TagCustom, 200, nil, "", list{})
	var d Decoder
	d.Reset(runFunction, 0, false)
	if err := d.ReadResult(frame); !errors.Is(err, service.ErrCustomOff) || errors.Is(err, service.ErrGuestProtocol) {
		t.Errorf("function without the setting: error %v, want ErrCustomOff", err)
	}
	d.Reset(&Request{Kind: abi.KindRegression, Action: action.Predict}, 1, true)
	if err := d.ReadResult(frame); !errors.Is(err, service.ErrGuestProtocol) {
		t.Errorf("regression: error %v, want ErrGuestProtocol", err)
	}
	// The setting takes nothing else away.
	d.Reset(runFunction, 0, false)
	for _, frame := range [][]byte{
		result(t, abi.TagValue, 1), result(t, abi.TagError, 401, "m"), result(t, abi.TagJSON, []byte("1")),
	} {
		if err := d.ReadResult(frame); err != nil {
			t.Errorf("% x: %v", frame, err)
		}
	}
}
