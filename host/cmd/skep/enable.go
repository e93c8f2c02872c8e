package main

import "github.com/spf13/cobra"

func newEnable() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:     "enable SERVICE",
		Short:   "Let a service answer again",
		Long:    "Let a service answer again that was disabled.",
		Example: "  skep enable demo",
		Args:    arguments(1, 1),
		RunE:    func(cmd *cobra.Command, args []string) error { return setEnabled(cmd, &t, args[0], true) },
	}
	t.add(cmd)
	return cmd
}

// setEnabled enables or disables a service.
func setEnabled(cmd *cobra.Command, t *target, id string, enabled bool) error {
	if err := checkService(cmd, id); err != nil {
		return err
	}
	return t.with(cmd, func(d deployments) error {
		if err := d.SetEnabled(cmd.Context(), id, enabled); err != nil {
			return err
		}
		word := "disabled"
		if enabled {
			word = "enabled"
		}
		return t.done(cmd, id, "", "%s: %s", id, word)
	})
}
