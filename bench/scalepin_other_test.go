//go:build !linux

package bench

import "errors"

// pin is not possible here.
func pin(int) (unpin func(), err error) { return nil, errors.ErrUnsupported }
