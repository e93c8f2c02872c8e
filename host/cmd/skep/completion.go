package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that can complete the command line.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Print a script that makes a shell complete skep's command line",
		Long: `Print a script that makes a shell complete skep's command line. Have the shell
read it when it starts, as in the examples.`,
		Example: `  source <(skep completion bash)                                  # in ~/.bashrc
  source <(skep completion zsh)                                   # in ~/.zshrc, after compinit
  skep completion fish > ~/.config/fish/completions/skep.fish
  skep completion powershell | Out-String | Invoke-Expression     # in $PROFILE`,
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := arguments(1, 1)(cmd, args); err != nil {
				return err
			}
			if !slices.Contains(shells, args[0]) {
				return misuse(cmd, "unknown shell %q, %v", args[0], allowed(shells...))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			return root.GenPowerShellCompletionWithDesc(out)
		},
	}
}
