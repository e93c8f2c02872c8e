package frame

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"skep/abi"
	"skep/abi/golden"
	"skep/host/internal/action"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

// declared is a schema with something of everything.
func declared(tb testing.TB) *schema.Schema {
	tb.Helper()
	s, err := schema.New([]schema.Field{
		{Name: "i", Type: schema.Integer, Enum: []any{int64(5), int64(-3)}},
		{Name: "s", Type: schema.String, Enum: []any{"m", "km"}},
		{Name: "n", Type: schema.Number, Required: true},
		{Name: "d", Default: int64(7)},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestRelayInput: a call is held to what the endpoint declares, in whatever widths it is written.
func TestRelayInput(t *testing.T) {
	function := &Request{Kind: abi.KindFunction}
	strict := &Request{Kind: abi.KindFunction, Schema: declared(t)}
	records := &Request{Kind: abi.KindRegression, Schema: declared(t)}
	json := &Request{Kind: abi.KindFunction, JSONInput: true}
	for _, c := range []struct {
		name  string
		r     *Request
		input string // raw
		want  string // the input of the request, raw; or
		err   string
	}{
		{"as it is", function, "\x82\xa1b\xcd\x00\x05\xa1a\x01", "\x82\xa1b\xcd\x00\x05\xa1a\x01", ""},
		{"a default", strict, "\x81\xa1n\x01", "\xdf\x00\x00\x00\x02\xa1n\x01\xa1d\x07", ""},
		{"a wide integer", strict, "\x82\xa1n\x01\xa1i\xcd\x00\x05",
			"\xdf\x00\x00\x00\x03\xa1n\x01\xa1i\xcd\x00\x05\xa1d\x07", ""},
		{"a wide negative", strict, "\x82\xa1n\x01\xa1i\xd1\xff\xfd",
			"\xdf\x00\x00\x00\x03\xa1n\x01\xa1i\xd1\xff\xfd\xa1d\x07", ""},
		{"a wide string", strict, "\x82\xd9\x01n\x01\xa1s\xd9\x02km",
			"\xdf\x00\x00\x00\x03\xa1n\x01\xa1s\xd9\x02km\xa1d\x07", ""},
		{"null", strict, "\x82\xa1n\x01\xa1i\xc0", "\xdf\x00\x00\x00\x03\xa1n\x01\xa1i\xc0\xa1d\x07", ""},
		{"JSON", json, "\x81\xa1a\x92\x01\xa2\xc3\xa9", "\xc4\x0e{\"a\":[1,\"é\"]}", ""},

		{"not allowed", strict, "\x82\xa1n\x01\xa1i\x06", "", `argument "i" is none of the allowed values 5, -3`},
		{"a huge integer", strict, "\x82\xa1n\x01\xa1i\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "", `argument "i" is none of`},
		{"missing", strict, "\x80", "", `argument "n" is missing`},
		{"another type", strict, "\x81\xa1n\xa1x", "", `argument "n" is a string, must be of type number`},
		{"of a record", records, "\x92\x81\xa1n\x01\x80", "", `feature "n" of item 1 is missing`},
		{"twice", function, "\x82\xa1a\x01\xa1a\x01", "", "a key that stands twice"},
		{"twice, declared", strict, "\x82\xa1n\x01\xa1n\x01", "", "a key that stands twice"},
		{"twice, inside", strict, "\x81\xa1n\x82\xa1a\x01\xa1a\x01", "", "a key that stands twice"},
		{"twice, JSON", json, "\x82\xa1a\x01\xa1a\x01", "", "a key that stands twice"},
		{"bytes", function, "\x81\xa1a\xc4\x01x", "", "a value that JSON does not have"},
		{"bytes in a record", records, "\x91\x82\xa1n\x01\xa1a\x91\xc4\x01x", "", "a value that JSON does not have"},
	} {
		r := *c.r
		r.Endpoint = "e"
		call := abi.Call{Records: r.Kind.TakesRecords(), Input: []byte(c.input)}
		var x Relay
		frame, err := x.Encode(&r, call, false)
		if c.err != "" {
			var bad *InputError
			if !errors.As(err, &bad) || !strings.Contains(bad.Error(), c.err) {
				t.Errorf("%s: %v, want %s", c.name, err, c.err)
			}
			continue
		}
		want := abi.AppendRequest(nil, abi.Request{Endpoint: "e", Kind: r.Kind, Input: []byte(c.want)})
		if err != nil || !bytes.Equal(frame, want) {
			t.Errorf("%s: %q, %v; want %q", c.name, frame, err, want)
		}
	}
}

// TestRelayOtherKind: records go to those that take them.
func TestRelayOtherKind(t *testing.T) {
	for _, k := range abi.Kinds() {
		var x Relay
		_, err := x.Encode(&Request{Kind: k}, abi.Call{Records: !k.TakesRecords(), Input: []byte{0x90}}, false)
		var bad *InputError
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", k, err)
		}
	}
}

// relayed sends a result frame through a Relay for a call of a kind with no records.
func relayed(x *Relay, k abi.Kind, custom bool, frame []byte) error {
	call := abi.Call{Records: k.TakesRecords(), Input: []byte{0x80}}
	if call.Records {
		call.Input = []byte{0x90}
	}
	if _, err := x.Encode(&Request{Kind: k}, call, custom); err != nil {
		return err
	}
	return x.ReadResult(frame)
}

// TestRelayResult: a caller gets what a client would, as a result frame.
func TestRelayResult(t *testing.T) {
	custom := abi.Result{Tag: abi.TagCustom, Status: 202, Body: []byte("x"), Headers: []abi.Header{
		{Name: "A", Value: "1"}, {Name: "Content-Length", Value: "9"}, {Name: "a", Value: "2"}}}
	cleaned := custom
	cleaned.ContentType = defaultContentType
	cleaned.Headers = []abi.Header{{Name: "A", Value: "1"}, {Name: "a", Value: "2"}}
	for _, c := range []struct {
		kind      abi.Kind
		got, want abi.Result
		status    int
		notes     int
	}{
		{abi.KindFunction, value("\x93\x01\xa1x\xc0"), value("\x93\x01\xa1x\xc0"), 200, 0},
		{abi.KindRegression, value("\x90"), value("\x90"), 200, 0},
		{abi.KindFunction, abi.Result{Tag: abi.TagJSON, Value: []byte(` [1, "x"]`)},
			value("\xdd\x00\x00\x00\x02\x01\xa1x"), 200, 0},
		{abi.KindForecast, abi.Result{Tag: abi.TagJSON, Value: []byte(`[{"forecast":1}]`)},
			value("\xdd\x00\x00\x00\x01\xdf\x00\x00\x00\x01\xa8forecast\x01"), 200, 0},
		{abi.KindFunction, abi.Result{Tag: abi.TagError, Status: 42, Message: "m"},
			abi.Result{Tag: abi.TagError, Status: 500, Message: "m", Type: defaultErrorType}, 500, 1},
		{abi.KindFunction, custom, cleaned, 202, 1},
	} {
		var x Relay
		if err := relayed(&x, c.kind, true, abi.AppendResult(nil, c.got)); err != nil {
			t.Errorf("%+v: %v", c.got, err)
			continue
		}
		status, frame := x.Result()
		if want := abi.AppendResult(nil, c.want); !bytes.Equal(frame, want) || status != c.status || len(x.Notes()) != c.notes {
			t.Errorf("%+v: %d %q, notes %q; want %d %q", c.got, status, frame, x.Notes(), c.status, want)
		}
	}
	var x Relay
	if err := relayed(&x, abi.KindFunction, false, abi.AppendResult(nil, custom)); !errors.Is(err, service.ErrCustomOff) {
		t.Errorf("custom response that is not granted: %v", err)
	}
	// Text that grows beyond the limit as MessagePack.
	long := abi.AppendResult(nil, abi.Result{Tag: abi.TagJSON, Value: []byte("[" + strings.Repeat("[],", 1<<20) + "[]]")})
	if err := relayed(&x, abi.KindFunction, false, long); !errors.Is(err, service.ErrGuestProtocol) {
		t.Errorf("a long text: %v", err)
	}
	x.Fail(404, "NotFound", "m")
	status, frame := x.Result()
	r, err := abi.ReadResult(frame)
	if status != 404 || err != nil || r.Status != 404 || r.Type != "NotFound" || r.Message != "m" {
		t.Errorf("a failure: %d %+v, %v", status, r, err)
	}
}

func value(raw string) abi.Result { return abi.Result{Tag: abi.TagValue, Value: []byte(raw)} }

// FuzzRelay says that whatever guests hand each other, the called one gets a frame that a client's request could have
// become, and the caller a result that a host gives; or each is refused as it should be.
func FuzzRelay(f *testing.F) {
	frames, err := golden.Read("../../../abi/testdata/golden")
	if err != nil {
		f.Fatal(err)
	}
	result := abi.AppendResult(nil, value("\x90"))
	for _, g := range frames {
		if g.Kind == golden.Call {
			f.Add(byte(0), g.Bytes, result)
			f.Add(byte(0x48), g.Bytes, result)
		} else if g.Kind == golden.Result {
			f.Add(byte(0), abi.AppendCall(nil, abi.Call{Input: []byte{0x80}}), g.Bytes)
		}
	}
	s := declared(f)
	var x Relay
	f.Fuzz(func(t *testing.T, flags byte, frame, result []byte) {
		call, err := abi.ReadCall(frame)
		if err != nil {
			return
		}
		kinds := abi.Kinds()
		r := &Request{Endpoint: "e", Kind: kinds[int(flags&7)%len(kinds)], JSONInput: flags&8 != 0}
		if flags&0x40 != 0 && !r.JSONInput {
			r.Schema = s
		}
		request, err := x.Encode(r, call, flags&0x80 != 0)
		if err != nil {
			var bad *InputError
			if !errors.As(err, &bad) {
				t.Fatalf("%q: %v", frame, err)
			}
			return
		}
		got, err := abi.ReadRequest(request)
		if err != nil || got.JSON != r.JSONInput || got.Kind != r.Kind {
			t.Fatalf("%q: a guest gets %+v, %v", frame, got, err)
		}
		checkRelayed(t, r, got)
		if err := x.ReadResult(result); err != nil {
			if !errors.Is(err, service.ErrGuestProtocol) && !errors.Is(err, service.ErrCustomOff) {
				t.Fatalf("%q: %v", result, err)
			}
			return
		}
		status, answer := x.Result()
		back, err := abi.ReadResult(answer)
		if err != nil || back.Tag == abi.TagJSON || status < 200 || status > 599 {
			t.Fatalf("%q: the caller gets %d %+v, %v", result, status, back, err)
		}
		var d Decoder
		d.Reset(r, x.decoder.Rows, true)
		if err := d.ReadResult(answer); err != nil {
			t.Fatalf("%q: the caller gets %q, %v", result, answer, err)
		}
	})
}

// checkRelayed holds the input of a request against what a client's would be: no repeated keys and no byte strings, and
// text that is the body of a request.
func checkRelayed(t *testing.T, r *Request, got abi.Request) {
	t.Helper()
	if got.JSON {
		plain := Request{Kind: r.Kind, Action: action.Whole(r.Kind)}
		var e Encoder
		if _, _, err := e.Encode(&plain, got.Input); err != nil && !strings.Contains(err.Error(), "nested deeper") {
			t.Fatalf("a guest gets %q, %v", got.Input, err)
		}
		return
	}
	var reader reader
	reader.reset(got.Input)
	if _, err := reader.appendJSON(nil, abi.MaxDepth); err != nil {
		t.Fatalf("a guest gets %q, %v", got.Input, err)
	}
}
