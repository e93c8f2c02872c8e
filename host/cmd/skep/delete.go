package main

import "github.com/spf13/cobra"

func newDelete() *cobra.Command {
	var t target
	var whole bool
	cmd := &cobra.Command{
		Use:   "delete SERVICE [GENERATION]",
		Short: "Remove a generation, or a whole service",
		Long: `Remove a generation that gets no requests and is not mapped. Without one, and with --whole,
remove the service: all its generations, its keys and its service.toml. What is removed
is gone for good.`,
		Example: `  skep delete demo v1
  skep delete demo --whole`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			if whole == (len(args) == 2) {
				return misuse(cmd, "say which generation: SERVICE GENERATION; SERVICE --whole removes all of it, with its keys and "+
					"settings")
			}
			if whole {
				return t.with(cmd, func(d deployments) error {
					if err := d.Delete(cmd.Context(), args[0]); err != nil {
						return err
					}
					return t.done(cmd, args[0], "", "%s: removed", args[0])
				})
			}
			if err := checkGeneration(cmd, args[1]); err != nil {
				return err
			}
			return t.with(cmd, func(d deployments) error {
				if err := d.DeleteGeneration(cmd.Context(), args[0], args[1]); err != nil {
					return err
				}
				return t.done(cmd, args[0], args[1], "%s: generation %s removed", args[0], args[1])
			})
		},
	}
	t.add(cmd)
	cmd.Flags().BoolVar(&whole, "whole", false, "the service with all that it has")
	return cmd
}
