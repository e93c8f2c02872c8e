package frame

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/service"
)

func TestAppendInit(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	config := map[string]string{}
	for c := range 40 {
		config[string(rune('a'+c))] = long[:c*10]
	}
	for _, in := range []abi.Init{
		{Kind: abi.KindFunction},
		{Endpoint: "e", Service: "s", Generation: "v1", Kind: abi.KindRegression, Infra: "static",
			Config: map[string]string{"b": "2", "a": "é", "": ""}, Resources: []string{"/data", "/model"}},
		{Endpoint: long, Kind: abi.KindClassification, Config: config, Resources: make([]string, 20)},
	} {
		got, want := AppendInit([]byte("x"), in), abi.AppendInit([]byte("x"), in)
		if !bytes.Equal(got, want) {
			t.Errorf("%.100v: frame %.100q, the guest's codec writes %.100q", in, got, want)
		}
	}
}

func TestReadInitResult(t *testing.T) {
	for _, want := range abi.Kinds() {
		for _, value := range []any{
			object{{"kind", want.String()}},
			object{{"sdk", object{{"name", "x"}, {"kind", 1}}}, {"kind", want.String()}, {"n", list{1}}},
		} {
			got, err := ReadInitResult(result(t, abi.TagValue, value))
			if err != nil || got != want {
				t.Errorf("%v: %v, error %v, want %v", value, got, err, want)
			}
		}
	}
}

func TestInitRefused(t *testing.T) {
	_, err := ReadInitResult(result(t, abi.TagError, 500, "no handler is registered", "SetupError"))
	var refused *InitError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v, want an InitError", err)
	}
	if *refused != (InitError{500, "no handler is registered", "SetupError"}) {
		t.Errorf("got %+v", *refused)
	}
	if want := "the module refuses to start: no handler is registered"; err.Error() != want {
		t.Errorf("text is %q, want %q", err, want)
	}
}

func TestBrokenInitResults(t *testing.T) {
	kind := object{{"kind", "function"}}
	for name, frame := range map[string][]byte{
		"empty":          nil,
		"zeroed":         make([]byte, 8),
		"no tag":         pack(t, nil, list{}),
		"nil":            result(t, abi.TagValue, nil),
		"string":         result(t, abi.TagValue, "function"),
		"no kind":        result(t, abi.TagValue, object{{"a", 1}}),
		"unknown kind":   result(t, abi.TagValue, object{{"kind", "cluster"}}),
		"kind int":       result(t, abi.TagValue, object{{"kind", 1}}),
		"kind twice":     result(t, abi.TagValue, append(kind, kind...)),
		"bytes inside":   result(t, abi.TagValue, append(kind, pair{"a", []byte("x")})),
		"two values":     result(t, abi.TagValue, kind, kind),
		"trailing":       append(result(t, abi.TagValue, kind), 0),
		"JSON":           result(t, abi.TagJSON, []byte(`{"kind":"function"}`)),
		"custom":         result(t, abi.TagCustom, 200, nil, "", list{}),
		"error cut":      result(t, abi.TagError, 500),
		"error trailing": append(result(t, abi.TagError, 500, "m"), 0),
		"65 deep":        result(t, abi.TagValue, append(kind, pair{"a", nested(t, 64, false)})),
		"too long":       result(t, abi.TagValue, append(kind, pair{"a", strings.Repeat("x", abi.MaxResult)})),
	} {
		if kind, err := ReadInitResult(frame); !errors.Is(err, service.ErrGuestProtocol) || kind != 0 {
			t.Errorf("%s: %v, error %v, want ErrGuestProtocol", name, kind, err)
		}
	}
}
