package frame

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"skep/abi"
	"skep/abi/golden"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

// bodies are seeds for client's JSON.
var bodies = []string{
	``, `{}`, `{"features":{"a":1}}`, `{"items":[{"features":{"a":NaN}},{"features":{}}]}`,
	`{"a":[1,-2.5e3,"\ud83d\udc1d"]}`,
	`{"a":18446744073709551615,"b":-9223372036854775808}`, `{"a":1,"a":2}`, `{"a":"\ud83d"}`, "{\"a\":\"\xff\"}", `[1]`,
	`{"a":-Infinity,"b":Infinity,"c":1NaN}`, `{"features":null}`, `{"items":{}}`, `{"a":1e999}`, "\xef\xbb\xbf{}", `{} x`,
	`{"a":` + strings.Repeat("[", 70),
}

// FuzzEncode says that whatever a client sends, the frame is one that a guest accepts and that says what was given, or
// the error is one for the client: an InputError with an offset in the body.
func FuzzEncode(f *testing.F) {
	for _, body := range bodies {
		for flags := range byte(16) {
			f.Add(flags, "endpoint", []byte("/p\xff"), []byte("name\x80"), []byte("value"), []byte(body))
		}
	}
	var e Encoder
	f.Fuzz(func(t *testing.T, flags byte, endpoint string, path, name, value, body []byte) {
		r := &Request{Endpoint: strings.ToValidUTF8(endpoint, ""), Kind: abi.Kind(flags%3 + 1), Action: action.Run,
			HasMeta: flags&4 != 0, JSONInput: flags&8 != 0, Path: path, Headers: []Header{{name, value}, {value, name}}}
		if r.Kind.Predicts() {
			r.Action = action.Predict + action.Action(flags>>4&1)
		}
		frame, rows, err := e.Encode(r, body)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.Offset < 0 || input.Offset > int64(len(body)) || r.JSONInput {
				t.Fatalf("%q: %v", body, err)
			}
			if len(input.Reason) > 500 || !utf8.ValidString(input.Reason) {
				t.Fatalf("%q: reason %q", body, input.Reason)
			}
			return
		}
		got, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatalf("%q: a guest refuses the frame: %v", body, err)
		}
		if got.Endpoint != r.Endpoint || got.Kind != r.Kind || got.JSON != r.JSONInput || (got.Meta != nil) != r.HasMeta {
			t.Fatalf("%q: %+v", body, got)
		}
		if r.HasMeta {
			want := abi.Meta{Path: string(latin1(path)), Headers: []abi.Header{
				{Name: string(latin1(name)), Value: string(latin1(value))},
				{Name: string(latin1(value)), Value: string(latin1(name))},
			}}
			if !bytes.Equal(got.Meta, abi.AppendMeta(nil, want)) {
				t.Fatalf("%q: metadata %q, want %+v", body, got.Meta, want)
			}
		}
		switch {
		case got.JSON && len(body) > 0 && !bytes.Equal(got.Input, body):
			t.Fatalf("%q: JSON input %q", body, got.Input)
		case !got.JSON && r.Kind.Predicts():
			if n, _, err := abi.ReadArrayHeader(got.Input); err != nil || n != rows {
				t.Fatalf("%q: %d records, %d rows, %v", body, n, rows, err)
			}
		}
	})
}

// FuzzInput holds the reading of JSON against encoding/json, but for what is decided otherwise: a top level that is no
// object, repeated keys, text that is not UTF-8, half surrogate pairs, depth, and numbers that do not fit are refused;
// no body at all and numbers that are not finite are taken.
func FuzzInput(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	var e Encoder
	r := &Request{Kind: abi.KindFunction, Action: action.Run}
	f.Fuzz(func(t *testing.T, body []byte) {
		frame, _, err := e.Encode(r, body)
		want, wantErr := standardArgs(body)
		if errors.Is(wantErr, errUndecided) {
			return
		}
		if err != nil {
			if wantErr == nil {
				t.Fatalf("%q: %v, encoding/json reads %s", body, err, want)
			}
			return
		}
		if wantErr != nil {
			var in input
			if onlySpace(body) || in.replaceNonFinite(body) {
				return
			}
			t.Fatalf("%q: taken, want error %v", body, wantErr)
		}
		in, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(t, in.Input); got != want {
			t.Fatalf("%q becomes %s, want %s", body, got, want)
		}
	})
}

var (
	errDecided   = errors.New("refused by decision")
	errUndecided = errors.New("encoding/json writes the same for half a surrogate pair and for U+FFFD")
)

// standardArgs is what show writes of the arguments in body, as encoding/json reads them.
func standardArgs(body []byte) (string, error) {
	if !json.Valid(body) {
		return "", errors.New("not JSON")
	}
	if !utf8.Valid(body) || bytes.TrimSpace(body)[0] != '{' {
		return "", errDecided
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var out strings.Builder
	err := standardValue(d, &out, 0)
	return out.String(), err
}

func standardValue(d *json.Decoder, out *strings.Builder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case nil:
		out.WriteString("nil")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case json.Number:
		return standardNumber(string(v), out)
	case string:
		if strings.ContainsRune(v, utf8.RuneError) {
			return errUndecided
		}
		out.WriteString(strconv.Quote(v))
	case json.Delim:
		if depth == abi.MaxDepth {
			return errDecided
		}
		seen := map[string]bool{}
		out.WriteRune(rune(v))
		for first := true; d.More(); first = false {
			if !first {
				out.WriteByte(' ')
			}
			if v == '{' {
				start := out.Len()
				if err := standardValue(d, out, depth+1); err != nil {
					return err
				}
				key := out.String()[start:]
				if seen[key] {
					return errDecided
				}
				seen[key] = true
				out.WriteByte(':')
			}
			if err := standardValue(d, out, depth+1); err != nil {
				return err
			}
		}
		out.WriteRune(map[json.Delim]rune{'{': '}', '[': ']'}[v])
		if _, err := d.Token(); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

func standardNumber(s string, out *strings.Builder) error {
	if strings.ContainsAny(s, ".eE") {
		v, err := strconv.ParseFloat(s, 64)
		out.WriteString(strconv.FormatFloat(v, 'x', -1, 64))
		return err
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		out.WriteString(strconv.FormatInt(i, 10))
		return nil
	}
	u, err := strconv.ParseUint(s, 10, 64)
	out.WriteString(strconv.FormatUint(u, 10))
	return err
}

// FuzzReadResult says of any bytes as a result frame: memory stays bounded, a reply is one that may be sent, an error
// is one for the log, and the guest's codec agrees about which frames are broken. It knows less, so it takes more:
//
//   - keys that stand twice, and byte strings in values;
//   - header names and values, and JSON text, of any kind;
//   - values that are no predictions.
func FuzzReadResult(f *testing.F) {
	frames, err := golden.Read("../../../abi/testdata/golden")
	if err != nil {
		f.Fatal(err)
	}
	for _, g := range frames {
		for kind := range byte(3) {
			f.Add(kind, 1, g.Bytes)
			f.Add(kind+4, 3, append(abi.AppendValueHead(nil), g.Bytes...))
		}
	}
	for first := range 256 {
		f.Add(byte(0), 0, []byte{0x92, 1, byte(first), 0, 0, 0, 0, 0, 0, 0, 0})
	}
	f.Add(byte(1), 1, result(f, abi.TagValue, list{object{{"prediction", "a"}, {"probas", object{{"a", 1.0}}}}}))
	f.Add(byte(6), 2, result(f, abi.TagJSON, []byte(`[null,{"prediction":1,"customKeys":{"a":[]}}]`)))
	f.Add(byte(8), -1, result(f, abi.TagValue, list{nil, object{{"forecast", 1.5}, {"time", "t"}, {"ignored", true}}}))
	f.Add(byte(9), 1, result(f, abi.TagValue, list{object{{"predictedEffect", 1.5}}}))
	f.Add(byte(14), 2, result(f, abi.TagJSON, []byte(`[null,{"a":{"b":1}}]`)))
	f.Add(byte(11), 0, result(f, abi.TagValue, object{{"updatedRows", 1}}))
	f.Add(byte(11), 0, result(f, abi.TagJSON, []byte(`{"rows":[["a",null]],"columns":[{"name":"x","type":"t"},{"type":"t","name":"y"}]}`)))
	f.Add(byte(0), 0, result(f, abi.TagCustom, 200, nil, "x", headers("Content-Type", "a/b", "Host", "c", "B", "d")))
	f.Fuzz(func(t *testing.T, flags byte, rows int, frame []byte) {
		r := &Request{Kind: abi.Kind(flags%4%3 + 1)}
		if flags&8 != 0 {
			r.Kind = abi.KindForecast + abi.Kind(flags%4)
		}
		actions := action.Of(r.Kind)
		r.Action = actions[int(flags>>2&1)%len(actions)]
		var d Decoder
		d.Reset(r, max(rows, -1), true)
		var err error
		if n := allocated(func() { err = d.ReadResult(frame) }); n > resultBound(frame) {
			t.Errorf("% x: %d bytes allocated", frame, n)
		}
		plain, plainErr := abi.ReadResult(frame)
		if err != nil {
			if !errors.Is(err, service.ErrGuestProtocol) {
				t.Fatalf("% x: error %v", frame, err)
			}
			if plainErr == nil && r.Kind == abi.KindFunction && !stricter(plain) {
				t.Fatalf("% x: %v, but the guest's codec reads %+v", frame, err, plain)
			}
			return
		}
		if plainErr != nil || plain.Tag != d.Reply.Tag {
			t.Fatalf("% x: read as %+v, but the guest's codec has %v, %v", frame, d.Reply, plain.Tag, plainErr)
		}
		checkReply(t, &d.Reply, plain)
	})
}

// stricter says that a result has what only the host refuses.
func stricter(r abi.Result) bool {
	switch r.Tag {
	case abi.TagValue:
		return repeatsOrBytes(r.Value)
	case abi.TagJSON:
		return true
	case abi.TagCustom:
		for _, h := range r.Headers {
			if !IsToken([]byte(h.Name)) || !fieldValue([]byte(h.Value)) {
				return true
			}
		}
		return !fieldValue([]byte(r.ContentType)) || !utf8.Valid(r.Body)
	}
	return false
}

// repeatsOrBytes says that a value has a key twice in a map, or a byte string.
func repeatsOrBytes(b []byte) bool {
	found := false
	var walk func(b []byte) []byte
	walk = func(b []byte) []byte {
		switch abi.TypeOf(b) {
		case abi.TypeBytes:
			found = true
		case abi.TypeArray:
			n, rest, _ := abi.ReadArrayHeader(b)
			for range n {
				rest = walk(rest)
			}
			return rest
		case abi.TypeMap:
			n, rest, _ := abi.ReadMapHeader(b)
			seen := map[string]bool{}
			for range n {
				var key string
				key, rest, _ = abi.ReadString(rest)
				found = found || seen[key]
				seen[key] = true
				rest = walk(rest)
			}
			return rest
		}
		rest, _ := abi.Skip(b)
		return rest
	}
	walk(b)
	return found
}

func checkReply(t *testing.T, reply *Reply, plain abi.Result) {
	t.Helper()
	switch reply.Tag {
	case abi.TagValue, abi.TagJSON:
		if !utf8.Valid(reply.Value) {
			t.Fatalf("value %q is not UTF-8", reply.Value)
		}
		valid(t, reply.Value)
	case abi.TagError:
		if reply.Status < 400 || reply.Status > 599 || reply.Message != plain.Message || reply.Type == "" {
			t.Fatalf("reply %+v of %+v", reply, plain)
		}
	case abi.TagCustom:
		if reply.Status < 200 || reply.Status > 599 || !bytes.Equal(reply.Body, plain.Body) ||
			len(reply.ContentType) == 0 || len(reply.Headers) > abi.MaxHeaders {
			t.Fatalf("reply %+v of %+v", reply, plain)
		}
		for _, h := range append(reply.Headers, Header{[]byte(contentType), reply.ContentType}) {
			if !IsToken(h.Name) || framing(h.Name) || !fieldValue(h.Value) {
				t.Fatalf("header %q: %q", h.Name, h.Value)
			}
		}
	}
}

// FuzzRoundTrip says that arguments that a guest sends back unchanged are the client's again: the same as what
// encoding/json makes of them, each integer with all its digits, each float the same and still a float.
func FuzzRoundTrip(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	for _, n := range []string{"9007199254740991", "9007199254740993", "-9223372036854775808", "9223372036854775807",
		"9223372036854775808", "18446744073709551615", "1.0", "-0.0", "1e21", "5e-324", "1.7976931348623157e308"} {
		f.Add([]byte(`{"n":` + n + `}`))
	}
	var e Encoder
	var d Decoder
	r := &Request{Kind: abi.KindFunction, Action: action.Run}
	f.Fuzz(func(t *testing.T, body []byte) {
		frame, _, err := e.Encode(r, body)
		if err != nil {
			return
		}
		in, err := abi.ReadRequest(frame)
		if err != nil {
			t.Fatal(err)
		}
		want := show(t, in.Input)
		d.Reset(r, 0, false)
		if err := d.ReadResult(append(abi.AppendValueHead(nil), in.Input...)); err != nil {
			if len(body) > abi.MaxResult/8 {
				return
			}
			t.Fatalf("%q: %v", body, err)
		}
		valid(t, d.Reply.Value)
		if got, err := args(t, abi.KindFunction, action.Run, string(d.Reply.Value)); err != nil || got != want {
			t.Fatalf("%q comes back as %s, which is %s, %v, want %s", body, d.Reply.Value, got, err, want)
		}
	})
}

// TestIntegers sends the integers around every power of two there and back.
func TestIntegers(t *testing.T) {
	var texts []string
	for shift := range 64 {
		for _, near := range []int64{-1, 0, 1} {
			if u := uint64(1)<<shift + uint64(near); shift > 0 {
				texts = append(texts, strconv.FormatUint(u, 10))
			}
			if i := -(int64(1) << shift) + near; i < 0 {
				texts = append(texts, strconv.FormatInt(i, 10))
			}
		}
	}
	texts = append(texts, strconv.FormatUint(math.MaxUint64, 10), strconv.FormatInt(math.MinInt64, 10))
	body := `{"n":[` + strings.Join(texts, ",") + `]}`
	var e Encoder
	frame, _, err := e.Encode(runFunction, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	in, err := abi.ReadRequest(frame)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := readAs(runFunction, 0, append(abi.AppendValueHead(nil), in.Input...))
	if err != nil || string(reply.Value) != body {
		t.Errorf("%s comes back as %s, %v", body, reply.Value, err)
	}
}
