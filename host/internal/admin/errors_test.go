package admin

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"skep/host/internal/store"
)

// TestFailuresOfTheDisk says what a client is told of a disk that does not take a change.
func TestFailuresOfTheDisk(t *testing.T) {
	of := func(cause error) error { return &fs.PathError{Op: "openat", Path: "docs/state.json", Err: cause} }
	for _, test := range []struct {
		err       error
		status    int
		errorType string
	}{
		{fmt.Errorf("%w: %w", store.ErrFull, of(syscall.ENOSPC)), 507, "DiskFull"},
		{of(syscall.EACCES), 500, "PermissionDenied"},
		{of(syscall.EPERM), 500, "PermissionDenied"},
		{of(syscall.EIO), 500, "InternalError"},
	} {
		f := failureOf(fmt.Errorf("switching: %w", test.err))
		if f.status != test.status || f.errorType != test.errorType || !strings.Contains(f.message, "docs/state.json") {
			t.Errorf("%v: %+v, want %d %s and the path", test.err, f, test.status, test.errorType)
		}
	}
}
