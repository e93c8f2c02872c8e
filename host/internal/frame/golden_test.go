package frame

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"

	"skep/abi"
	"skep/abi/golden"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

// meaning is the JSON of a golden frame, the fields of all kinds together.
type meaning struct {
	Endpoint, Service, Generation, Kind, Infra string
	Config                                     map[string]string
	Resources                                  []string
	Request                                    *struct {
		Path    string
		Headers [][2]string
	}
	Args        json.RawMessage
	Records     []json.RawMessage
	ArgsJSON    *string `json:"args_json"`
	RecordsJSON *string `json:"records_json"`

	Tag         abi.Tag
	Value       json.RawMessage
	Status      int
	Message     string
	Type        string
	ContentType *string `json:"content_type"`
	BodyHex     string  `json:"body_hex"`
	Headers     [][2]string
	JSON        string
}

// TestGolden holds this package against the frames on which every host and every SDK must agree.
func TestGolden(t *testing.T) {
	frames, err := golden.Read("../../../abi/testdata/golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		t.Run(f.Name, func(t *testing.T) {
			var m meaning
			if f.Error == "" && f.Kind != golden.Value {
				if err := json.Unmarshal([]byte(f.JSON), &m); err != nil {
					t.Fatal(err)
				}
			}
			switch f.Kind {
			case golden.Value:
				reply, err := readAs(runFunction, 0, append(abi.AppendValueHead(nil), f.Bytes...))
				goldenValue(t, f, f.JSON, reply, err)
			case golden.Result:
				reply, err := readAs(runFunction, 0, f.Bytes)
				if m.Tag == abi.TagValue || f.Error != "" {
					goldenValue(t, f, string(m.Value), reply, err)
				} else {
					goldenReply(t, m, reply, err)
				}
			case golden.InitResult:
				kind, err := ReadInitResult(f.Bytes)
				if f.Error != "" && !errors.Is(err, service.ErrGuestProtocol) {
					t.Errorf("error %v, want ErrGuestProtocol", err)
				}
				if f.Error == "" && (err != nil || kind.String() != m.Kind) {
					t.Errorf("%v, error %v, want %s", kind, err, m.Kind)
				}
			case golden.Init:
				if f.Error == "" {
					goldenInit(t, f, m)
				}
			case golden.Request:
				if f.Error == "" {
					goldenRequest(t, f, m)
				}
			case golden.Call:
				goldenCall(t, f, m)
			default:
				t.Errorf("unknown kind %s", f.Kind)
			}
		})
	}
}

func goldenValue(t *testing.T, f golden.Frame, want string, reply *Reply, err error) {
	t.Helper()
	switch {
	case f.Error != "":
		if !errors.Is(err, service.ErrGuestProtocol) {
			t.Errorf("error %v, want ErrGuestProtocol for %s", err, f.Error)
		}
	case err != nil:
		t.Error(err)
	case string(reply.Value) != want:
		t.Errorf("value is %s, want %s", reply.Value, want)
	}
}

// goldenReply compares what a frame says with the reply. The frame's errors may have other statuses than a client gets,
// and its custom responses may name their type in two places.
func goldenReply(t *testing.T, m meaning, reply *Reply, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if reply.Tag != m.Tag {
		t.Errorf("tag is %v, want %v", reply.Tag, m.Tag)
	}
	switch m.Tag {
	case abi.TagError:
		if m.Type == "" {
			m.Type = defaultErrorType
		}
		if reply.Message != m.Message || reply.Type != m.Type || reply.Status != m.Status && len(reply.Notes) == 0 {
			t.Errorf("reply is %+v", reply)
		}
	case abi.TagJSON:
		if string(reply.Value) != m.JSON {
			t.Errorf("value is %s, want %s", reply.Value, m.JSON)
		}
	case abi.TagCustom:
		if body := hex.EncodeToString(reply.Body); body != m.BodyHex || reply.Status != m.Status {
			t.Errorf("status %d and body %s, want %d and %s", reply.Status, body, m.Status, m.BodyHex)
		}
		if m.ContentType != nil && *m.ContentType != "" && string(reply.ContentType) != *m.ContentType {
			t.Errorf("content type is %s, want %s", reply.ContentType, *m.ContentType)
		}
		var want []Header
		for _, h := range m.Headers {
			if h[0] != contentType {
				want = append(want, Header{[]byte(h[0]), []byte(h[1])})
			}
		}
		if got := showHeaders(reply.Headers); got != showHeaders(want) {
			t.Errorf("headers are\n%s\nwant\n%s", got, showHeaders(want))
		}
	}
}

// goldenCall has calls go where they ask for: what they carry arrives as it was.
func goldenCall(t *testing.T, f golden.Frame, m meaning) {
	t.Helper()
	call, err := abi.ReadCall(f.Bytes)
	if (err != nil) != (f.Error != "") {
		t.Fatalf("error %v, want %q", err, f.Error)
	}
	if err != nil {
		return
	}
	r := &Request{Endpoint: m.Endpoint, Kind: abi.KindFunction}
	if call.Records {
		r.Kind = abi.KindRegression
	}
	var x Relay
	frame, err := x.Encode(r, call, false)
	if err != nil {
		t.Fatal(err)
	}
	want := abi.AppendRequest(nil, abi.Request{Endpoint: m.Endpoint, Kind: r.Kind, Input: call.Input})
	if !bytes.Equal(frame, want) || x.decoder.Rows != len(m.Records) {
		t.Errorf("request is % x for %d rows, want % x for %d", frame, x.decoder.Rows, want, len(m.Records))
	}
}

func goldenInit(t *testing.T, f golden.Frame, m meaning) {
	t.Helper()
	in := abi.Init{Endpoint: m.Endpoint, Service: m.Service, Generation: m.Generation, Kind: abi.ParseKind(m.Kind),
		Infra: m.Infra, Config: m.Config, Resources: m.Resources}
	if got := AppendInit(nil, in); bytes.Equal(got, f.Bytes) != f.Canonical {
		t.Errorf("frame is % x, the file has % x and is canonical: %v", got, f.Bytes, f.Canonical)
	}
}

// goldenRequest makes the request of the file and compares what a guest reads from both.
func goldenRequest(t *testing.T, f golden.Frame, m meaning) {
	t.Helper()
	r := Request{Endpoint: m.Endpoint, Kind: abi.ParseKind(m.Kind), Action: action.Run}
	if m.Request != nil {
		r.HasMeta, r.Path = true, []byte(m.Request.Path)
		for _, h := range m.Request.Headers {
			r.Headers = append(r.Headers, Header{[]byte(h[0]), []byte(h[1])})
		}
	}
	body := []byte(m.Args)
	switch {
	case m.ArgsJSON != nil:
		r.JSONInput, body = true, []byte(*m.ArgsJSON)
	case m.RecordsJSON != nil:
		r.JSONInput, r.Action, body = true, action.PredictMulti, []byte(*m.RecordsJSON)
	case r.Kind.Predicts():
		r.Action = action.PredictMulti
		body = []byte(`{"items":[`)
		for i, record := range m.Records {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(append(append(body, `{"features":`...), record...), '}')
		}
		body = append(body, "]}"...)
	}
	var e Encoder
	frame, _, err := e.Encode(&r, body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := abi.ReadRequest(frame)
	if err != nil {
		t.Fatal(err)
	}
	want, err := abi.ReadRequest(f.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sameRequest(t, got, want)
	if f.Name == "request-from-json" && !bytes.Equal(frame, f.Bytes) {
		t.Errorf("frame is % x, want % x", frame, f.Bytes)
	}
}

// sameRequest compares what two frames say to a guest.
func sameRequest(t *testing.T, got, want abi.Request) {
	t.Helper()
	if got.Endpoint != want.Endpoint || got.Kind != want.Kind || got.JSON != want.JSON {
		t.Errorf("request is %+v, want %+v", got, want)
	}
	if (got.Meta == nil) != (want.Meta == nil) {
		t.Fatalf("metadata is %q, want %q", got.Meta, want.Meta)
	}
	if got.Meta != nil {
		g, err := abi.ReadMeta(got.Meta)
		if err != nil {
			t.Fatal(err)
		}
		w, err := abi.ReadMeta(want.Meta)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(abi.AppendMeta(nil, g), abi.AppendMeta(nil, w)) {
			t.Errorf("metadata is %+v, want %+v", g, w)
		}
	}
	if got.JSON {
		if !bytes.Equal(got.Input, want.Input) {
			t.Errorf("input is %q, want %q", got.Input, want.Input)
		}
		return
	}
	if g, w := show(t, got.Input), show(t, want.Input); g != w {
		t.Errorf("input is %s, want %s", g, w)
	}
}
