package main

import "github.com/spf13/cobra"

func newRollback() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "rollback SERVICE",
		Short: "Go back to the generation that was active before",
		Long: `Make the generation active that was the last to get all requests, other than the one that
gets them now. While several share the requests, as with a canary, that is the one from
before they did. A second rollback undoes the first.`,
		Example: `  skep rollback demo`,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			return t.with(cmd, func(d deployments) error {
				generation, err := d.Rollback(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				noteDisabled(cmd, d, args[0])
				return t.done(cmd, args[0], generation, "%s: generation %s is active", args[0], generation)
			})
		},
	}
	t.add(cmd)
	return cmd
}
