package skep_test

import (
	"errors"
	"fmt"

	"skep/guest-sdk/go/skep"
)

func show(r *skep.Response) {
	fmt.Println(r.Status, r.Headers)
	fmt.Printf("%q\n", r.Body)
}

func ExampleText() {
	show(skep.Text("Hello, World!"))
	// Output:
	// 200 [{Content-Type text/plain; charset=utf-8}]
	// "Hello, World!"
}

func ExampleResponse_As() {
	show(skep.Text("<person><name>John Doe</name><age>42</age></person>").As("text/xml"))
	// Output:
	// 200 [{Content-Type text/xml}]
	// "<person><name>John Doe</name><age>42</age></person>"
}

func ExamplePrepare() {
	page := skep.Prepare(skep.Text("<h1>Hello</h1>").As("text/html")) // once, in a variable of the package
	run := func(*skep.Call) (any, error) { return page, nil }
	answer, err := run(nil)
	fmt.Println(answer == page, err)
	// Output: true <nil>
}

func ExampleJSON() {
	response, err := skep.JSON(map[string]any{"a": "b", "c": []any{"e", 42}})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(response)
	// Output:
	// 200 [{Content-Type application/json}]
	// "{\"a\":\"b\",\"c\":[\"e\",42]}"
}

// The error says which part of the value has no JSON form.
func ExampleJSON_error() {
	_, err := skep.JSON(map[string]any{"images": [][]byte{{1, 2}}})
	fmt.Println(err)
	// Output:
	// value.images[0]: bytes have no JSON form; return a string, or skep.Binary for a body of bytes
}

func ExampleBinary() {
	show(skep.Binary([]byte("\x89PNG")).As("image/png"))
	// Output:
	// 200 [{Content-Type image/png}]
	// "\x89PNG"
}

func ExampleNewResponse() {
	show(skep.NewResponse(200, "Hello No Helper World",
		skep.Header{Name: "Content-Type", Value: "text/plain"},
		skep.Header{Name: "Content-Encoding", Value: "utf-8"},
	))
	// Output:
	// 200 [{Content-Type text/plain} {Content-Encoding utf-8}]
	// "Hello No Helper World"
}

// Set replaces what is there, Add keeps it. Order and repeats reach the client.
func ExampleHeaders() {
	response := skep.Text("Hello, World!")
	response.Headers.Set("Machin", "Truc")
	response.Headers.Add("Set-Cookie", "chocolate")
	response.Headers.Add("Set-Cookie", "pecan")
	fmt.Println(response.Headers.Get("machin"), response.Headers.Values("set-cookie"))
	// Output:
	// Truc [chocolate pecan]
}

func ExampleNewError() {
	err := fmt.Errorf("look up customer: %w", skep.NewError(404, "no such customer"))
	var reply *skep.Error
	fmt.Println(errors.As(err, &reply), reply.Status, reply.Message)
	// Output:
	// true 404 no such customer
}

func ExampleArgError() {
	err := error(&skep.ArgError{Name: "p1", Want: "a number", Got: "a string"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, skep.ErrMissing))
	// Output:
	// argument "p1" must be a number, got a string
	// false
}

func ExampleClass() {
	setosa := skep.Class("setosa", skep.Proba{Class: "setosa", P: 0.9}, skep.Proba{Class: "virginica", P: 0.1})
	setosa.CustomKeys = map[string]any{"distance": 0.2}
	fmt.Println(setosa.Ignored(), skep.Prediction{}.Ignored())
	// Output:
	// false true
}
