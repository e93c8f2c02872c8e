package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newClean() *cobra.Command {
	var t target
	var keep uint
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Remove generations that are not needed any more",
		Long: `Remove, in all services, the generations that get no requests, are not mapped, and came before
the active one; but for the one that a rollback takes. Where more are kept, they are the
newest.`,
		Example: `  skep clean
  skep clean --keep 5`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.with(cmd, func(d deployments) error {
				cleaned, err := d.Clean(cmd.Context(), int(min(keep, 1<<30)))
				if err != nil {
					return err
				}
				return t.print(cmd, cleaned, func(w io.Writer) error {
					for _, c := range cleaned {
						if err := tellLine("%s: removed %s", c.Service, strings.Join(c.Removed, ", "))(w); err != nil {
							return err
						}
					}
					if len(cleaned) == 0 {
						return tellLine("nothing to remove")(w)
					}
					return nil
				})
			})
		},
	}
	t.add(cmd)
	cmd.Flags().UintVar(&keep, "keep", 1, "leave this `NUMBER` of them in each service")
	return cmd
}
