// Package skeptest runs the handler of an endpoint in go test, without WebAssembly and without a host. Requests and
// results pass through the same frames as in a host, so what cannot be sent fails here too. It does not know the
// endpoint's manifest: the host's checks of it, time and memory limits and the reset of memory between requests are not
// played.
//
//	func TestSum(t *testing.T) {
//		r := skeptest.Run(t, map[string]any{"p1": 1, "p2": 2})
//		if r.Status != 200 || r.Value != 3.0 {
//			t.Fatalf("got %+v", r)
//		}
//	}
package skeptest

import (
	"sync"
	"testing"

	"skep/abi"
	"skep/guest-sdk/go/skep"
	"skep/guest-sdk/go/skep/internal/inproc"
)

// Run calls the registered function or query with these arguments: nil, a map or a struct. A handler that cannot be called, and
// a result that no host would take, fail the test.
func Run(t testing.TB, args any) Result {
	t.Helper()
	return Request{}.Run(t, args)
}

// Predict calls the registered classifier, regressor or other handler of records with these records, each a map or a
// struct.
func Predict(t testing.TB, records ...any) Result {
	t.Helper()
	return Request{}.Predict(t, records...)
}

// Request is what is around the arguments. The zero Request has no headers, but tells so: a handler can read them.
type Request struct {
	Headers    skep.Headers // of the HTTP request
	Path       string       // of the HTTP request; empty: that of the endpoint
	NoMetadata bool         // headers and path are not told to the handler

	Service    string            // id; empty is "service"
	Generation string            // id; empty is "v1"
	Endpoint   string            // id; empty is "endpoint"
	Infra      string            // infrastructure type; empty is "static"
	Config     map[string]string // the manifest's [config]
	Resources  []string          // folders with the endpoint's files

	// JSON plays a manifest with input = "json". Arguments are turned into JSON text; a string or []byte is that text.
	JSON bool

	// Self stands for the other endpoints of the service, by id, when the handler calls them. Each gets the arguments, a
	// map[string]any, or the records, a []any, in the types of [Result.Value]. It returns what a handler may: a value, a
	// *skep.Response or an error. A call of an endpoint that is not here is answered with 404.
	Self map[string]func(input any) (any, error)
}

// Run is [Run] with this request.
func (q Request) Run(t testing.TB, args any) Result {
	t.Helper()
	return q.call(t, "run", args)
}

// Predict is [Predict] with this request.
func (q Request) Predict(t testing.TB, records ...any) Result {
	t.Helper()
	if records == nil {
		records = []any{}
	}
	return q.call(t, "predict", records)
}

// running is held during a call: a module serves one request at a time, and its log lines go to one result.
var running sync.Mutex

func (q Request) call(t testing.TB, action string, input any) Result {
	t.Helper()
	if inproc.Open == nil {
		t.Fatal("skeptest: handlers are tested natively; unset GOOS and GOARCH")
	}
	q = q.withDefaults()
	running.Lock()
	defer running.Unlock()
	var lines []Line
	inproc.Log = func(level abi.Level, text string) { lines = append(lines, newLine(level, text)) }
	inproc.Self = q.answerSelf
	defer func() { inproc.Log, inproc.Self = nil, nil }()

	module := inproc.Open()
	kind := start(t, module, q)
	if (action == "predict") != kind.TakesRecords() {
		t.Fatalf("skeptest: the handler is a %s; call it with the other one of Run and Predict", kind)
	}
	frame, err := q.frame(kind, action, input)
	if err != nil {
		t.Fatalf("skeptest: %v", err)
	}
	raw, err := abi.ReadResult(module.Call(frame))
	if err != nil {
		t.Fatalf("skeptest: the handler's result is broken: %v", err)
	}
	result, err := newResult(kind, raw)
	if err != nil {
		t.Fatalf("skeptest: the handler's result is broken: %v", err)
	}
	result.Log = lines
	for i := range frame { // as the next request would, so that a handler that keeps a part of it is found out
		frame[i] = 0xc1
	}
	return result
}

// start initialises a module as a host does and tells what it is.
func start(t testing.TB, module inproc.Module, q Request) abi.Kind {
	t.Helper()
	result, err := abi.ReadResult(module.Init(abi.AppendInit(nil, abi.Init{
		Endpoint:   q.Endpoint,
		Service:    q.Service,
		Generation: q.Generation,
		Kind:       abi.KindFunction, // what a manifest says; the module tells its own
		Infra:      q.Infra,
		Config:     q.Config,
		Resources:  q.Resources,
	})))
	if err != nil {
		t.Fatalf("skeptest: the module's answer to init is broken: %v", err)
	}
	if result.Tag == abi.TagError {
		t.Fatalf("skeptest: the module does not start: %s", result.Message)
	}
	kind, err := abi.ReadInitResult(result.Value)
	if err != nil {
		t.Fatalf("skeptest: the module's answer to init is broken: %v", err)
	}
	return kind
}
