package guestbuild_test

import (
	"context"
	"fmt"

	"skep/host/internal/guestbuild"
)

func ExampleBuild() {
	result, err := guestbuild.Build(context.Background(), guestbuild.Options{Dir: "modules/docs/text"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Path, result.Size, result.SHA256)
}

func ExampleLanguages() {
	fmt.Println(guestbuild.Languages())
	// Output: [go]
}
