// Package clock tells moments that are only measured with, at half the price of time.Now. It knows nothing of the date.
package clock

import "time"

// epoch is some moment. What has passed since then is read off one clock, where time.Now reads two.
var epoch = time.Now()

// Now is the present moment, for differences and deadlines alone: the date that it has is not corrected when the
// system's is.
func Now() time.Time { return epoch.Add(time.Since(epoch)) }
