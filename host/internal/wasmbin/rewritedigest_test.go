package wasmbin

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
)

// rewrittenDigest is that of what Rewrite makes of many modules. It changes when the rewrite is meant to change: the
// engine's cache of compiled code goes by these bytes.
const rewrittenDigest = "f8a9997d895d9ca8570f5e7d17a41a7a9a3f6f16561dba5951b0b2c020428166"

// TestRewriteDigest shows that modules are rewritten as they were before.
func TestRewriteDigest(t *testing.T) {
	hash := sha256.New()
	add := func(module assembly) {
		r := mustRewrite(t, module.bytes())
		fmt.Fprint(hash, len(r.Module), r.Globals, r.Data, r.Start)
		hash.Write(r.Module)
	}
	for _, c := range runaways {
		add(c.module)
	}
	for _, c := range straight {
		add(c.module)
	}
	add(bulk())
	for seed := range 200 {
		random := rand.New(rand.NewPCG(uint64(seed), 2))
		source := make([]byte, 100+random.IntN(3000))
		for i := range source {
			source[i] = byte(random.Uint32())
		}
		add(generated(source))
	}
	if got := fmt.Sprintf("%x", hash.Sum(nil)); got != rewrittenDigest {
		t.Errorf("digest %s, want %s", got, rewrittenDigest)
	}
}
