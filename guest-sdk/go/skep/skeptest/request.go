package skeptest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

func (q Request) withDefaults() Request {
	for _, field := range []struct {
		value *string
		empty string
	}{
		{&q.Service, "service"},
		{&q.Generation, "v1"},
		{&q.Endpoint, "endpoint"},
		{&q.Infra, "static"},
	} {
		if *field.value == "" {
			*field.value = field.empty
		}
	}
	return q
}

// frame is the request frame that a host would write.
func (q Request) frame(kind abi.Kind, action string, input any) ([]byte, error) {
	r := abi.Request{Endpoint: q.Endpoint, Kind: kind, JSON: q.JSON}
	if !q.NoMetadata {
		path := q.Path
		if path == "" {
			path = "/public/api/v1/" + q.Service + "/" + q.Endpoint + "/" + action
		}
		r.Meta = abi.AppendMeta(nil, abi.Meta{Path: path, Headers: q.Headers})
	}
	var err error
	if q.JSON {
		r.Input, err = jsonText(input)
	} else {
		r.Input, err = msgpack(input)
	}
	if err != nil {
		return nil, err
	}
	frame := abi.AppendRequest(nil, r)
	if _, err := abi.ReadRequest(frame); err != nil {
		return nil, fmt.Errorf("the arguments or records must be maps or structs: %w", err)
	}
	return frame, nil
}

func msgpack(input any) ([]byte, error) {
	if input == nil {
		input = map[string]any{}
	}
	var encoder codec.Encoder
	raw, err := encoder.Append(nil, input, 0)
	if err != nil {
		return nil, fmt.Errorf("the arguments cannot be encoded: %w", err)
	}
	return raw, nil
}

func jsonText(input any) ([]byte, error) {
	switch text := input.(type) {
	case nil:
		return []byte("{}"), nil
	case string:
		return []byte(text), nil
	case []byte:
		return text, nil
	}
	text, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("the arguments cannot be encoded: %w", err)
	}
	return text, nil
}

// fromJSON is JSON text as the same Go types that a MessagePack value becomes.
func fromJSON(text []byte) (any, error) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, errors.New("RawJSON is no JSON text: " + err.Error())
	}
	return integers(v), nil
}

// integers turns the numbers of a JSON value that are integers into int64.
func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = integers(v[key])
		}
	}
	return v
}
