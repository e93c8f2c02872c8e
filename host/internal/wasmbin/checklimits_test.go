package wasmbin

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// limitTests makes for each limit a module with n of what it bounds.
var limitTests = [len(bounds)]func(n int) string{
	inModule:   func(n int) string { return header + sec(0, name("")+strings.Repeat("x", n-8-6)) },
	inSections: func(n int) string { return header + strings.Repeat(custom("", ""), n) },
	inName:     func(n int) string { return header + custom(strings.Repeat("x", n), "") },
	inTypes:    func(n int) string { return header + sec(1, times(n, sig(0, 0))) },
	inParams:   func(n int) string { return header + sec(1, vec(sig(n, 0))) },
	inResults:  func(n int) string { return header + sec(1, vec(sig(0, n))) },
	inImports: func(n int) string {
		return header + voidType + sec(2, times(n, name("e")+name("f")+"\x00\x00"))
	},
	inFunctions: func(n int) string { // one of them imported
		return header + voidType + sec(2, vec(name("e")+name("f")+"\x00\x00")) +
			sec(3, times(n-1, "\x00")) + sec(10, times(n-1, body("")))
	},
	inTables:  func(n int) string { return header + sec(4, times(n, "\x70\x00\x00")) },
	inTable:   func(n int) string { return header + sec(4, vec("\x70\x00"+u(n))) },
	inPages:   func(n int) string { return header + sec(5, vec("\x00"+u(n))) },
	inGlobals: func(n int) string { return header + sec(6, times(n, i32Constant)) },
	inExports: func(n int) string {
		items := make([]string, n)
		for i := range items {
			items[i] = name(fmt.Sprint(i)) + "\x02\x00"
		}
		return header + oneMemory + sec(7, vec(items...))
	},
	inElementSegments: func(n int) string { return header + sec(9, times(n, "\x01\x00\x00")) },
	inElements: func(n int) string {
		return run("", sec(9, vec("\x01\x00"+times(n-1, "\x00"), "\x05\x70"+vec("\xd2\x00\x0b"))))
	},
	inDataSegments: func(n int) string { return header + sec(11, times(n, "\x01\x00")) },
	inBody:         func(n int) string { return run(strings.Repeat("\x01", n-2)) },
	inLocals: func(n int) string {
		return header + voidType + sec(3, "\x01\x00") + sec(10, vec(name(vec("\x01\x7f", u(n-1)+"\x7e")+"\x0b")))
	},
	inAllLocals: func(n int) string {
		full := name(vec(u(MaxLocals)+"\x7f") + "\x0b")
		rest := name(vec(u(n%MaxLocals)+"\x7f") + "\x0b")
		k := n/MaxLocals + 1
		return header + voidType + sec(3, times(k, "\x00")) + sec(10, u(k)+strings.Repeat(full, k-1)+rest)
	},
	inNesting: func(n int) string { return run(strings.Repeat("\x02\x40", n) + strings.Repeat("\x0b", n)) },
	inLabels:  func(n int) string { return run("\x00\x0e" + times(n, "\x00") + "\x00") },
	inAllLabels: func(n int) string { // two instructions
		return run("\x00\x0e" + times(MaxLabels, "\x00") + "\x00" + "\x0e" + times(n-MaxLabels-2, "\x00") + "\x00")
	},
	inControl: func(n int) string {
		return run("\x02\x40" + strings.Repeat("\x0c\x00", n-5) + "\x41\x00\x04\x40\x05\x0f\x0b\x00\x0b") // and nop, end
	},
	inMoved: func(n int) string {
		values := 2 * MaxValues
		calls := func(n int) string { return body("\x00" + strings.Repeat("\x10\x00", n)) }
		const bodies = 19
		each := n / values / bodies
		rest := n - bodies*each*values // by a br_if whose label takes one value, after a block that gives it
		last := body("\x00\x02\x7f" + strings.Repeat("\x0d\x00", rest-1) + "\x0b\x1a")
		return header + sec(1, vec(sig(MaxValues, MaxValues), sig(0, 0))) +
			sec(3, times(bodies+1, "\x00")) + sec(10, u(bodies+1)+strings.Repeat(calls(each), bodies)+last)
	},
	inFunctionNames: func(n int) string {
		return header + custom("name", "\x01"+name(times(n, "\x00\x00")))
	},
	inLocalNames: func(n int) string {
		return header + custom("name", "\x02"+name(vec("\x00"+times(n-1, "\x00\x00"), "\x01"+times(1, "\x00\x00"))))
	},
}

// TestCheckLimits tries every limit: what it allows is accepted, and counted right, and one more is refused.
func TestCheckLimits(t *testing.T) {
	for b, test := range limitTests {
		limit := bounds[b]
		most := int(limit.most)
		c := newChecker()
		if err := c.check([]byte(test(most))); err != nil {
			t.Errorf("%d %s: %v", most, limit.what, err)
		} else if c.seen[b] != limit.most {
			t.Errorf("%d %s: %d were seen", most, limit.what, c.seen[b])
		}
		err := Check([]byte(test(most + 1)))
		want := fmt.Sprintf("%d %s, the most is %d", most+1, limit.what, most)
		switch bound(b) {
		case inModule:
			want = "module of 67108865 bytes, the most is 67108864"
		case inSections:
			want = "more than 1000 sections"
		case inLabels:
			want = "br_table with 65537 labels, the most is 65536"
		}
		if !errors.Is(err, ErrLimit) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%d %s: got %v, want %s", most+1, limit.what, err, want)
		}
	}
}

// tenToTheNineLocals are 37 bytes for which wazero allocates 8 GB.
var tenToTheNineLocals = header + voidType + sec(3, "\x01\x00") + sec(7, vec(name("f")+"\x00\x00")) +
	sec(10, vec(name(vec("\x80\x94\xeb\xdc\x03\x7f")+"\x0b")))

// TestCheckDeclaredCounts refuses counts of 2^32-1 without the items in any place, at no cost.
func TestCheckDeclaredCounts(t *testing.T) {
	const all = "\xff\xff\xff\xff\x0f"
	modules := map[string]string{
		"10^9 locals":      tenToTheNineLocals,
		"body":             header + voidType + sec(3, "\x01\x00") + sec(10, "\x01"+all+"\x00"),
		"groups of locals": header + voidType + sec(3, "\x01\x00") + sec(10, vec(name(all+"\x0b"))),
		"sum of locals": header + voidType + sec(3, "\x01\x00") +
			sec(10, vec(name(vec(all+"\x7f", "\x01\x7f")+"\x0b"))),
		"labels":   run("\x00\x0e" + all + "\x00"),
		"elements": run("", sec(9, "\x01\x01\x00"+all)),
		"data":     header + sec(11, "\x01\x01"+all),
		"export":   header + sec(7, "\x01"+all),
		"import":   header + sec(2, "\x01"+all),
		"params":   header + sec(1, "\x01\x60"+all),
		"names":    header + custom("name", "\x02"+name(all)),
	}
	for id := range sectionNames {
		if id != sectionCustom && id != sectionStart && id != sectionTag {
			modules["section "+sectionNames[id]] = header + sec(byte(id), all)
		}
	}
	if len(tenToTheNineLocals) != 37 {
		t.Errorf("the module with the locals has %d bytes", len(tenToTheNineLocals))
	}
	for name, module := range modules {
		var err error
		spent := allocated(func() { err = Check([]byte(module)) })
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		if spent > 64<<10 {
			t.Errorf("%s: %d bytes were allocated", name, spent)
		}
	}
}

// allocated is how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
