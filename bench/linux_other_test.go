//go:build !linux

package bench

import "errors"

// What only Linux tells, or does, is not measured elsewhere.

func pin(int) (unpin func(), err error) { return nil, errors.ErrUnsupported }
func memoryOf(int) (memory, error)      { return memory{}, errors.ErrUnsupported }
func forgetPeak(int) error              { return errors.ErrUnsupported }
