package manifest

import (
	"runtime"
	"time"

	"skep/abi"
)

// Limits of a manifest. An operator's own maxima may be lower, never higher.
const (
	// MaxText bounds a manifest in bytes: it comes out of untrusted modules, and reading it takes time that grows
	// with the square of the number of keys (a quarter of a second at this size).
	MaxText = 64 << 10
	// MaxProblems bounds the problems that are reported for one text; more help nobody.
	MaxProblems = 20
	// MaxDescription bounds a text for people, in bytes: clients get it.
	MaxDescription = 4 << 10
	// MaxTests bounds the test queries, because each runs whenever the endpoint is loaded.
	MaxTests = 100
	// MaxDepth bounds arrays and tables within each other in test queries: no frame carries deeper ones.
	MaxDepth = abi.MaxDepth
	// MaxTimeout bounds a call, init and the wait for an instance: behind it clients and proxies have given up.
	MaxTimeout = 60 * time.Second
	// Page is the unit of linear memory, in bytes, set by WebAssembly.
	Page = 64 << 10
	// MaxMemory bounds linear memory in bytes: one page below what 32 bits address, so that a length always fits them.
	MaxMemory = 4<<30 - Page
	// MaxBody bounds a request in bytes: it is held whole, once as received and once in the sandbox.
	MaxBody = 16 << 20
	// MaxInstances bounds a pool: each instance takes a mapping of the kernel's limited number of them.
	MaxInstances = 1024
	// MaxQueue bounds the requests that wait: each holds its connection and body.
	MaxQueue = 1 << 16
	// MaxResources bounds the folders of files that a module is told of, and maxResourcePath the path of one.
	MaxResources    = 64
	maxResourcePath = 1024
)

// Default is the manifest of an endpoint that has none.
func Default() Endpoint {
	return Endpoint{
		Kind:      abi.KindFunction,
		Input:     InputMsgpack,
		Isolation: IsolationRequest,
		Limits: Limits{
			Timeout: 10 * time.Second,
			Init:    10 * time.Second,
			Memory:  64 << 20,
			Body:    1 << 20,
		},
		Pool: Pool{Floor: 1, Cruise: 2, Ceil: defaultCeil(), Queue: 1024, Timeout: 10 * time.Second},
	}
}

// defaultCeil lets two calls share a processor, for those that wait on the host; small machines get some more.
func defaultCeil() int { return min(max(8, 2*runtime.GOMAXPROCS(0)), MaxInstances) }
