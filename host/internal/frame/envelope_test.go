package frame

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"skep/host/internal/action"
)

func TestAppendEnvelope(t *testing.T) {
	timing := Timing{PreProcessing: 1500 * time.Nanosecond, Wait: 2 * time.Microsecond, Execution: 3 * time.Millisecond,
		FunctionInternal: -4, Preparation: 6 * time.Microsecond, Prediction: time.Second,
		Fuel: 1 << 63}
	who := Context{"s\"1", "e", "v1.2"}
	const tail = `"apiContext":{"serviceId":"s\"1","endpointId":"e","serviceGeneration":"v1.2"}}`
	for _, c := range []struct {
		a    action.Action
		want string
	}{
		{action.Run, `{"response":[1],"timing":{"preProcessing":1,"wait":2,"execution":3000,"functionInternal":0,"fuel":9223372036854775808},` + tail},
		{action.Predict, `{"result":[1],"timing":{"preProcessing":1,"wait":2,"enrich":0,"preparation":6,` +
			`"prediction":1000000,"postProcessing":0,"fuel":9223372036854775808},` + tail},
		{action.PredictMulti, `{"results":[1],"timing":{"preProcessing":1,"wait":2,"enrich":0,"preparation":6,` +
			`"prediction":1000000,"postProcessing":0,"fuel":9223372036854775808},` + tail},
	} {
		got := AppendEnvelope([]byte("x"), c.a, []byte("[1]"), timing, who)
		if string(got) != "x"+c.want {
			t.Errorf("%v: %s, want %s", c.a, got, c.want)
		}
		valid(t, got[1:])
	}
}

func TestAppendError(t *testing.T) {
	got := AppendError([]byte("x"), "T", "a \"b\" <c>")
	want := `x{"errorType":"T","message":"a \"b\" <c>","detailedMessage":"a \"b\" <c>"}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, s := range []string{"", "\xff", "a\xc3", "\xed\xa0\x80", "\x00\x1f\x7f", "\u2028",
		strings.Repeat("\xff\n", 1000)} {
		text := AppendError(nil, s, s)
		var body struct{ ErrorType, Message, DetailedMessage string }
		if err := json.Unmarshal(text, &body); err != nil {
			t.Errorf("%q: %s: %v", s, text, err)
		}
		if !utf8.Valid(text) {
			t.Errorf("%q: %q is not UTF-8", s, text)
		}
		if utf8.ValidString(s) && (body.ErrorType != s || body.Message != s || body.DetailedMessage != s) {
			t.Errorf("%q: %+v", s, body)
		}
	}
}
