// Package skep is the SDK for endpoints that a skep host serves, written in Go and compiled to WebAssembly.
//
// An endpoint is a package main that registers one handler in a package variable, because main does not run in a
// WebAssembly library:
//
//	package main
//
//	import "skep/guest-sdk/go/skep"
//
//	var _ = skep.Function(run)
//
//	func run(c *skep.Call) (any, error) {
//		p1, err := c.Args.Float("p1")
//		if err != nil {
//			return nil, err // 400 for the client, with the name of the argument
//		}
//		return p1 * 2, nil
//	}
//
//	func main() {}
//
// A [Function] answers with a value, which the client gets in an envelope of JSON, or with a [*Response], which is the
// whole HTTP reply, or with a [*Prepared] one, which is the same each time. A [Classifier] or [Regressor] gets all records
// of a request and answers with a [Prediction] for each, of which [Batch.Each] makes a list and [Features] read the
// numbers; a [Forecaster], an [EffectPredictor] and a [Lookup] get records too, a [Query] answers with a table. An error
// becomes an HTTP status: that of an [Error], 400 for an [ArgError], 500 for any other. A handler that panics answers
// 500; what it panicked with goes to the log only. A handler must return: runtime.Goexit ends the sandbox, and the host
// answers 500.
//
// # Memory
//
// What a handler reads through [Call], [Batch], [Args], [Value] and [List] lies in a buffer that the next request
// overwrites. Strings and numbers taken out of them are copies and may be kept; the Call, the Batch and those three
// may not. A handler runs one request at a time. By default a host resets the whole memory after each request, so that
// package variables are as the initialisation and the warm-up left them; do not count in them.
//
// # Files
//
// What lies in the folder resources of the endpoint's project comes along with the module, and can be read with package
// os, in a [Setup] best: what it reads into memory is there in every request, at no cost. Paths come from [Start.Resource].
// Nothing else can be opened, and nothing can be written.
//
// # What every request finds the same
//
// The memory that requests find was taken once, after the warm-up, and everything in it is frozen: the state of
// math/rand, math/rand/v2 and of every source that was seeded before, the hash seeds of maps and of hash/maphash, a
// time.Now in a package variable, timers, caches and counters. All requests draw the same numbers from them. Fresh in
// every request are [Call.Rand], crypto/rand and time.Now in the handler. With isolation = "instance" in the manifest
// memory is kept instead; Rand is seeded anew for each request there too.
//
// # Tests
//
// The same package compiles for the machine itself, where package skeptest calls the handler in go test.
package skep
