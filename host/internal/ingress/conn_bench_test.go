package ingress

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"skep/abi"
)

// hello is a request as clients send it.
const hello = "POST /public/api/v1/docs/hello/run HTTP/1.1\r\nHost: 127.0.0.1:12000\r\nUser-Agent: python-requests/2.32.3\r\n" +
	"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n" +
	"Authorization: Basic c2VjcmV0LWtleS1vZi1hLWNsaWVudDo=\r\nContent-Length: 16\r\n\r\n{\"name\":\"world\"}"

func helloServer() *Server {
	s := New(Config{Access: public{}, Version: "9.9.9", Log: slog.New(slog.DiscardHandler),
		Registry: registry(endpoint("hello", answers(value(abi.AppendString(nil, "hello")))))})
	s.http.MaxRequestsPerConn = 0
	return s
}

// unguarded is the HTTP server with the same handler, and nothing between it and the client.
func unguarded() *fasthttp.Server {
	s := helloServer()
	return &fasthttp.Server{
		Handler: func(ctx *fasthttp.RequestCtx) {
			start := time.Now()
			x := s.exchanges.Get().(*exchange)
			defer s.recovered(ctx, x)
			x.ctx.id = appendRequestID(x.ctx.id[:0], namesUnknown, &ctx.Request.Header)
			s.identify(ctx, x.ctx.id)
			x.names = namesUnknown
			s.serve(ctx, x, start)
			ctx.Response.SetBody(ctx.Response.Body()) // it is the exchange's
			x.giveBack()
		},
		Logger: quiet{}, ReadBufferSize: largeBuffer, MaxRequestBodySize: 16 << 20, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, NoDefaultServerHeader: true, NoDefaultContentType: true,
		DisablePreParseMultipartForm: true, DisableHeaderNamesNormalizing: true, CloseOnShutdown: true,
	}
}

// BenchmarkRequest is one request and its answer on a connection that stays: with the connection that reads strictly
// before the HTTP server, and without.
func BenchmarkRequest(b *testing.B) {
	for name, s := range map[string]interface {
		Serve(net.Listener) error
		Shutdown() error
	}{"strict": helloServer(), "stock": unguarded()} {
		b.Run(name, func(b *testing.B) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			go func() { _ = s.Serve(ln) }() // ends with the process: the benchmark runs more than once
			conn, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			var res fasthttp.Response
			b.ReportAllocs()
			for b.Loop() {
				if _, err := io.WriteString(conn, hello); err != nil {
					b.Fatal(err)
				}
				if err := res.Read(in); err != nil || res.StatusCode() != 200 {
					b.Fatal(res.StatusCode(), err)
				}
			}
		})
	}
}

// BenchmarkServing is the same without a network: what the server itself does for a request.
func BenchmarkServing(b *testing.B) {
	for _, name := range []string{"strict", "stock"} {
		b.Run(name, func(b *testing.B) {
			c := &endless{b: b}
			b.ReportAllocs()
			if name == "stock" {
				_ = unguarded().ServeConn(c) // the end of the requests is an error, or none
				return
			}
			s := helloServer()
			_ = s.http.ServeConn(s.gate.enter(c))
		})
	}
}

// endless is a client that sends a request whenever it is read from.
type endless struct {
	script
	b *testing.B
}

func (e *endless) Read(p []byte) (int, error) {
	if e.b.Loop() {
		return copy(p, hello), nil
	}
	return 0, io.EOF
}

func (e *endless) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkHead is the strict reading alone.
func BenchmarkHead(b *testing.B) {
	text := []byte(hello)
	b.ReportAllocs()
	for b.Loop() {
		var h head
		if whole, r := h.read(text); !whole || r != nil {
			b.Fatal(r)
		}
	}
}
