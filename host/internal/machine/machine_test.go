package machine

import (
	"maps"
	"testing"
	"testing/fstest"
)

const (
	meminfo   = "MemTotal:        8000000 kB\nMemFree:         1 kB\n"
	machine   = 8000000 << 10
	unlimited = "9223372036854771712\n" // as version 1 says it
	v2mount   = "29 22 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	v1mount   = "34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
		"35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
)

func TestReadMemory(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  Memory
	}{
		"nothing is known":  {nil, Memory{}},
		"no control groups": {map[string]string{"proc/meminfo": meminfo}, Memory{machine, "/proc/meminfo"}},
		"version 2, the group of the process": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v2mount, "proc/self/cgroup": "0::/system.slice/skep.service\n",
			"sys/fs/cgroup/system.slice/skep.service/memory.max": "1073741824\n",
			"sys/fs/cgroup/system.slice/memory.max":              "max\n",
		}, Memory{1 << 30, "/sys/fs/cgroup/system.slice/skep.service/memory.max"}},
		"version 2, a group around it": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v2mount, "proc/self/cgroup": "0::/a/b/c\n",
			"sys/fs/cgroup/a/b/c/memory.max": "max\n",
			"sys/fs/cgroup/a/b/memory.max":   "4096\n",
			"sys/fs/cgroup/a/memory.max":     "8192\n",
		}, Memory{4096, "/sys/fs/cgroup/a/b/memory.max"}},
		"version 2, in a container": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v2mount, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "536870912\n",
		}, Memory{512 << 20, "/sys/fs/cgroup/memory.max"}},
		"version 2, the group lies outside of what is seen": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v2mount, "proc/self/cgroup": "0::/../other\n",
			"sys/fs/cgroup/memory.max": "536870912\n",
		}, Memory{512 << 20, "/sys/fs/cgroup/memory.max"}},
		"version 1": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v1mount, "proc/self/cgroup": "5:cpu:/x\n4:memory:/a/b\n",
			"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": unlimited,
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes":   "2097152\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":     unlimited,
		}, Memory{2 << 20, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes"}},
		"version 1, two controllers in one hierarchy": {map[string]string{
			"proc/self/mountinfo":        "1 1 0:1 / /cg rw - cgroup cgroup rw,cpu,memory\n",
			"proc/self/cgroup":           "4:cpu,memory:/a\n",
			"cg/a/memory.limit_in_bytes": "2097152\n",
		}, Memory{2 << 20, "/cg/a/memory.limit_in_bytes"}},
		"version 1, in a container that sees its group alone": {map[string]string{
			"proc/meminfo":        meminfo,
			"proc/self/mountinfo": "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			"proc/self/cgroup":    "4:memory:/docker/abc\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "3145728\n",
		}, Memory{3 << 20, "/sys/fs/cgroup/memory/memory.limit_in_bytes"}},
		"version 1, another group of a like name": {map[string]string{
			"proc/self/mountinfo":         "35 31 0:32 /docker/a /cg ro - cgroup cgroup rw,memory\n",
			"proc/self/cgroup":            "4:memory:/docker/abc\n",
			"cg/memory.limit_in_bytes":    "4096\n",
			"cg/bc/memory.limit_in_bytes": "1024\n",
		}, Memory{4096, "/cg/memory.limit_in_bytes"}},
		"both versions, the lower one": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v1mount + "1 1 0:1 / /unified rw - cgroup2 cgroup2 rw\n",
			"proc/self/cgroup": "4:memory:/a\n0::/b\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "2097152\n",
			"unified/b/memory.max":                         "1048576\n",
		}, Memory{1 << 20, "/unified/b/memory.max"}},
		"more than the machine has": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/mountinfo": v2mount, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "99999999999999\n",
		}, Memory{machine, "/proc/meminfo"}},
		"files that say nothing": {map[string]string{
			"proc/meminfo": "MemTotal: many kB\n", "proc/self/mountinfo": v2mount + "x - y\n\n",
			"proc/self/cgroup":         "0::/\nnonsense\n",
			"sys/fs/cgroup/memory.max": "-1\n",
		}, Memory{}},
		"a folder with a blank": {map[string]string{
			"proc/self/mountinfo": `1 1 0:1 / /my\040groups rw - cgroup2 cgroup2 rw` + "\n", "proc/self/cgroup": "0::/\n",
			"my groups/memory.max": "4096\n",
		}, Memory{4096, "/my groups/memory.max"}},
	} {
		files := fstest.MapFS{}
		for name, text := range maps.All(test.files) {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := readMemory(files); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestShares(t *testing.T) {
	for _, test := range []struct{ bytes, budget, guests, heap int64 }{
		{0, 5, 1 << 30, 0},
		{1 << 30, 512 << 20, 512 << 20, 256 << 20},
		{1 << 30, 256 << 20, 512 << 20, 384 << 20},
		{1 << 30, 4 << 30, 512 << 20, 64 << 20},
		{64 << 20, 32 << 20, 32 << 20, 64 << 20},
	} {
		m := Memory{Bytes: test.bytes}
		if guests, heap := m.Guests(), m.Heap(test.budget); guests != test.guests || heap != test.heap {
			t.Errorf("%+v: %d for guests and %d for Go", test, guests, heap)
		}
	}
}

func TestReadMemoryHere(t *testing.T) {
	if m := ReadMemory(); (m.Bytes == 0) != (m.Source == "") || m.Bytes < 0 {
		t.Errorf("%+v", m)
	}
}
