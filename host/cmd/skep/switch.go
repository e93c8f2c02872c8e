package main

import "github.com/spf13/cobra"

func newSwitch() *cobra.Command {
	var t target
	var newest bool
	cmd := &cobra.Command{
		Use:   "switch SERVICE [GENERATION]",
		Short: "Make a generation the active one",
		Long: `Make a generation the active one, when the host has loaded it. It stays so whatever appears,
until the next switch. With --newest it is the newest generation, and from then on each
one that appears in the folder of services.`,
		Example: `  skep switch demo v2
  skep switch demo --newest`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			if newest == (len(args) == 2) {
				return misuse(cmd, "say which generation: SERVICE GENERATION, or SERVICE --newest")
			}
			if newest {
				return t.with(cmd, func(d deployments) error {
					generation, err := d.SwitchToNewest(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					noteDisabled(cmd, d, args[0])
					return t.done(cmd, args[0], generation, "%s: generation %s is active, and newer ones will be", args[0], generation)
				})
			}
			if err := checkGeneration(cmd, args[1]); err != nil {
				return err
			}
			return t.with(cmd, func(d deployments) error {
				if err := d.SwitchTo(cmd.Context(), args[0], args[1]); err != nil {
					return err
				}
				noteDisabled(cmd, d, args[0])
				return t.done(cmd, args[0], args[1], "%s: generation %s is active", args[0], args[1])
			})
		},
	}
	t.add(cmd)
	cmd.Flags().BoolVar(&newest, "newest", false, "the newest generation, also when newer ones appear")
	return cmd
}
