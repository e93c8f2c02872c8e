package wasmbin

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
)

// revisions are digests of what Check and Rewrite make of many modules, one for each [Revision]. What a host keeps of
// modules goes by the revision, and stays on the disk for long: to a line that was released nothing may be changed. When
// the last one does not hold any more, add one and count up Revision.
var revisions = []string{
	"8fbe6c5357d9cb5ef648d442b32e37e1109807c2aaa2ee277dd24ab0cbb101a3",
	"d27dbe2cbe4662f218d2b549f357e179e9d81926ba90915becff473af874e4d9",
}

// TestRevision shows that modules are judged and rewritten as the revision says.
func TestRevision(t *testing.T) {
	hash := sha256.New()
	judge := func(module []byte) {
		fmt.Fprintln(hash, Check(module) == nil)
	}
	add := func(module assembly) {
		judge(module.bytes())
		r := mustRewrite(t, module.bytes())
		fmt.Fprint(hash, len(r.Module), r.Globals, r.Data, r.Start, r.Beside, r.MaxMemory)
		hash.Write(r.Module)
	}
	for _, c := range runaways {
		add(c.module)
	}
	for _, c := range straight {
		add(c.module)
	}
	add(bulk())
	random := rand.New(rand.NewPCG(0, 3))
	for seed := range 200 {
		random := rand.New(rand.NewPCG(uint64(seed), 2))
		source := make([]byte, 100+random.IntN(3000))
		for i := range source {
			source[i] = byte(random.Uint32())
		}
		add(generated(source))
	}
	for at := range sound { // most of them are wrong, each in another way
		for range 4 {
			module := []byte(sound)
			module[at] = byte(random.Uint32())
			judge(module)
		}
	}
	fmt.Fprintln(hash, bounds)
	if len(revisions) != Revision {
		t.Fatalf("there are %d revisions, and Revision is %d", len(revisions), Revision)
	}
	if got := fmt.Sprintf("%x", hash.Sum(nil)); got != revisions[Revision-1] {
		t.Errorf("revision %d has the digest %s, want %s", Revision, got, revisions[Revision-1])
	}
}
