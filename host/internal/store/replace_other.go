//go:build !unix

package store

import (
	"errors"
	"os"
)

// lock and replace fail: here a file cannot be replaced so that no crash leaves half of it.
func lock(*os.File) error          { return errors.ErrUnsupported }
func replace(string, []byte) error { return errors.ErrUnsupported }
