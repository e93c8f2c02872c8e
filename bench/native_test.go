package bench

import (
	"encoding/json"
	"net"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"skep/host"
)

// serveNative is what the host is compared with: handlers in Go that send the same bytes, behind the same HTTP server
// with the same time limits.
func serveNative(ln net.Listener) error {
	server := fasthttp.Server{
		Handler:                       handleNative,
		ReadTimeout:                   10 * time.Second,
		WriteTimeout:                  10 * time.Second,
		IdleTimeout:                   60 * time.Second,
		NoDefaultServerHeader:         true,
		NoDefaultContentType:          true,
		DisableHeaderNamesNormalizing: true,
	}
	return server.Serve(ln)
}

func handleNative(ctx *fasthttp.RequestCtx) {
	start := time.Now()
	ctx.Response.Header.Set("DSS-API-Version", "1")
	ctx.Response.Header.Set("DSS-Version", host.Version)
	switch {
	case !ctx.IsPost():
		ctx.Error("an endpoint is called by POST", fasthttp.StatusMethodNotAllowed)
	case string(ctx.Path()) == pathText:
		nativeText(ctx, start)
	case string(ctx.Path()) == pathPlain:
		nativePlain(ctx, start)
	default:
		ctx.Error("no such path", fasthttp.StatusNotFound)
	}
}

func nativeText(ctx *fasthttp.RequestCtx, start time.Time) {
	h := &ctx.Response.Header
	h.SetContentType("text/plain; charset=utf-8")
	ctx.Response.SetBodyString(greeting)
	h.Set("X-Service-Generation", generation)
	h.Set("X-Timing-PreProcessing", "0")
	h.Set("X-Timing-Wait", "0")
	h.Set("X-Timing-Execution", strconv.FormatInt(time.Since(start).Microseconds(), 10))
	h.Set("X-Timing-FunctionInternal", "0")
	h.Set("X-Timing-Fuel", "0")
}

// envelope is the reply that carries a value.
type envelope struct {
	Response map[string]any `json:"response"`
	Timing   timing         `json:"timing"`
	Context  apiContext     `json:"apiContext"`
}

type timing struct {
	PreProcessing    int64 `json:"preProcessing"`
	Wait             int64 `json:"wait"`
	Execution        int64 `json:"execution"`
	FunctionInternal int64 `json:"functionInternal"`
	Fuel             int64 `json:"fuel"`
}

type apiContext struct {
	Service    string `json:"serviceId"`
	Endpoint   string `json:"endpointId"`
	Generation string `json:"serviceGeneration"`
}

func nativePlain(ctx *fasthttp.RequestCtx, start time.Time) {
	args := map[string]any{}
	if body := ctx.Request.Body(); len(body) == 0 { // no arguments
	} else if err := json.Unmarshal(body, &args); err != nil {
		ctx.Error(err.Error(), fasthttp.StatusBadRequest)
		return
	}
	called := time.Now()
	reply, err := json.Marshal(envelope{
		Response: args,
		Timing: timing{
			PreProcessing:    called.Sub(start).Microseconds(),
			Execution:        time.Since(called).Microseconds(),
			FunctionInternal: time.Since(called).Microseconds(),
		},
		Context: apiContext{Service: service, Endpoint: "plain", Generation: generation},
	})
	if err != nil {
		ctx.Error(err.Error(), fasthttp.StatusInternalServerError)
		return
	}
	ctx.Response.Header.SetContentType("application/json;charset=utf-8")
	ctx.Response.SetBody(reply)
}
