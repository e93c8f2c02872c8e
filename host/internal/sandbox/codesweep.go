package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How long compiled code is kept after its last use.
const (
	keepUnused     = 30 * 24 * time.Hour
	keepOtherKinds = 7 * 24 * time.Hour // of other engines: a host that was updated may be put back
	keepTemporary  = time.Hour          // what a process that died has left behind
	sweepEvery     = 24 * time.Hour
)

// sweepNowAndThen collects what nobody needs, unless that was done not long ago.
func (s *codeStore) sweepNowAndThen(now time.Time) {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	if now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	for _, name := range names(s.dir) {
		path := filepath.Join(s.dir, name)
		switch {
		case strings.HasPrefix(name, tmpPrefix):
			s.collect(path, now.Add(-keepTemporary))
		case name == s.kind.String():
			s.collectCode(path, now.Add(-keepUnused))
		case strings.HasPrefix(name, enginePrefix):
			s.collectCode(path, now.Add(-keepOtherKinds))
			_ = os.Remove(path) // when it is empty
		}
	}
}

// collectCode collects the code of one kind of engine. What does not look like code stays.
func (s *codeStore) collectCode(kind string, before time.Time) {
	for _, name := range names(kind) {
		if len(name) == digestLength && strings.Trim(name, "0123456789abcdef") == "" {
			s.collect(filepath.Join(kind, name), before)
		}
	}
}

// collect removes a folder that was last used before a time and that no process has locked.
func (s *codeStore) collect(dir string, before time.Time) {
	old := func() bool {
		info, err := os.Lstat(dir)
		return err == nil && info.IsDir() && info.ModTime().Before(before)
	}
	if !old() {
		return
	}
	lock, err := lockExclusive(dir)
	if err != nil {
		return // in use
	}
	defer lock.release()
	if !old() { // it was used before it was locked
		return
	}
	if err := s.remove(dir); err != nil {
		s.log.Warn("compiled code that nobody uses stays", "folder", dir, "because", err)
	}
}

// names lists a folder; one that cannot be read has none.
func names(dir string) (list []string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}
