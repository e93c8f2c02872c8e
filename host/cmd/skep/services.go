package main

import (
	"io"
	"strconv"
	"strings"

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
	var t table
	t.row("SERVICE", "STATE", "MODE", "ACTIVE", "GENERATIONS", "PROBLEM")
	for _, s := range list {
		state := "enabled"
		if !s.Enabled {
			state = "disabled"
		}
		t.row(s.ID, state, s.Mode, activeOf(s), strconv.Itoa(len(s.Generations)), problemOf(s))
	}
	return t.print(w)
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

// problemOf is what is wrong with a service, with its newest generation, or with an endpoint of that one.
func problemOf(s client.Service) string {
	if s.Problem != "" || len(s.Generations) == 0 {
		return s.Problem
	}
	newest := s.Generations[0]
	if newest.Reason != "" {
		return newest.ID + ": " + newest.Reason
	}
	for _, e := range newest.Endpoints {
		if e.Reason != "" {
			return "endpoint " + e.ID + ": " + e.Reason
		}
	}
	return ""
}
