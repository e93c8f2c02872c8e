package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A subcommand is a file of its name with a function that makes it, a line in newRoot, a script of its name in
// testdata/script and a help text in testdata/help. Every flag has an environment variable, see variables.go.

// newRoot is the whole command line. The program's name is the one by which it was started; texts to paste use it.
func newRoot(program string) *cobra.Command {
	root := &cobra.Command{
		Use:   "skep",
		Short: "Serve HTTP endpoints, each one a WebAssembly module in a sandbox of its own",
		Long: `Serve HTTP endpoints, each one a WebAssembly module in a sandbox of its own.

Every flag can also be set by an environment variable, which its help names. A flag
wins over its variable, a variable over the default; an empty variable is not set.

Exit codes: 0 success, 1 failure, 2 a command line that makes no sense.`,
		Example: `  skep new hello
  skep build hello -o services/demo/hello.wasm
  skep serve`,
		Args:              noSuchCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return applyVariables(cmd) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newBuild(),
		newCall(),
		newCheck(),
		newClean(),
		newCompletion(),
		newDelete(),
		newDeploy(),
		newDisable(),
		newEnable(),
		newGenerations(),
		newImport(),
		newKeys(),
		newLogs(),
		newMapping(),
		newNew(program),
		newRollback(),
		newRollout(),
		newServe(program),
		newServices(),
		newSwitch(),
		newTest(),
		newToolchains(),
		newVersion(),
	)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 100"))
	documentVariables(root)
	return root
}

var (
	// errUsage is a command line that makes no sense.
	errUsage = errors.New("usage")
	// errReported is a failure that the command has told about already.
	errReported = errors.New("failed")
)

// usageError says what is wrong with a command line and where help is.
type usageError struct{ text, command string }

func (e *usageError) Error() string        { return fmt.Sprintf("%s; try %q", e.text, e.command+" -h") }
func (e *usageError) Is(target error) bool { return target == errUsage }

func misuse(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...), command: cmd.CommandPath()}
}

func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		text += ", did you mean " + strings.Join(similar, " or ") + "?"
	}
	return misuse(cmd, "%s", text)
}

// flagError is what the flag library says, with what is allowed.
func flagError(cmd *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		f := value.GetFlag()
		return misuse(cmd, "%s", badValue("--"+f.Name, value.GetValue(), f, value.Unwrap()))
	}
	return misuse(cmd, "%v", err)
}

// arguments wants from least to most arguments; most below 0 is no limit.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return misuse(cmd, "%s given, want: %s", counted(len(args), "argument"), cmd.UseLine())
		}
		return nil
	}
}
