package activate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/manifest"
)

// compare tells how a reply differs from what a test query expects. What the manifest does not mention is not compared,
// but for the status.
func compare(want *manifest.Expect, got *frame.Reply) error {
	var problems []error
	differ := func(what string, want, got any) {
		problems = append(problems, fmt.Errorf("%s is %v, want %v", what, got, want))
	}
	status, contentType, body := 200, "application/json;charset=utf-8", got.Value
	switch got.Tag {
	case abi.TagError:
		status = got.Status
	case abi.TagCustom:
		status, contentType, body = got.Status, string(got.ContentType), got.Body
	}
	if status != want.Status {
		if got.Tag == abi.TagError {
			return fmt.Errorf("status is %d (%s: %s), want %d", status, got.Type, got.Message, want.Status)
		}
		differ("status", want.Status, status)
	}
	if want.Message != "" && want.Message != got.Message {
		differ("message", strconv.Quote(want.Message), strconv.Quote(got.Message))
	}
	if want.ErrorType != "" && want.ErrorType != got.Type {
		differ("error_type", want.ErrorType, got.Type)
	}
	if want.ContentType != "" && want.ContentType != contentType {
		differ("content_type", want.ContentType, contentType)
	}
	if want.Body != nil && *want.Body != string(body) {
		differ("body", strconv.Quote(*want.Body), strconv.Quote(string(body)))
	}
	if sum := sha256.Sum256(body); want.BodySHA256 != "" && !strings.EqualFold(want.BodySHA256, hex.EncodeToString(sum[:])) {
		differ("body_sha256", want.BodySHA256, hex.EncodeToString(sum[:]))
	}
	for _, value := range []struct {
		key  string
		want any
	}{{"response", want.Response}, {"result", want.Result}, {"results", want.Results}} {
		if value.want != nil {
			if err := compareJSON(value.key, value.want, body); err != nil {
				problems = append(problems, err)
			}
		}
	}
	if err := compareHeaders(want.Headers, got.Headers); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// compareHeaders wants each header to be there; those of one name in the order in which they are named.
func compareHeaders(want [][2]string, got []frame.Header) error {
	used := make([]bool, len(got))
	for _, w := range want {
		found := false
		for i, h := range got {
			if !used[i] && strings.EqualFold(w[0], string(h.Name)) {
				used[i], found = true, string(h.Value) == w[1]
				break
			}
		}
		if !found {
			return fmt.Errorf("header %s: %s is missing or not in its place", w[0], w[1])
		}
	}
	return nil
}

// compareJSON wants a value to hold what is expected: each key of a table, each item of a list, in order. Keys beyond
// those of a table are no difference.
func compareJSON(place string, want any, text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var got any
	if err := decoder.Decode(&got); err != nil {
		return fmt.Errorf("%s: the answer has no value", place)
	}
	return compareValue(place, want, got)
}

func compareValue(place string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			break
		}
		for key, w := range want {
			g, ok := got[key]
			if !ok {
				return fmt.Errorf("%s.%s is missing", place, key)
			}
			if err := compareValue(place+"."+key, w, g); err != nil {
				return err
			}
		}
		return nil
	case []any:
		got, ok := got.([]any)
		if !ok {
			break
		}
		if len(want) != len(got) {
			return fmt.Errorf("%s has %d items, want %d", place, len(got), len(want))
		}
		for i := range want {
			if err := compareValue(fmt.Sprintf("%s[%d]", place, i), want[i], got[i]); err != nil {
				return err
			}
		}
		return nil
	case int64:
		if n, ok := got.(json.Number); ok && sameNumber(n, strconv.FormatInt(want, 10), float64(want)) {
			return nil
		}
	case float64:
		if n, ok := got.(json.Number); ok && sameNumber(n, "", want) {
			return nil
		}
	default:
		if want == got {
			return nil
		}
	}
	return fmt.Errorf("%s is %s, want %s", place, inJSON(got), inJSON(want))
}

// sameNumber compares integers digit by digit and others as floats, so that 3 and 3.0 are the same.
func sameNumber(got json.Number, exact string, float float64) bool {
	if exact != "" && !strings.ContainsAny(string(got), ".eE") {
		return string(got) == exact
	}
	f, err := got.Float64()
	return err == nil && f == float
}

func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
