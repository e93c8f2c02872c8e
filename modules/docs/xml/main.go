// Endpoint xml describes a person. It shows a text response with a content type of its own.
package main

import (
	"strconv"
	"strings"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

func run(*skep.Call) (any, error) {
	return skep.Text(person("John Doe", 42)).As("text/xml"), nil
}

// person writes the few elements by hand: package encoding/xml would make the module a quarter larger.
func person(name string, age int) string {
	return "<person><name>" + escape.Replace(name) + "</name><age>" + strconv.Itoa(age) + "</age></person>"
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func main() {}
