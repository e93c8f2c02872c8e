package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

// remote gives a client where keys of a host that runs are meant: those of administrators, when --host is given, or its
// variable without a folder. It is nil where a folder is meant.
func (o *keyOwner) remote(cmd *cobra.Command) (*client.Client, error) {
	host, root := cmd.Flags().Changed("host"), cmd.Flags().Changed("root")
	switch {
	case host && root:
		return nil, misuse(cmd, "--host is for a host that runs, --root for a folder: give one of them")
	case host && !o.admin:
		return nil, misuse(cmd, "the admin API has keys of administrators only (--admin); those of services are in the folder "+
			"(--root)")
	case !host && (o.host == "" || !o.admin || root || os.Getenv(variable("root")) != ""):
		return nil, nil
	case o.service != "":
		return nil, misuse(cmd, "say whose keys: --service NAME or --admin")
	}
	return o.access.open(cmd)
}

// makeKey has a host that runs make a key.
func (o *keyOwner) makeKey(cmd *cobra.Command, c *client.Client, like client.Key) error {
	made, err := c.NewKey(cmd.Context(), like)
	if err != nil {
		return explainAccess(c, err)
	}
	if err := o.printNew(cmd, made.Key, made); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s is the id of the key. Keep the key: it is shown only now.\n", printable(made.ID))
	return nil
}
