package wasmbin

import "testing"

// BenchmarkRewrite rewrites a small Go guest.
func BenchmarkRewrite(b *testing.B) {
	module := goGuest(b)
	b.SetBytes(int64(len(module)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Rewrite(module); err != nil {
			b.Fatal(err)
		}
	}
}
