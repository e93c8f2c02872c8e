package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newImport() *cobra.Command {
	var t target
	var generation string
	cmd := &cobra.Command{
		Use:   "import SERVICE PATH",
		Short: "Make a generation of a package, without activating it",
		Long: `Make a generation of a package that was built elsewhere: a zip file or a folder, which holds
<endpoint>.wasm, <endpoint>.toml and resources/<endpoint>/. It has the name of the file or
folder, and waits for skep switch. A service that does not exist is made.`,
		Example: `  skep import demo releases/v7.zip && skep switch demo v7
  skep import demo build/services/docs/generations/v1 --generation docs-v1`,
		Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, path := args[0], args[1]
			if err := checkService(cmd, id); err != nil {
				return err
			}
			if generation == "" {
				abs, err := filepath.Abs(path)
				if err != nil {
					return err
				}
				generation = strings.TrimSuffix(filepath.Base(abs), archiveExt)
			}
			if err := checkGeneration(cmd, generation); err != nil {
				return err
			}
			kind, err := kindOf(path)
			if err != nil {
				return err
			}
			if kind != sourcePackage {
				return fmt.Errorf("%s is not a package: skep deploy %s builds one and puts it together", path, path)
			}
			return t.with(cmd, func(d deployments) error {
				if err := d.Create(cmd.Context(), id); err != nil {
					return err
				}
				notes := &notes{w: cmd.ErrOrStderr()}
				made, err := d.Import(cmd.Context(), id, generation, path, notes.uploaded)
				notes.end()
				if err != nil {
					return err
				}
				return t.done(cmd, id, made, "%s: generation %s waits for skep switch %s %s", id, made, id, made)
			})
		},
	}
	t.add(cmd)
	cmd.Flags().StringVar(&generation, "generation", "", "`NAME` of the generation (default that of the file or folder)")
	return cmd
}
