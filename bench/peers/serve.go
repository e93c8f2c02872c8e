package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// The time limits of the host.
const (
	readTimeout = 10 * time.Second
	idleTimeout = 60 * time.Second
)

// serve is this program as the server that a peer's name says, until it is ended.
func serve(name, addr string) error {
	handlers, err := handlersOf(name)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	if name == "net/http" {
		server := http.Server{Handler: standard(handlers), ReadTimeout: readTimeout, WriteTimeout: readTimeout,
			IdleTimeout: idleTimeout}
		return server.Serve(ln)
	}
	server := fasthttp.Server{
		Handler:                       fast(handlers),
		ReadTimeout:                   readTimeout,
		WriteTimeout:                  readTimeout,
		IdleTimeout:                   idleTimeout,
		NoDefaultServerHeader:         true,
		NoDefaultContentType:          true,
		DisableHeaderNamesNormalizing: true,
	}
	return server.Serve(ln)
}

// handlersOf makes the handlers of a peer by path.
func handlersOf(name string) (map[string]handler, error) {
	switch name {
	case native, "net/http":
		return nativeHandlers(), nil
	case "wazero-fresh", "wazero-fresh-go":
		return guestHandlers(name, openWazeroFresh)
	case "wazero-reused":
		return guestHandlers(name, openWazeroReused)
	case "extism-fresh":
		return guestHandlers(name, openExtismFresh)
	case "extism-reused":
		return guestHandlers(name, openExtismReused)
	case "wasmtime-fresh":
		return guestHandlers(name, openWasmtimeFresh)
	case "wasmtime-pooling":
		return guestHandlers(name, openWasmtimePooling)
	case "wasmtime-reused":
		return guestHandlers(name, openWasmtimeReused)
	}
	return nil, fmt.Errorf("there is no server %q", name)
}

// fast is an HTTP handler for fasthttp.
func fast(handlers map[string]handler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		start := time.Now()
		handle := handlers[string(ctx.Path())]
		if handle == nil || !ctx.IsPost() {
			ctx.Error("no such path", fasthttp.StatusNotFound)
			return
		}
		if err := handle(fastExchange{ctx}, start); err != nil {
			ctx.Error(err.Error(), fasthttp.StatusBadRequest)
		}
	}
}

type fastExchange struct{ ctx *fasthttp.RequestCtx }

func (x fastExchange) header(name string) string { return string(x.ctx.Request.Header.Peek(name)) }
func (x fastExchange) body() []byte              { return x.ctx.Request.Body() }
func (x fastExchange) set(name, value string)    { x.ctx.Response.Header.Set(name, value) }

func (x fastExchange) send(contentType string, body []byte) {
	x.ctx.Response.Header.SetContentType(contentType)
	x.ctx.Response.SetBody(body)
}

// standard is an HTTP handler for net/http.
func standard(handlers map[string]handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		handle := handlers[r.URL.Path]
		if handle == nil || r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		x := standardExchange{w: w, r: r}
		var err error
		if x.read, err = readAll(r); err == nil {
			err = handle(&x, start)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}

// readAll reads a body whose length is known in one piece.
func readAll(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > 1<<20 {
		return nil, fmt.Errorf("a body of %d bytes", r.ContentLength)
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return nil, err
	}
	return body, nil
}

type standardExchange struct {
	w    http.ResponseWriter
	r    *http.Request
	read []byte
}

func (x *standardExchange) header(name string) string { return x.r.Header.Get(name) }
func (x *standardExchange) body() []byte              { return x.read }
func (x *standardExchange) set(name, value string)    { x.w.Header()[name] = []string{value} }

func (x *standardExchange) send(contentType string, body []byte) {
	h := x.w.Header()
	h["Content-Type"] = []string{contentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	if _, err := x.w.Write(body); err != nil {
		return // the client is gone
	}
}
