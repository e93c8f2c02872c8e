package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"skep/abi"
	"skep/host"
)

// engineModule is the module of the WebAssembly engine.
const engineModule = "github.com/tetratelabs/wazero"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the versions of skep, its ABI, its engine and Go",
		Example: "  skep version",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "skep %s\nabi %d\nengine %s\ngo %s %s/%s\n",
				host.Version, abi.Version, engine(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}

// engine is name and version of the engine that this program was linked with.
func engine() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == engineModule {
				return "wazero " + m.Version
			}
		}
	}
	return "wazero, version not recorded"
}
