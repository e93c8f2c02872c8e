package ingress

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
	"skep/host/internal/service"
)

// canned is a guest that answers without allocating.
type canned []byte

func (c canned) Call(_ context.Context, _ []byte, result service.ResultReader) (service.Usage, error) {
	return service.Usage{}, result.ReadResult(c)
}

func (c canned) Drain() {}

func (c canned) Close() error { return nil }

// TestServeAllocatesNothing: what the data plane does for a good request costs no garbage, metadata and dispatch by
// weight included.
func TestServeAllocatesNothing(t *testing.T) {
	const alone = "SKEP_TEST_ALONE" // the HTTP server's pools learn from the tests that ran before
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestServeAllocatesNothing$", "-test.count=1")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	classify := endpoint("classify", canned(abi.AppendResult(nil, abi.Result{Tag: abi.TagJSON, Value: []byte(`[null]`)})))
	classify.Kind = abi.KindClassification
	r := registry(classify, endpoint("run", canned(abi.AppendResult(nil, value(abi.AppendInt(nil, 3))))),
		custom("custom", canned(abi.AppendResult(nil, customHello))))
	docs := *r.Lookup([]byte("docs"))
	docs.Others = []*service.Generation{{ID: "v2", Endpoints: docs.Active.Endpoints}}
	docs.Mapping = service.Mapping{{Generation: "v1", Weight: 0.5}, {Generation: "v2", Weight: 0.5}}
	r.Put(&docs)
	s := quietServer()
	s.Registry, s.Metadata = r, true
	for path, body := range map[string]string{"run/run": `{"a":1}`, "custom/run": `{}`, "classify/predict": `{"features":{"a":1.5}}`} {
		var ctx fasthttp.RequestCtx
		var request fasthttp.Request
		request.Header.SetMethod("POST")
		request.SetRequestURI("//public/api/v1/docs/" + path)
		request.SetBodyString(body)
		ctx.Init(&request, nil, nil)
		x := new(exchange)
		x.ctx.Context = context.Background()
		if n := testing.AllocsPerRun(100, func() {
			ctx.Response.Reset()
			ctx.Response.Header.DisableNormalizing()
			s.serve(&ctx, x, time.Time{})
			if ctx.Response.StatusCode() != 200 {
				t.Fatalf("%s: %s", path, ctx.Response.Body())
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", path, n)
		}
	}
}
