// Package sandbox runs modules: it compiles one, makes an image of its initialised memory, and answers each request in
// an instance that starts from that image. It is the only package that knows the WebAssembly engine. It knows neither
// HTTP nor what a frame means: it carries bytes in and lets the caller read the bytes that come out.
package sandbox
