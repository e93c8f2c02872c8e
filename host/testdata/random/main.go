// Endpoint random tells what differs from request to request when the memory is set back after each.
package main

import (
	crypto "crypto/rand"
	"hash/maphash"
	"math/rand"
	randv2 "math/rand/v2"
	"time"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

var (
	started = time.Now()
	seed    = maphash.MakeSeed()
	own     = randv2.New(randv2.NewPCG(randv2.Uint64(), 0))
	calls   int
)

func run(c *skep.Call) (any, error) {
	calls++
	first := c.Rand()
	numbers := []any{first.Uint64(), first.Uint64(), c.Rand().Uint64()}
	return map[string]any{
		"Rand":                  numbers,
		"crypto/rand":           crypto.Text(),
		"time.Now":              time.Now().UnixNano(),
		"math/rand":             rand.Uint64(),
		"math/rand/v2":          randv2.Uint64(),
		"a source of one's own": own.Uint64(),
		"time.Now at the start": started.UnixNano(),
		"maphash":               maphash.String(seed, "text"),
		"a variable":            calls,
	}, nil
}

func main() {}
