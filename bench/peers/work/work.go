// Package work is what the scenarios send and want, as far as guests in Go and native handlers share it.
package work

import "strconv"

// Greeting is the text of hello.
const Greeting = "Hello, World!"

// HeadersIn are the names of the headers that a request of scenario headers has, and HeadersOut those of its answer,
// each with the value of the one at the same place.
var (
	HeadersIn  = numbered("X-In-", 50)
	HeadersOut = numbered("X-Out-", 20)
)

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = prefix + strconv.Itoa(i)
	}
	return names
}
