// Guest lookup knows the capitals of two countries.
package main

import "skep/guest-sdk/go/skep"

var _ = skep.Lookup(capitals)

var cities = map[string]string{"F": "Paris", "D": "Berlin"}

func capitals(b *skep.Batch) ([]map[string]any, error) {
	rows := make([]map[string]any, b.Len())
	for i, key := range b.Rows() {
		country, err := key.String("country")
		if err != nil {
			return nil, err
		}
		if city, ok := cities[country]; ok {
			rows[i] = map[string]any{"country": country, "capital": city}
		}
	}
	return rows, nil
}

func main() {}
