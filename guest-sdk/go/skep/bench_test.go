package skep_test

import "testing"

func BenchmarkGuestCall(b *testing.B) {
	g := startGuest(b, "churn")
	for _, c := range []struct {
		name  string
		words int
	}{{"words=0", 0}, {"words=8", 8}} {
		frame := churnRequest("some text of usual length", c.words)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.send(g.call, frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
