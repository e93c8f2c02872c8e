package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"skep/host"
	"skep/host/internal/manifest"
)

func newCheck() *cobra.Command {
	var flags hostFlags
	cmd := &cobra.Command{
		Use:   "check FILE.wasm|DIR...",
		Short: "Say everything that loading modules would say, without a server",
		Long: `Load modules as a server would, and print what they are, what they may use, which
infrastructure types grant what they want, and the outcome of their test queries.

A FILE.toml beside a FILE.wasm overrides the module's manifest, as it does in a folder of
services. A folder with the sources of an endpoint is built first.

The exit code is 1 when a module would be refused.`,
		Example: `  skep check hello
  skep check --infra k8s services/demo/*.wasm`,
		Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := flags.config(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return eachLocal(cmd, args, config, check)
		},
	}
	flags.add(cmd, "warn")
	return cmd
}

// eachLocal loads one target after the other and has each looked at. It goes on after one that is bad, and fails in the
// end.
func eachLocal(cmd *cobra.Command, targets []string, config host.Config,
	look func(w io.Writer, target string, l *local) bool) error {
	var failed error
	for _, target := range targets {
		l, err := openLocal(cmd.Context(), target, config)
		if err != nil {
			if cmd.Context().Err() != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "skep: %s\n", printable(err.Error()))
			failed = errReported
			continue
		}
		if !look(cmd.OutOrStdout(), target, l) {
			failed = errReported
		}
		l.close()
	}
	return failed
}

// check prints all that is known of an endpoint and says whether it would serve.
func check(w io.Writer, target string, l *local) bool {
	e := l.endpoint
	if l.refused == "" {
		fmt.Fprintf(w, "%s: ready\n", target)
	} else {
		fmt.Fprintf(w, "%s: refused: %s\n", target, indent(l.refused, "    "))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(table, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("size", "%d bytes", l.size)
	if e.SHA256 != "" {
		row("sha256", "%s", e.SHA256)
	}
	if e.Kind != "" {
		m := e.Manifest
		row("kind", "%s", e.Kind)
		row("custom responses", "%s", yesNo(m.CustomResponse))
		row("input", "%v", m.Input)
		row("isolation", "%v", m.Isolation)
		row("limits", "%s", limits(m.Limits))
		row("pool", "floor %d, cruise %d, ceil %d, queue %d, timeout %v",
			m.Pool.Floor, m.Pool.Cruise, m.Pool.Ceil, m.Pool.Queue, m.Pool.Timeout)
		serves, blind, refused := infrastructures(e)
		row("serves on", "%s", serves)
		row("without request metadata on", "%s", blind)
		row("refused on", "%s", refused)
	}
	table.Flush() // the writer below does not fail in a way that could be told
	printTests(w, e.Tests)
	return l.refused == ""
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func limits(l manifest.Limits) string {
	fuel := "without limit"
	if l.Fuel > 0 {
		fuel = fmt.Sprint(l.Fuel)
	}
	return fmt.Sprintf("timeout %v, init %v, memory %s, body %s, fuel %s",
		l.Timeout, l.Init, manifest.FormatSize(l.Memory), manifest.FormatSize(l.Body), fuel)
}

// infrastructures lists the types where an endpoint serves, where it does so without request metadata, and where it is
// refused.
func infrastructures(e host.Endpoint) (serves, blind, refused string) {
	var lists [3][]string
	for _, t := range host.InfraTypes() {
		i := 0
		switch {
		case e.Granted(t) != nil:
			i = 2
		case !t.RequestMetadata:
			i = 1
		}
		lists[i] = append(lists[i], t.Name)
	}
	text := func(names []string) string { return cmp.Or(strings.Join(names, ", "), "none") }
	return text(lists[0]), text(lists[1]), text(lists[2])
}

// printTests prints the outcomes of test queries.
func printTests(w io.Writer, tests []host.Test) (failed int) {
	for _, t := range tests {
		if t.Err == nil {
			fmt.Fprintf(w, "  ok    %s\n", printable(t.Name))
			continue
		}
		failed++
		fmt.Fprintf(w, "  FAIL  %s: %s\n", printable(t.Name), indent(printable(t.Err.Error()), strings.Repeat(" ", 10)))
	}
	return failed
}
