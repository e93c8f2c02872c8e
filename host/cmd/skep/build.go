package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"skep/host/internal/guestbuild"
	"skep/host/internal/service"
)

func newBuild() *cobra.Command {
	var out, into, generation string
	lang := choice{"", guestbuild.Languages()}
	var verbose bool
	cmd := &cobra.Command{
		Use:   "build [DIR]",
		Short: "Compile endpoints to modules",
		Long: `Compile the endpoint in DIR, the current folder by default, to a module with its
manifest inside, and print the module's path, size and SHA-256. Equal sources give equal
modules.

With --into, DIR is a tree of endpoints, DIR/<service>/<endpoint>/endpoint.toml. All of
them are built, as many at a time as there are processors, and each service becomes a
generation in a folder that skep serve can serve:

    <into>/<service>/generations/<generation>/<endpoint>.wasm

What lies in DIR/resources is for the endpoint to read. It is copied to where the module
finds it, resources/<endpoint> beside it, unless the module stays in DIR.

A generation of that name is replaced as a whole. When one endpoint cannot be built,
nothing is replaced, and all errors are listed.`,
		Example: `  skep build hello -o services/demo/hello.wasm
  skep build modules --into build/services`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			o := guestbuild.Options{Dir: dir, Out: out, Lang: lang.value}
			if verbose {
				o.Log = cmd.ErrOrStderr()
			}
			switch {
			case into != "" && (out != "" || lang.value != ""):
				return misuse(cmd, "--into builds many endpoints, --out and --lang are for one")
			case !service.ValidGeneration(generation):
				return misuse(cmd, "bad value %q for --generation: allowed are %s, and dots", generation, service.IDRule)
			case into != "":
				t := tree{source: dir, into: into, generation: generation, log: o.Log, notes: cmd.ErrOrStderr()}
				built, err := t.build(cmd.Context())
				printBuilt(cmd.OutOrStdout(), built...)
				return err
			}
			built, err := guestbuild.Build(cmd.Context(), o)
			if err == nil {
				err = placeResources(dir, built.Path)
			}
			if err == nil {
				printBuilt(cmd.OutOrStdout(), built)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&out, "out", "o", "", "write the module to `FILE` (default DIR/<name of DIR>.wasm)")
	lang.add(cmd, "lang", "guest `LANGUAGE`, else what the manifest or the files say")
	flags.StringVar(&into, "into", "", "build a tree of endpoints into the folder of services `ROOT`")
	flags.StringVar(&generation, "generation", "v1", "`NAME` of the generations that --into makes")
	flags.BoolVarP(&verbose, "verbose", "v", false, "print the compilers' commands and warnings")
	return cmd
}

// printBuilt prints a line for each module.
func printBuilt(w io.Writer, built ...guestbuild.Result) {
	for _, b := range built {
		fmt.Fprintf(w, "%s  %d bytes  sha256 %s\n", b.Path, b.Size, b.SHA256)
	}
}
