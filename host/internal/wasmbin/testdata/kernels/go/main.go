// Command main is the kernels in Go whose metering is measured. Each takes a size and gives a checksum.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

func main() {}

//go:wasmexport fib
func fib(n int32) int64 {
	if n < 2 {
		return int64(n)
	}
	return fib(n-1) + fib(n-2)
}

//go:wasmexport sieve
func sieve(n int32) int64 {
	composite := make([]bool, n)
	count := int64(0)
	for i := int32(2); i < n; i++ {
		if composite[i] {
			continue
		}
		count++
		for j := 2 * i; j < n; j += i {
			composite[j] = true
		}
	}
	return count
}

//go:wasmexport matmul
func matmul(n int32) int64 {
	side := int(n)
	a, b, c := make([]float64, side*side), make([]float64, side*side), make([]float64, side*side)
	for i := range a {
		a[i], b[i] = float64(i%7), float64(i%5)
	}
	for i := range side {
		for j := range side {
			sum := 0.0
			for k := range side {
				sum += a[i*side+k] * b[k*side+j]
			}
			c[i*side+j] = sum
		}
	}
	return int64(c[side+1])
}

// random is a generator of numbers that are the same in all three languages.
type random uint32

func (r *random) next() uint32 {
	*r = *r*1664525 + 1013904223
	return uint32(*r >> 8)
}

//go:wasmexport sort
func sort(n int32) int64 {
	seed := random(1)
	list := make([]uint32, n)
	for i := range list {
		list[i] = seed.next()
	}
	slices.Sort(list)
	return int64(list[n/2])
}

//go:wasmexport table
func table(n int32) int64 {
	seed := random(2)
	counts := map[string]int{}
	for range n {
		counts["key"+strconv.Itoa(int(seed.next()%1000))]++
	}
	return int64(counts["key7"]) + int64(len(counts))
}

//go:wasmexport fnv
func fnv(n int32) int64 {
	hash := uint32(2166136261)
	for i := range n {
		hash = (hash ^ uint32(byte(i))) * 16777619
	}
	return int64(hash)
}

//go:wasmexport sha
func sha(n int32) int64 {
	sum := sha256.Sum256(make([]byte, n))
	return int64(sum[0])<<8 | int64(sum[1])
}

//go:wasmexport text
func text(n int32) int64 {
	var b strings.Builder
	for i := range n {
		b.WriteString("item ")
		b.WriteString(strconv.Itoa(int(i)))
		b.WriteByte('\n')
	}
	return int64(len(base64.StdEncoding.EncodeToString([]byte(b.String()))))
}

type node struct{ left, right *node }

func grow(depth int32) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{grow(depth - 1), grow(depth - 1)}
}

func (n *node) count() int64 {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

//go:wasmexport tree
func tree(n int32) int64 { return grow(n).count() }

type shape interface{ area() int64 }
type square struct{ side int64 }
type oblong struct{ width, height int64 }
type unit struct{}

func (s square) area() int64 { return s.side * s.side }
func (o oblong) area() int64 { return o.width * o.height }
func (unit) area() int64     { return 1 }

//go:wasmexport indirect
func indirect(n int32) int64 {
	shapes := []shape{square{3}, oblong{2, 5}, unit{}, square{4}}
	sum := int64(0)
	for i := range n {
		sum += shapes[i&3].area()
	}
	return sum
}

//go:wasmexport copies
func copies(n int32) int64 {
	from, to := make([]byte, 4096), make([]byte, 4096)
	from[17] = 1
	for range n {
		for i := range from {
			to[i] = from[i]
		}
		from[17]++
	}
	return int64(to[17])
}

//go:wasmexport mandelbrot
func mandelbrot(n int32) int64 {
	total := int64(0)
	for py := range n {
		for px := range n {
			cx, cy := 3*float64(px)/float64(n)-2, 2*float64(py)/float64(n)-1
			x, y := 0.0, 0.0
			steps := 0
			for steps < 50 && x*x+y*y < 4 {
				x, y = x*x-y*y+cx, 2*x*y+cy
				steps++
			}
			total += int64(steps)
		}
	}
	return total
}

//go:wasmexport parse
func parse(n int32) int64 {
	document := "[" + strings.Repeat(`{"name":"an \"item\"","list":[1,22,-3.5],"ok":true},`, int(n)) + "0]"
	var value []any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		return -1
	}
	return int64(len(value))
}
