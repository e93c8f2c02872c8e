package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

func newGenerations() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "generations SERVICE",
		Short: "List the generations of a service and their endpoints",
		Long: `List the generations of a service, the newest first, and what is known of their endpoints.
A generation is

  active   it gets requests, as many as its share
  loaded   it could get some at once
  on hold  it waits for skep switch
  refused  it cannot serve; the reason stands beside it
  idle     none of these`,
		Example: `  skep generations demo`,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			return t.with(cmd, func(d deployments) error {
				s, err := d.Service(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return t.print(cmd, s, func(w io.Writer) error { return listGenerations(w, s) })
			})
		},
	}
	t.add(cmd)
	return cmd
}

func listGenerations(w io.Writer, s client.Service) error {
	if s.Problem != "" {
		fmt.Fprintf(w, "%s: %s\n\n", s.ID, printable(s.Problem))
	}
	var generations, endpoints table
	generations.row("GENERATION", "STATE", "SHARE", "PROBLEM")
	endpoints.row("ENDPOINT", "GENERATION", "STATE", "KIND", "INSTANCES", "SHA256", "PROBLEM")
	for _, g := range s.Generations {
		generations.row(g.ID, stateOf(g), percent(g.Share), g.Reason)
		for _, e := range g.Endpoints {
			reason := e.Reason
			if strings.HasSuffix(g.Reason, e.ID+": "+e.Reason) {
				reason = "" // stands above
			}
			endpoints.row(e.ID, g.ID+elsewhere(e, g), e.State, e.Kind, instancesOf(e.Pool), e.SHA256[:min(12, len(e.SHA256))],
				reason)
		}
	}
	if err := generations.print(w); err != nil || len(endpoints.rows) == 1 {
		return err
	}
	fmt.Fprintln(w)
	return endpoints.print(w)
}

// instancesOf says how many instances there are, and how many there may be.
func instancesOf(p *client.Pool) string {
	if p == nil {
		return ""
	}
	text := fmt.Sprintf("%d of %d", p.Idle+p.InUse, p.Ceil)
	if p.Waiting > 0 {
		text += fmt.Sprintf(", %s waiting", counted(p.Waiting, "request"))
	}
	return text
}

// elsewhere names the generation of an endpoint that goes on though it was replaced.
func elsewhere(e client.Endpoint, g client.Generation) string {
	if e.Generation == g.ID {
		return ""
	}
	return " (still " + e.Generation + ")"
}

// stateOf is a generation's state in words.
func stateOf(g client.Generation) string {
	switch {
	case g.Active:
		return "active"
	case g.Reason != "":
		return "refused"
	case g.Loaded:
		return "loaded"
	case g.Held:
		return "on hold"
	}
	return "idle"
}
