package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"skep/host"
)

// variable is the environment variable that stands for a flag: SKEP_LOG_LEVEL for log-level.
func variable(flag string) string {
	return "SKEP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// documentVariables names the variable of each flag in its help.
func documentVariables(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage += " [" + variable(f.Name) + "]" })
	for _, c := range cmd.Commands() {
		documentVariables(c)
	}
}

// applyVariables gives the flags that are not on the command line the values of their variables. A flag that may be
// repeated takes one value a line.
func applyVariables(cmd *cobra.Command) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		text := os.Getenv(variable(f.Name))
		if err != nil || f.Changed || text == "" || f.Name == "help" {
			return
		}
		values := []string{text}
		if _, list := f.Value.(pflag.SliceValue); list {
			values = strings.Split(strings.TrimRight(text, "\n"), "\n")
		}
		for _, v := range values {
			if cause := f.Value.Set(v); cause != nil {
				err = misuse(cmd, "%s", badValue(variable(f.Name), v, f, cause))
				return
			}
		}
	})
	return err
}

// applySettings gives the flags that are set neither on the command line nor by a variable what skep.toml says, in the
// folder of services.
func applySettings(cmd *cobra.Command, root string) error {
	settings, err := host.ReadSettings(root)
	if err != nil {
		return err
	}
	for _, s := range settings {
		f := cmd.Flags().Lookup(strings.ReplaceAll(s.Key, "_", "-"))
		if f.Changed || os.Getenv(variable(f.Name)) != "" {
			continue
		}
		if err := f.Value.Set(s.Value); err != nil {
			return fmt.Errorf("%s: %s", s.Place, badValue(s.Key, s.Value, f, err))
		}
	}
	return nil
}

// badValue says that a flag's value, which came from the flag, its variable or a file, is not allowed, and what is.
func badValue(source, value string, f *pflag.Flag, cause error) string {
	switch f.Value.Type() { // what Go's library says of these is for programmers
	case "bool":
		cause = allowed("true", "false")
	case "uint", "uint64":
		cause = allowed("whole numbers from 0")
	case "float64":
		cause = allowed("numbers, as 0.1")
	case "duration":
		cause = allowed("lengths of time, as 500ms, 30s or 5m")
	}
	return fmt.Sprintf("bad value %q for %s: %v", value, source, cause)
}

func allowed(values ...string) error {
	return fmt.Errorf("allowed are %s", strings.Join(values, ", "))
}
