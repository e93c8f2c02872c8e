package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"

	"skep/host"
)

// A host serves the modules of a folder; this one holds docs/hello.wasm.
func Example() {
	h, err := host.New(host.Config{Root: "testdata/services", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- h.Serve(ln) }()
	if err := h.Wait(context.Background()); err != nil { // until then endpoints may answer 503
		log.Fatal(err)
	}

	res, err := http.Post("http://"+ln.Addr().String()+"/public/api/v1/docs/hello/run", "application/json", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Response string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.StatusCode, answer.Response)

	fmt.Println("closed:", h.Close())
	fmt.Println("served:", <-served)
	// Output:
	// 200 Hello, World!
	// closed: <nil>
	// served: <nil>
}

// Endpoints tells which endpoints there are and what became of them.
func ExampleHost_Endpoints() {
	h, err := host.New(host.Config{Root: "testdata/services", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	if err := h.Wait(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, e := range h.Endpoints() {
		fmt.Println("POST", e.Path(e.Example.Action), e.Kind, e.State)
	}
	// Output:
	// POST /public/api/v1/docs/echo/run function ready
	// POST /public/api/v1/docs/hello/run function ready
	// POST /public/api/v1/docs/slow/run function ready
}
