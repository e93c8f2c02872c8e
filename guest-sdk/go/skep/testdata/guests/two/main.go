// Command two registers two handlers.
package main

import "skep/guest-sdk/go/skep"

var (
	_ = skep.Function(func(*skep.Call) (any, error) { return nil, nil })
	_ = skep.Regressor(func(*skep.Batch) ([]skep.Prediction, error) { return nil, nil })
)

func main() {}
