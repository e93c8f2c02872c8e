//go:build !unix

package bench

import (
	"errors"
	"time"
)

// cpuTime needs a call that this operating system does not have.
func cpuTime() (time.Duration, error) { return 0, errors.ErrUnsupported }
