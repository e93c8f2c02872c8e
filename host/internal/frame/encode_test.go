package frame

import (
	"bytes"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
)

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		name string
		r    Request
		body string
		rows int
		want string
	}{
		{"plain", Request{Endpoint: "score", Kind: abi.KindFunction, Action: action.Run}, `{"p":1}`, 0,
			`{"endpoint":"score" "kind":"function" "request":nil "args":{"p":1}}`},
		{"metadata", Request{Endpoint: "e", Kind: abi.KindFunction, Action: action.Run, HasMeta: true, Path: []byte("/p/run"),
			Headers: []Header{{[]byte("A"), []byte("1")}, {[]byte("a"), nil}, {[]byte("A"), []byte("ü")}}}, ``, 0,
			`{"endpoint":"e" "kind":"function" ` +
				`"request":{"path":"/p/run" "headers":[["A" "1"] ["a" ""] ["A" "ü"]]} "args":{}}`},
		{"metadata without headers", Request{Kind: abi.KindFunction, Action: action.Run, HasMeta: true}, `{}`, 0,
			`{"endpoint":"" "kind":"function" "request":{"path":"" "headers":[]} "args":{}}`},
		{"metadata not granted", Request{Kind: abi.KindFunction, Action: action.Run, Path: []byte("/p"),
			Headers: []Header{{[]byte("A"), []byte("1")}}}, `{}`, 0,
			`{"endpoint":"" "kind":"function" "request":nil "args":{}}`},
		{"head in ISO-8859-1", Request{Kind: abi.KindFunction, Action: action.Run, HasMeta: true, Path: []byte("/\xe9"),
			Headers: []Header{{[]byte("A"), []byte("caf\xe9 \x80")}}}, `{}`, 0,
			`{"endpoint":"" "kind":"function" "request":{"path":"/é" "headers":[["A" "café \u0080"]]} "args":{}}`},
		{"predict", Request{Endpoint: "c", Kind: abi.KindClassification, Action: action.Predict}, `{"features":{"a":1}}`, 1,
			`{"endpoint":"c" "kind":"classification" "request":nil "records":[{"a":1}]}`},
		{"predict-multi", Request{Endpoint: "c", Kind: abi.KindRegression, Action: action.PredictMulti},
			`{"items":[{"features":{"a":1}},{"features":{}}]}`, 2,
			`{"endpoint":"c" "kind":"regression" "request":nil "records":[{"a":1} {}]}`},
		{"JSON", Request{Kind: abi.KindFunction, Action: action.Run, JSONInput: true}, " {\"a\":NaN,\"a\":\xff} ", 0,
			`{"endpoint":"" "kind":"function" "request":nil "args":b" {\"a\":NaN,\"a\":\xff} "}`},
		{"JSON, no body", Request{Kind: abi.KindFunction, Action: action.Run, JSONInput: true}, "", 0,
			`{"endpoint":"" "kind":"function" "request":nil "args":b"{}"}`},
		{"JSON, predict", Request{Kind: abi.KindRegression, Action: action.Predict, JSONInput: true}, "x", 1,
			`{"endpoint":"" "kind":"regression" "request":nil "records":b"x"}`},
		{"JSON, predict-multi", Request{Kind: abi.KindRegression, Action: action.PredictMulti, JSONInput: true}, "x", -1,
			`{"endpoint":"" "kind":"regression" "request":nil "records":b"x"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Encoder
			frame, rows, err := e.Encode(&c.r, []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(t, frame); got != c.want {
				t.Errorf("frame is\n%s\nwant\n%s", got, c.want)
			}
			if rows != c.rows {
				t.Errorf("rows are %d, want %d", rows, c.rows)
			}
			if _, err := abi.ReadRequest(frame); err != nil {
				t.Errorf("a guest refuses the frame: %v", err)
			}
		})
	}
}

func TestEncodeActionOfAnotherKind(t *testing.T) {
	var e Encoder
	_, _, err := e.Encode(&Request{Kind: abi.KindFunction, Action: action.Predict}, []byte(`{"features":{}}`))
	if err == nil || !strings.Contains(err.Error(), "no action predict for an endpoint of kind function") {
		t.Errorf("got error %v", err)
	}
}

// TestEncoderReuse says that nothing of one request is seen in the next, whether it failed or not, and that a frame
// does not depend on the client's bytes once it is made.
func TestEncoderReuse(t *testing.T) {
	var e Encoder
	r := &Request{Endpoint: "e", Kind: abi.KindFunction, Action: action.Run}
	bodies := []string{`{"a":"\n` + strings.Repeat("x", 5000) + `"}`, `{"a":`, `{"b":NaN}`, ``,
		`{"c":1,"c":2}`, `{"d":"é"}`}
	for range 2 {
		for _, body := range bodies {
			var fresh Encoder
			want, _, wantErr := fresh.Encode(r, []byte(body))
			mangled := []byte(body)
			got, _, err := e.Encode(r, mangled)
			for i := range mangled {
				mangled[i] = '#'
			}
			if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
				t.Fatalf("%.20s: error %v, want %v", body, err, wantErr)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%.20s: frame %q, want %q", body, got, want)
			}
		}
	}
}

// TestEncoderLetsGo says that a large request does not keep its memory.
func TestEncoderLetsGo(t *testing.T) {
	var e Encoder
	r := &Request{Kind: abi.KindFunction, Action: action.Run}
	long := strings.Repeat(`\n`, 2*maxKept)
	if _, _, err := e.Encode(r, []byte(`{"a":NaN,"b":"`+long+`"}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Encode(r, nil); err != nil {
		t.Fatal(err)
	}
	if n := cap(e.w.out.b) + cap(e.in.unquoted) + cap(e.in.replaced) + cap(e.in.src); n > 3*maxKept {
		t.Errorf("%d bytes are kept", n)
	}
}
