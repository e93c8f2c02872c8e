package main

import "github.com/spf13/cobra"

func newDisable() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:     "disable SERVICE",
		Short:   "Have a service answer 503",
		Long:    "Have a service answer 503, whatever is loaded, until it is enabled. Its generations stay.",
		Example: "  skep disable demo",
		Args:    arguments(1, 1),
		RunE:    func(cmd *cobra.Command, args []string) error { return setEnabled(cmd, &t, args[0], false) },
	}
	t.add(cmd)
	return cmd
}
