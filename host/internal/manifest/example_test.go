package manifest_test

import (
	"fmt"

	"skep/host/internal/manifest"
)

func ExampleParse() {
	m, err := manifest.Parse("endpoint.toml", []byte(`
returns_custom_response = true
[limits]
memory = "128MiB"
[[test]]
expect.content_type = "text/xml"
`))
	fmt.Println(m.Kind, m.CustomResponse, m.Limits.Timeout, m.Limits.Memory, m.Tests[0].Name, err)

	_, err = manifest.Parse("endpoint.toml", []byte("[limits]\ntimeout = \"5m\"\nmemori = \"1GiB\"\n"))
	fmt.Println(err)
	// Output:
	// function true 10s 134217728 test 1 (run) <nil>
	// endpoint.toml:3:1: unknown key "memori"; known in limits are body, fuel, init, memory, timeout
}

func ExampleEndpoint_Apply() {
	m, _ := manifest.Parse("endpoint.toml", []byte("[config]\na = \"1\"\nb = \"2\""))
	m, err := m.Apply("text.toml", []byte("[config]\nb = \"3\""))
	if err == nil {
		err = m.Validate()
	}
	fmt.Println(m.Config, err)
	// Output: map[a:1 b:3] <nil>
}

func ExampleEndpoint_Validate() {
	m := manifest.Default()
	m.Limits.Timeout = 0
	fmt.Println(m.Validate())
	// Output: limits.timeout: 0s is not above 0 and at most 1m0s
}

func ExampleParseSize() {
	n, err := manifest.ParseSize("64KiB")
	fmt.Println(n, err)
	_, err = manifest.ParseSize("64kB")
	fmt.Println(err)
	// Output:
	// 65536 <nil>
	// "64kB" is not a size; write bytes as 65536, 64KiB, 64MiB or 1GiB
}
