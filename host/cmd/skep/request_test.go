package main

import "testing"

func TestEndpointURL(t *testing.T) {
	for _, test := range []struct{ target, action, want string }{
		{"http://h:1/public/api/v1/s/e/predict", "", "http://h:1/public/api/v1/s/e/predict"},
		{"http://h:1/public/api/v1/s/e/predict", "predict", "http://h:1/public/api/v1/s/e/predict"},
		{"http://h:1/public/api/v1/s/run", "", "http://h:1/public/api/v1/s/run/run"},
		{"http://h:1/public/api/v1/s/e/", "predict", "http://h:1/public/api/v1/s/e/predict"},
		{"https://h/prefix/public/api/v1/s/e", "", "https://h/prefix/public/api/v1/s/e/run"},
		{"http://h:1/public/api/v1/s/e/run", "predict", ""},
		{"http://h:1/public/api/v1/s", "", ""},
		{"http://h:1/public/api/v1/s/e/run/more", "", ""},
		{"http://h:1/", "", ""},
		{"http://h:x/public/api/v1/s/e", "", ""},
	} {
		got, err := endpointURL(test.target, test.action)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("endpointURL(%q, %q) = %q, %v, want %q", test.target, test.action, got, err, test.want)
		}
	}
}
