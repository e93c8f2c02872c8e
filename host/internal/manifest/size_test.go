package manifest

import (
	"errors"
	"math"
	"testing"
)

func TestParseSize(t *testing.T) {
	tests := []struct {
		text string
		want int64 // -1: refused
	}{
		{"0", 0}, {"1", 1}, {"65536", 65536}, {"1KiB", 1024}, {"64MiB", 64 << 20}, {"3GiB", 3 << 30},
		{"9223372036854775807", math.MaxInt64}, {"9223372036854775808", -1},
		{"8589934591GiB", 8589934591 << 30}, {"8589934592GiB", -1},
		{"", -1}, {"KiB", -1}, {"-1", -1}, {"+1", -1}, {"1.5MiB", -1}, {"64 MiB", -1}, {"64MB", -1}, {"64mib", -1},
		{"1KiBMiB", -1}, {"0x10", -1}, {"1_000", -1},
	}
	for _, test := range tests {
		got, err := ParseSize(test.text)
		switch {
		case test.want < 0 && !errors.Is(err, ErrSize):
			t.Errorf("ParseSize(%q) = %d, %v, want ErrSize", test.text, got, err)
		case test.want >= 0 && (err != nil || got != test.want):
			t.Errorf("ParseSize(%q) = %d, %v, want %d", test.text, got, err, test.want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for text, n := range map[string]int64{"0": 0, "1": 1, "1KiB": 1024, "1025": 1025, "64MiB": 64 << 20, "2GiB": 2 << 30} {
		if got := FormatSize(n); got != text {
			t.Errorf("FormatSize(%d) = %q, want %q", n, got, text)
		}
		if back, err := ParseSize(text); err != nil || back != n {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", text, back, err, n)
		}
	}
}
