package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	guestsdk "skep/guest-sdk"
)

func newNew(program string) *cobra.Command {
	lang := choice{"go", guestsdk.Languages()}
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a folder with a new endpoint that builds and runs",
		Long: `Make the folder NAME with a new endpoint: sources, manifest and a test, and the SDK in
.skep beside them, so that it builds without a network. Then print what to do next.`,
		Example: "  skep new --lang go hello",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			err := guestsdk.NewProject(lang.value, name, name)
			if errors.Is(err, guestsdk.ErrName) {
				return misuse(cmd, "%v", err)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), nextSteps, name, shellQuote(program))
			return nil
		},
	}
	lang.add(cmd, "lang", "guest `LANGUAGE`")
	return cmd
}

// nextSteps is what to paste after a new endpoint %[1]s was made by program %[2]s.
const nextSteps = `# %[1]s is a new endpoint. Run the test queries of its manifest, and call it once:
%[2]s test %[1]s
%[2]s call %[1]s --data '{"name": "Bea"}'

# Put its module where a server finds it, and serve it:
%[2]s build %[1]s -o services/demo/%[1]s.wasm
%[2]s serve
`
