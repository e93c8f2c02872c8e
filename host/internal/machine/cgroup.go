package machine

import (
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// mount is a mounted hierarchy of control groups that may limit memory.
type mount struct {
	dir         string // where it is mounted, without the leading slash
	root        string // the group that is mounted there
	controllers string // of version 1; "" for version 2
}

// hasMemory says whether a list of controllers holds the one for memory.
func hasMemory(controllers string) bool {
	return slices.Contains(strings.Split(controllers, ","), "memory")
}

// mountedGroups reads /proc/self/mountinfo; see proc_pid_mountinfo(5).
func mountedGroups(root fs.FS) []mount {
	var mounts []mount
	for line := range lines(root, "proc/self/mountinfo") {
		place, kind, found := strings.Cut(line, " - ")
		p, k := strings.Fields(place), strings.Fields(kind)
		if !found || len(p) < 5 || len(k) < 3 {
			continue
		}
		m := mount{dir: strings.TrimPrefix(unescape.Replace(p[4]), "/"), root: unescape.Replace(p[3])}
		switch {
		case k[0] == "cgroup2":
		case k[0] == "cgroup" && hasMemory(k[2]):
			m.controllers = k[2]
		default:
			continue
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// unescape undoes what the kernel does to names in tables of mounts.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// limit is the lowest of the limits of a group and those around it that can be seen, and the least so far.
func (m mount) limit(root fs.FS, group string, least Memory) Memory {
	file := "memory.max"
	if m.controllers != "" {
		file = "memory.limit_in_bytes"
	}
	for dir := m.folder(group); ; dir = path.Dir(dir) {
		name := path.Join(dir, file)
		if n := readLimit(root, name); n < math.MaxInt64 && (least.Bytes == 0 || n < least.Bytes) {
			least = Memory{n, "/" + name}
		}
		if dir == m.dir || len(dir) < len(m.dir) {
			return least
		}
	}
}

// folder is where the files of a group lie. In a container the path of the group may be that of the machine, and the
// mount show the group alone.
func (m mount) folder(group string) string {
	inside, ok := strings.CutPrefix(path.Clean("/"+group), strings.TrimSuffix(m.root, "/"))
	if !ok || inside != "" && inside[0] != '/' || strings.Contains(group, "..") {
		return m.dir
	}
	return path.Join(m.dir, inside)
}

// readLimit is the limit that a file says, math.MaxInt64 for none. Version 1 writes a large number for none.
func readLimit(root fs.FS, name string) int64 {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return math.MaxInt64
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n <= 0 || n >= 1<<60 {
		return math.MaxInt64
	}
	return n
}
