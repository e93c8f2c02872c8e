package host_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// reader makes the result of an answer that is no error.
type reader func(a answer) (result any, err error)

// exception is what the outcome of a call begins with that the client makes its exception of. What requests raises when
// an answer is not JSON is another, and not what callers catch.
const (
	exception = "DataikuException"
	notJSON   = "JSONDecodeError"
)

// outcome is what the client makes of an answer, by the rules of its code.
func (c conformance) outcome(t *testing.T, a answer) string {
	t.Helper()
	if a.StatusCode >= 400 {
		var fields map[string]any
		if err := json.Unmarshal(a.body, &fields); err != nil {
			return exception + ": Unknown error: " + string(a.body)
		}
		text := func(names ...string) any {
			for _, name := range names[:len(names)-1] {
				if v, ok := fields[name]; ok {
					return v
				}
			}
			return names[len(names)-1]
		}
		return fmt.Sprintf("%s: %v: %v", exception, text("errorType", "Unknown error"),
			text("detailedMessage", "message", "No message"))
	}
	if a.StatusCode >= 300 {
		t.Errorf("a redirect to %s, which the client follows without the body", a.Header.Get("Location"))
	}
	result, err := c.read(a)
	if err != nil {
		return notJSON
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	got, err := canonical(text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// asJSON is what most methods do. Text that is not JSON's type is decoded as Latin 1 unless the type says another.
func asJSON(a answer) (any, error) {
	if !json.Valid(a.body) {
		return nil, fmt.Errorf("not JSON: %s", a.body)
	}
	kind, parameters, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if kind != "application/json" && parameters["charset"] != "utf-8" {
		return nil, fmt.Errorf("%s says no charset", kind)
	}
	return json.RawMessage(a.body), nil
}

// asNothing is what the methods without result do.
func asNothing(answer) (any, error) { return nil, nil }

func asText(a answer) (any, error) { return string(a.body), nil }

func asType(a answer) (any, error) { return a.Header.Get("Content-Type"), nil }

// within takes a part of the answer.
func within(part func(fields map[string]json.RawMessage) (any, error)) reader {
	return func(a answer) (any, error) {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(a.body, &fields); err != nil {
			return nil, err
		}
		return part(fields)
	}
}

var asGenerations = within(func(fields map[string]json.RawMessage) (any, error) { return fields["generations"], nil })

// asFirst takes the only result, which there must be for the client.
var asFirst = within(func(fields map[string]json.RawMessage) (any, error) {
	var results []json.RawMessage
	if err := json.Unmarshal(fields["results"], &results); err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, errors.New("no results")
	}
	return results[0], nil
})

// asWhole is what calls.py makes of a custom response.
func asWhole(a answer) (any, error) {
	headers := [][2]string{}
	for _, name := range []string{"Content-Encoding", "Machin", "Set-Cookie"} {
		for _, value := range a.Header[http.CanonicalHeaderKey(name)] {
			headers = append(headers, [2]string{name, value})
		}
	}
	slices.SortStableFunc(headers, func(x, y [2]string) int { return strings.Compare(x[0], y[0]) })
	return map[string]any{"status": a.StatusCode, "type": a.Header.Get("Content-Type"), "headers": headers,
		"body": hex.EncodeToString(a.body)}, nil
}

// blur takes out of a result what differs each time, and puts there what is always true of it.
func blur(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = blur(v[i])
		}
	case map[string]any:
		for name, field := range v {
			switch name {
			case "timing":
				v[name] = kindsOf(field)
			case "createdOn", "heapBytes", "memoryBudgetBytes", "memoryBudgetUsedBytes", "connections", "goroutines", "uptimeSeconds", "go":
				v[name] = kindOf(field)
			default:
				v[name] = blur(field)
			}
		}
	case string:
		switch {
		case strings.HasPrefix(v, "skep_") && len(v) == 48:
			return "KEY"
		case len(v) == 13 && v[0] == 'k' && strings.Trim(v[1:], "0123456789abcdef") == "":
			return "ID"
		}
	}
	return v
}

// kindsOf says what the fields of an object are.
func kindsOf(v any) any {
	fields, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for name, field := range fields {
		fields[name] = kindOf(field)
	}
	return fields
}

func kindOf(v any) string {
	n, ok := v.(json.Number)
	switch {
	case !ok:
		return fmt.Sprintf("%T", v)
	case strings.Trim(n.String(), "0123456789") == "":
		return "count" // an integer that is not negative
	}
	return "number"
}

// canonical is JSON in one form, whoever wrote it: blurred, without blanks, its keys in order.
func canonical(text []byte) (string, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	if _, err := d.Token(); err != io.EOF {
		return "", fmt.Errorf("there is something after the end: %w", err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(blur(v))
	return strings.TrimSpace(b.String()), err
}
