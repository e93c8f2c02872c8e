package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

func newServices() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "services",
		Short: "List services and what serves",
		Long: `List the services of a host, or of a folder: whether each is enabled, how its active
generation is chosen (newest, or pinned by a switch or a mapping), which generations get
requests, how many there are, and what is wrong.`,
		Example: `  skep services
  skep services --root services --json`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.with(cmd, func(d deployments) error {
				list, err := d.Services(cmd.Context())
				if err != nil {
					return err
				}
				return t.print(cmd, list, func(w io.Writer) error { return listServices(w, list) })
			})
		},
	}
	t.add(cmd)
	return cmd
}

func listServices(w io.Writer, list []client.Service) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SERVICE\tSTATE\tMODE\tACTIVE\tGENERATIONS\tPROBLEM")
	for _, s := range list {
		state := "enabled"
		if !s.Enabled {
			state = "disabled"
		}
		row(table, s.ID, state, s.Mode, activeOf(s), fmt.Sprint(len(s.Generations)), problemOf(s))
	}
	return table.Flush()
}

// row writes a line of a table. What is empty is a dash; what comes from elsewhere stays on its line.
func row(table io.Writer, cells ...string) {
	for i, c := range cells {
		c = strings.Join(strings.Fields(printable(c)), " ")
		if c == "" {
			c = "-"
		}
		cells[i] = c
	}
	if cells[len(cells)-1] == "-" {
		cells[len(cells)-1] = ""
	}
	fmt.Fprintln(table, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

// activeOf names the generations that get requests, with their shares where there are several.
func activeOf(s client.Service) string {
	var names []string
	for _, g := range s.Generations {
		switch {
		case g.Share == 1:
			names = append(names, g.ID)
		case g.Share > 0:
			names = append(names, g.ID+" "+percent(g.Share))
		}
	}
	return strings.Join(names, ", ")
}

// problemOf is what is wrong with a service, or with its newest generation.
func problemOf(s client.Service) string {
	if s.Problem != "" || len(s.Generations) == 0 || s.Generations[0].Reason == "" {
		return s.Problem
	}
	return s.Generations[0].ID + ": " + s.Generations[0].Reason
}
