package bench

import (
	"fmt"
	"os"
	"testing"

	"skep/host"
)

// TestMain turns the test binary into a server where the environment asks for one, so that the server's CPU time is its
// own and not that of the load.
func TestMain(m *testing.M) {
	host.CompileChild()
	if kind := os.Getenv(envServer); kind != "" {
		if err := runServer(kind); err != nil {
			fmt.Fprintf(os.Stderr, "server %q: %v\n", kind, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
