package abi_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"

	"skep/abi"
	"skep/abi/golden"
)

// reasons are the words of the golden files for what is wrong.
var reasons = map[string]error{
	"short":    abi.ErrShort,
	"trailing": abi.ErrTrailing,
	"type":     abi.ErrType,
	"range":    abi.ErrRange,
	"depth":    abi.ErrDepth,
	"utf8":     abi.ErrUTF8,
	"format":   abi.ErrFormat,
	"tag":      abi.ErrTag,
	"field":    abi.ErrField,
	"size":     abi.ErrSize,
}

func readGolden(tb testing.TB) []golden.Frame {
	tb.Helper()
	frames, err := golden.Read("testdata/golden")
	if err != nil {
		tb.Fatal(err)
	}
	return frames
}

func TestGolden(t *testing.T) {
	shown := map[string]bool{}
	for _, f := range readGolden(t) {
		t.Run(f.Name, func(t *testing.T) {
			got, err := decodeFrame(f.Kind, f.Bytes)
			if f.Error != "" {
				shown[f.Error] = true
				want := reasons[f.Error]
				if want == nil {
					t.Fatalf("the file gives an unknown reason %q", f.Error)
				}
				if !errors.Is(err, want) {
					t.Fatalf("got %q and error %v, want error %v", got, err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got != f.JSON {
				t.Errorf("decoded to\n%s\nwant\n%s", got, f.JSON)
			}
			encoded, err := encodeFrame(f.Kind, f.JSON)
			if err != nil {
				t.Fatal(err)
			}
			if same := bytes.Equal(encoded, f.Bytes); same != f.Canonical {
				t.Errorf("encoded to % x\nfile has   % x\ncanonical is %v", encoded, f.Bytes, f.Canonical)
			}
			if again, err := decodeFrame(f.Kind, encoded); err != nil || again != f.JSON {
				t.Errorf("decoding what was encoded gives %s, %v", again, err)
			}
		})
	}
	for word := range reasons {
		if !shown[word] {
			t.Errorf("no golden file is refused as %q", word)
		}
	}
}

// TestGoldenTags says that every tag has a golden frame.
func TestGoldenTags(t *testing.T) {
	seen := map[abi.Tag]bool{}
	for _, f := range readGolden(t) {
		if f.Kind == golden.Result && f.Error == "" {
			r, _ := abi.ReadResult(f.Bytes)
			seen[r.Tag] = true
		}
	}
	for tag := abi.Tag(1); tag.String() != "invalid"; tag++ {
		if !seen[tag] {
			t.Errorf("tag %d (%v) has no golden frame", tag, tag)
		}
	}
}

// meaning is the JSON of a golden frame, the fields of all kinds together.
type meaning struct {
	Tag         abi.Tag           `json:"tag,omitempty"`
	Endpoint    *string           `json:"endpoint,omitempty"`
	Service     *string           `json:"service,omitempty"`
	Generation  *string           `json:"generation,omitempty"`
	Kind        string            `json:"kind,omitempty"`
	Infra       *string           `json:"infra,omitempty"`
	Config      map[string]string `json:"config,omitzero"`
	Resources   []string          `json:"resources,omitzero"`
	Request     json.RawMessage   `json:"request,omitempty"`
	Args        json.RawMessage   `json:"args,omitempty"`
	Records     json.RawMessage   `json:"records,omitempty"`
	ArgsJSON    *string           `json:"args_json,omitempty"`
	RecordsJSON *string           `json:"records_json,omitempty"`
	Value       json.RawMessage   `json:"value,omitempty"`
	Status      *int              `json:"status,omitempty"`
	Message     *string           `json:"message,omitempty"`
	Type        string            `json:"type,omitempty"`
	ContentType json.RawMessage   `json:"content_type,omitempty"`
	BodyHex     *string           `json:"body_hex,omitempty"`
	Headers     [][2]string       `json:"headers,omitzero"`
	JSON        *string           `json:"json,omitempty"`
}

type metaMeaning struct {
	Path    string      `json:"path"`
	Headers [][2]string `json:"headers"`
}

// decodeFrame gives the meaning of a frame as canonical JSON.
func decodeFrame(kind string, frame []byte) (string, error) {
	var m meaning
	switch kind {
	case golden.Value:
		rest, err := abi.Skip(frame)
		if err == nil && len(rest) > 0 {
			err = abi.ErrTrailing
		}
		if err != nil {
			return "", err
		}
		return valueToJSON(frame), nil
	case golden.Init:
		in, err := abi.ReadInit(frame)
		if err != nil {
			return "", err
		}
		m = meaning{Endpoint: &in.Endpoint, Service: &in.Service, Generation: &in.Generation, Kind: in.Kind.String(),
			Infra: &in.Infra, Config: map[string]string{}, Resources: append([]string{}, in.Resources...)}
		for k, v := range in.Config {
			m.Config[k] = v
		}
	case golden.InitResult:
		r, err := abi.ReadResult(frame)
		if err != nil {
			return "", err
		}
		k, err := abi.ReadInitResult(r.Value)
		if err != nil {
			return "", err
		}
		m = meaning{Kind: k.String()}
	case golden.Request:
		r, err := abi.ReadRequest(frame)
		if err != nil {
			return "", err
		}
		if m, err = requestMeaning(r); err != nil {
			return "", err
		}
	case golden.Call:
		c, err := abi.ReadCall(frame)
		if err != nil {
			return "", err
		}
		m = meaning{Endpoint: &c.Endpoint}
		if c.Records {
			m.Records = json.RawMessage(valueToJSON(c.Input))
		} else {
			m.Args = json.RawMessage(valueToJSON(c.Input))
		}
	case golden.Result:
		r, err := abi.ReadResult(frame)
		if err != nil {
			return "", err
		}
		m = resultMeaning(r)
	default:
		return "", errors.New("unknown kind of frame " + kind)
	}
	return marshal(m), nil
}

func requestMeaning(r abi.Request) (meaning, error) {
	m := meaning{Endpoint: &r.Endpoint, Kind: r.Kind.String(), Request: json.RawMessage("null")}
	if r.Meta != nil {
		meta, err := abi.ReadMeta(r.Meta)
		if err != nil {
			return m, err
		}
		m.Request = json.RawMessage(marshal(metaMeaning{meta.Path, pairs(meta.Headers)}))
	}
	text := string(r.Input)
	switch {
	case r.JSON && r.Kind.TakesRecords():
		m.RecordsJSON = &text
	case r.JSON:
		m.ArgsJSON = &text
	case r.Kind.TakesRecords():
		m.Records = json.RawMessage(valueToJSON(r.Input))
	default:
		m.Args = json.RawMessage(valueToJSON(r.Input))
	}
	return m, nil
}

func resultMeaning(r abi.Result) meaning {
	m := meaning{Tag: r.Tag}
	switch r.Tag {
	case abi.TagValue:
		m.Value = json.RawMessage(valueToJSON(r.Value))
	case abi.TagError:
		m.Status, m.Message, m.Type = &r.Status, &r.Message, r.Type
	case abi.TagCustom:
		body := hex.EncodeToString(r.Body)
		m.Status, m.BodyHex, m.Headers = &r.Status, &body, pairs(r.Headers)
		m.ContentType = json.RawMessage("null")
		if r.ContentType != "" {
			m.ContentType = json.RawMessage(marshal(r.ContentType))
		}
	case abi.TagJSON:
		text := string(r.Value)
		m.JSON = &text
	}
	return m
}

// encodeFrame is the reverse of decodeFrame, by the Append functions.
func encodeFrame(kind, text string) ([]byte, error) {
	if kind == golden.Value {
		return jsonToValue(text)
	}
	var m meaning
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, err
	}
	switch kind {
	case golden.Init:
		return abi.AppendInit(nil, abi.Init{Endpoint: *m.Endpoint, Service: *m.Service, Generation: *m.Generation,
			Kind: abi.ParseKind(m.Kind), Infra: *m.Infra, Config: m.Config, Resources: m.Resources}), nil
	case golden.InitResult:
		return abi.AppendInitResult(nil, abi.ParseKind(m.Kind)), nil
	case golden.Request:
		return encodeRequest(m)
	case golden.Result:
		return encodeResult(m)
	case golden.Call:
		input, err := jsonToValue(string(m.Args) + string(m.Records))
		return abi.AppendCall(nil, abi.Call{Endpoint: *m.Endpoint, Records: m.Records != nil, Input: input}), err
	}
	return nil, errors.New("unknown kind of frame " + kind)
}

func encodeRequest(m meaning) ([]byte, error) {
	r := abi.Request{Endpoint: *m.Endpoint, Kind: abi.ParseKind(m.Kind)}
	var meta *metaMeaning
	if err := json.Unmarshal(m.Request, &meta); err != nil {
		return nil, err
	}
	if meta != nil {
		r.Meta = abi.AppendMeta(nil, abi.Meta{Path: meta.Path, Headers: headers(meta.Headers)})
	}
	var err error
	switch {
	case m.ArgsJSON != nil:
		r.JSON, r.Input = true, []byte(*m.ArgsJSON)
	case m.RecordsJSON != nil:
		r.JSON, r.Input = true, []byte(*m.RecordsJSON)
	case m.Args != nil:
		r.Input, err = jsonToValue(string(m.Args))
	default:
		r.Input, err = jsonToValue(string(m.Records))
	}
	return abi.AppendRequest(nil, r), err
}

func encodeResult(m meaning) ([]byte, error) {
	r := abi.Result{Tag: m.Tag, Type: m.Type}
	var err error
	switch m.Tag {
	case abi.TagValue:
		r.Value, err = jsonToValue(string(m.Value))
	case abi.TagError:
		r.Status, r.Message = *m.Status, *m.Message
	case abi.TagCustom:
		r.Status, r.Headers = *m.Status, headers(m.Headers)
		if r.Body, err = hex.DecodeString(*m.BodyHex); err == nil {
			err = json.Unmarshal(m.ContentType, &r.ContentType)
		}
	case abi.TagJSON:
		r.Value = []byte(*m.JSON)
	}
	return abi.AppendResult(nil, r), err
}

func pairs(headers []abi.Header) [][2]string {
	list := make([][2]string, 0, len(headers))
	for _, h := range headers {
		list = append(list, [2]string{h.Name, h.Value})
	}
	return list
}

func headers(pairs [][2]string) []abi.Header {
	var list []abi.Header
	for _, p := range pairs {
		list = append(list, abi.Header{Name: p[0], Value: p[1]})
	}
	return list
}
