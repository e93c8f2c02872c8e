package sandbox

import (
	"fmt"
	"os"
	"strings"

	"skep/host/internal/service"
)

// rollback is a way to make memory equal to its image again.
type rollback interface {
	// begin is called before anything of a call writes to the memory, on the thread that will run the guest.
	begin(m *linearMemory)
	// restore is called on the same thread when nobody will read the memory any more; it has the image's size. It notes
	// how it was done in the memory. It reports false when it failed: the instance must go.
	restore(f *frozen, m *linearMemory) bool
	// maps says whether instances map the image, instead of having a copy.
	maps() bool
}

// RollbackVariable names the environment variable that forces a way of rolling back.
const RollbackVariable = "SKEP_ROLLBACK"

// rollbacks are all ways, the best first; a platform has some of them. The last one works everywhere.
var rollbacks = []struct {
	name string
	// probe tries the way out, and gives it when it works here.
	probe func() (rollback, error)
}{
	{"scan", probeScan},
	{"pagemap", probePagemap},
	{"discard", probeDiscard},
	{"copy", func() (rollback, error) { return copyAll{}, nil }},
}

// chooseRollback gives the best way that works here, or the one that is forced, and says why.
func chooseRollback() (how rollback, name, why string, err error) {
	forced := os.Getenv(RollbackVariable)
	var failed []string
	for _, r := range rollbacks {
		if forced != "" && r.name != forced {
			continue
		}
		how, err := r.probe()
		if err == nil {
			if forced != "" {
				return how, r.name, RollbackVariable + " asks for it", nil
			}
			why := "it works here"
			if len(failed) > 0 {
				why += ", which others do not: " + strings.Join(failed, "; ")
			}
			return how, r.name, why, nil
		}
		failed = append(failed, fmt.Sprintf("%s: %v", r.name, err))
	}
	if len(failed) == 0 {
		return nil, "", "", fmt.Errorf("%s=%s names no way of rolling back; there are scan, pagemap, discard and copy",
			RollbackVariable, forced)
	}
	return nil, "", "", fmt.Errorf("%s=%s does not work here: %s", RollbackVariable, forced, strings.Join(failed, "; "))
}

// copyAll copies the whole image back.
type copyAll struct{}

func (copyAll) begin(*linearMemory) {}
func (copyAll) maps() bool          { return false }

func (copyAll) restore(f *frozen, m *linearMemory) bool {
	copyPieces(m.bytes(), f.source)
	m.restored = service.RollbackCopy
	return true
}
