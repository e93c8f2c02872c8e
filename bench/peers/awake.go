package main

import (
	"fmt"
	"os"
)

// keepAwake keeps processors that wait from halting until the file is closed: to wake one that has is an interrupt on virtual
// machines, for which the server pays some microseconds with each answer whenever the load is quicker than it is.
func keepAwake() (*os.File, error) {
	f, err := os.OpenFile("/dev/cpu_dma_latency", os.O_WRONLY, 0)
	if err == nil {
		_, err = f.Write(make([]byte, 4)) // at most 0 µs
	}
	if err != nil {
		return nil, fmt.Errorf("-awake needs root and a kernel that can do so: %w", err)
	}
	return f, nil
}
