package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

func newLogs() *cobra.Command {
	var a access
	var follow, raw bool
	var lines uint
	cmd := &cobra.Command{
		Use:   "logs SERVICE/ENDPOINT",
		Short: "Show what an endpoint logs",
		Long: `Show the last lines that an endpoint has logged, as the host has kept them: time, level,
generation, the id of the request, and the message. Among them are those of the host on
calls that failed, and on answers that it corrected. With --follow also those to come,
until the command is interrupted.`,
		Example: `  skep logs demo/greet --follow`,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, endpoint, ok := strings.Cut(args[0], "/")
			if !ok {
				return misuse(cmd, "%q does not name an endpoint: write SERVICE/ENDPOINT", args[0])
			}
			if err := errors.Join(checkService(cmd, id), checkService(cmd, endpoint)); err != nil {
				return err
			}
			c, err := a.open(cmd)
			if err != nil {
				return err
			}
			show := func(l client.LogLine) error { return showLogLine(cmd.OutOrStdout(), l) }
			if raw {
				show = func(l client.LogLine) error {
					_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", l.Raw)
					return err
				}
			}
			err = c.Logs(cmd.Context(), id, endpoint, int(min(lines, 1<<30)), follow, show)
			if follow && errors.Is(err, context.Canceled) {
				return nil // so it was ended
			}
			return explainAccess(c, err)
		},
	}
	a.add(cmd)
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "show also the lines to come")
	cmd.Flags().UintVar(&lines, "lines", 100, "show the last `NUMBER` of lines that the host has kept")
	cmd.Flags().BoolVar(&raw, "json", false, "print each line as JSON, as it comes")
	return cmd
}

func showLogLine(w io.Writer, l client.LogLine) error {
	request := l.RequestID
	if request == "" {
		request = "-"
	}
	_, err := fmt.Fprintf(w, "%s %-5s %s %s %s\n", l.Time.Format(time.RFC3339Nano), printable(l.Level),
		printable(l.Generation), printable(request), indent(printable(l.Message), "  "))
	return err
}
