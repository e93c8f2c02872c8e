package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newTest() *cobra.Command {
	var flags hostFlags
	cmd := &cobra.Command{
		Use:   "test [DIR|FILE.wasm]...",
		Short: "Run the test queries of endpoints' manifests",
		Long: `Run the test queries that the manifests of endpoints hold, and print for each one
whether the answer was the expected one, else what differs. A folder with the sources of
an endpoint is built first; the default is the current folder.

The exit code is 1 when an answer differs or a module is refused.`,
		Example: `  skep test hello
  skep test services/demo/*.wasm`,
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := flags.config(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			return eachLocal(cmd, args, config, test)
		},
	}
	flags.add(cmd, "warn")
	return cmd
}

// test prints the outcomes of an endpoint's test queries and says whether all is well.
func test(w io.Writer, target string, l *local) bool {
	tests := l.endpoint.Tests
	switch {
	case len(tests) == 0 && l.refused != "":
		fmt.Fprintf(w, "%s: refused: %s\n", target, indent(l.refused, "    "))
		return false
	case len(tests) == 0:
		fmt.Fprintf(w, "%s: no test queries; write some under [[test]] in endpoint.toml\n", target)
		return true
	}
	fmt.Fprintf(w, "%s:\n", target)
	return printTests(w, tests) == 0 && l.refused == ""
}
