package main

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"skep/host/internal/guestbuild"
)

// toolchain says how the compiler of a guest language is found.
type toolchain struct {
	program string
	version []string // arguments that make it print its version
	install string   // what to do when it is missing
}

// toolchains has a row for each of guestbuild's languages.
var toolchains = map[string]toolchain{
	"go": {"go", []string{"env", "GOVERSION"}, "install Go 1.26 or later, see https://go.dev/doc/install"},
}

func newToolchains() *cobra.Command {
	return &cobra.Command{
		Use:   "toolchains",
		Short: "List the guest languages, and whether their compilers are installed",
		Long: `List the guest languages. For each one, print the version and the path of its compiler,
or how to install it.`,
		Example: "  skep toolchains",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, lang := range guestbuild.Languages() {
				fmt.Fprintf(cmd.OutOrStdout(), "%-4s %s\n", lang, toolchains[lang].find(cmd))
			}
			return nil
		},
	}
}

func (t toolchain) find(cmd *cobra.Command) string {
	path, err := exec.LookPath(t.program)
	if err != nil {
		return fmt.Sprintf("%q is not in PATH: %s", t.program, t.install)
	}
	version, err := exec.CommandContext(cmd.Context(), path, t.version...).Output()
	if err != nil {
		return fmt.Sprintf("%s does not work: %v", path, err)
	}
	return strings.TrimSpace(string(version)) + " " + path
}
