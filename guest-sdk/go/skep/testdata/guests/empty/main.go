// Command empty registers nothing.
package main

import _ "skep/guest-sdk/go/skep"

func main() {}
