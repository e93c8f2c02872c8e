package manifest

// Test is a test query: a request and what its answer must be.
type Test struct {
	Name    string
	Action  string         // last part of the URL, of those that [Actions] lists
	Headers [][2]string    // name and value, in order
	Body    map[string]any // the request's JSON object; never nil
	Expect  Expect
	Warmup  bool // the query also warms the module up; true unless said otherwise
}

// Expect is what the answer to a test query must be. What is not given is not compared; the status always is.
//
// Values are those of JSON: map[string]any, []any, int64, float64, string and bool. TOML knows no null, so nil always
// means that nothing was given.
type Expect struct {
	Status      int         // 200 unless said otherwise
	Response    any         // value of a function or a query
	Result      any         // value of an action that asks for one record
	Results     any         // values of the other actions
	ContentType string      // whole value of the header; "" is not given
	Headers     [][2]string // each must be present, values of equal names in this order
	Body        *string     // whole body as text; nil is not given
	BodySHA256  string      // digest of the whole body, in lower-case hex; "" is not given
	ErrorType   string      // errorType of an error body; "" is not given
	Message     string      // message of an error body; "" is not given
}
