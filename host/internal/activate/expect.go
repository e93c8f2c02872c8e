package activate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"skep/abi"
	"skep/host/internal/frame"
	"skep/host/internal/manifest"
)

// compare tells how a reply differs from what a test query expects. What the manifest does not mention is not compared,
// but for the status. Body and its digest are those of a custom response or an error; for a value, which a client gets
// in an envelope with timings, they are those of the value's JSON.
func compare(want *manifest.Expect, got *frame.Reply) error {
	var problems []error
	differ := func(what string, want, got any) {
		problems = append(problems, fmt.Errorf("%s is %v, want %v", what, got, want))
	}
	status, contentType, body := 200, "application/json;charset=utf-8", got.Value
	switch got.Tag {
	case abi.TagError:
		status, body = got.Status, frame.AppendError(nil, got.Type, got.Message)
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
		differ("error_type", strconv.Quote(want.ErrorType), strconv.Quote(got.Type))
	}
	if want.ContentType != "" && want.ContentType != contentType {
		differ("content_type", strconv.Quote(want.ContentType), strconv.Quote(contentType))
	}
	if want.Body != nil && *want.Body != string(body) {
		differ("body", strconv.Quote(*want.Body), strconv.Quote(string(body)))
	}
	if want.BodySHA256 != "" {
		sum := sha256.Sum256(body)
		if digest := hex.EncodeToString(sum[:]); !strings.EqualFold(want.BodySHA256, digest) {
			differ("body_sha256", want.BodySHA256, digest)
		}
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
	headers := append([]frame.Header{{Name: []byte("Content-Type"), Value: []byte(contentType)}}, got.Headers...)
	if err := compareHeaders(want.Headers, headers); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// compareHeaders wants each header to be there; those of one name in the order in which they are named. Others may
// stand between them.
func compareHeaders(want [][2]string, got []frame.Header) error {
	next := make(map[string]int) // where to look on, by name
	for _, w := range want {
		name := strings.ToLower(w[0])
		i := next[name]
		for i < len(got) && !(strings.EqualFold(name, string(got[i].Name)) && string(got[i].Value) == w[1]) {
			i++
		}
		if i == len(got) {
			return fmt.Errorf("header %s: %s is missing or not in its place", w[0], w[1])
		}
		next[name] = i + 1
	}
	return nil
}
