package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
	"skep/host/internal/manifest"
)

func newDeploy() *cobra.Command {
	var d deployment
	var verbose bool
	cmd := &cobra.Command{
		Use:   "deploy PATH...",
		Short: "Build endpoints and have a host serve them",
		Long: `Build endpoints, upload them as one new generation of a service, and make it active when
the host has loaded it and its test queries have passed. Until then, and when anything
goes wrong, what serves goes on. A service that does not exist is made.

PATH is the folder of an endpoint, with its endpoint.toml; a folder of such folders; a
module, with the manifest beside it; or by itself a zip file or a folder that holds
<endpoint>.wasm, <endpoint>.toml and resources/<endpoint>/.

Generations never change. One that has no name given is named after its content, so that
the same content makes one generation, which becomes active again.`,
		Example: `  skep deploy modules/docs
  skep deploy greet --service demo --generation v2
  skep deploy greet --service demo --generation v3 --canary 0.1
  skep deploy build/a.wasm build/b.wasm --service demo --no-activate`,
		Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if d.service == "" {
				if kind, err := kindOf(args[0]); err != nil {
					return err
				} else if kind == sourceProjects && len(args) == 1 {
					abs, err := filepath.Abs(args[0])
					if err != nil {
						return err
					}
					d.service = filepath.Base(abs)
				} else {
					return misuse(cmd, "say which service: --service NAME")
				}
			}
			if err := d.check(cmd); err != nil {
				return err
			}
			b := &bundler{notes: cmd.ErrOrStderr()}
			if verbose {
				b.log = cmd.ErrOrStderr()
			}
			return d.with(cmd, func(to deployments) error { return d.run(cmd, to, b, args) })
		},
	}
	d.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&d.service, "service", "", "deploy to the service `NAME` (default the name of a folder of endpoints)")
	flags.StringVar(&d.generation, "generation", "", "`NAME` of the new generation (default one made of a digest of its "+
		"content)")
	flags.BoolVar(&d.hold, "no-activate", false, "only load it: it waits for skep switch")
	flags.Float64Var(&d.canary, "canary", 0, "give it this `SHARE` of the requests, as 0.1, and leave the rest to the active "+
		"generation")
	flags.BoolVarP(&verbose, "verbose", "v", false, "print the compilers' commands and warnings")
	return cmd
}

// deployment says what to deploy and how.
type deployment struct {
	target
	service, generation string
	hold                bool    // do not activate
	canary              float64 // share of the requests; 0: all of them
}

func (d *deployment) check(cmd *cobra.Command) error {
	switch {
	case d.canary != 0 && !(d.canary > 0 && d.canary < 1):
		return misuse(cmd, "bad value %v for --canary: allowed are numbers between 0 and 1", d.canary)
	case d.canary != 0 && d.hold:
		return misuse(cmd, "--canary activates, --no-activate does not: give one of them")
	}
	if d.generation != "" {
		if err := checkGeneration(cmd, d.generation); err != nil {
			return err
		}
	}
	return checkService(cmd, d.service)
}

// run deploys. What can be known to be wrong is found before anything is built.
func (d *deployment) run(cmd *cobra.Command, to deployments, b *bundler, paths []string) (err error) {
	ctx := cmd.Context()
	before, err := to.Service(ctx, d.service)
	fresh := err != nil && to.missing(err)
	if err != nil && !fresh {
		return err
	}
	for _, g := range before.Generations {
		if g.ID == d.generation {
			return fmt.Errorf("service %s has a generation %s already, and generations never change: have it serve by skep "+
				"switch %s %s, choose another name by --generation, or remove it by skep delete %s %s", d.service, g.ID, d.service,
				g.ID, d.service, g.ID)
		}
	}
	active := ""
	if d.canary > 0 {
		if active, err = soleActive(before, d.service); err != nil {
			return err
		}
	}
	made, err := b.bundle(ctx, paths)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, made.close()) }()
	if fresh {
		if err := to.Create(ctx, d.service); err != nil {
			return err
		}
	}
	notes := &notes{w: b.notes}
	generation, err := to.Import(ctx, d.service, d.generation, made.path, notes.uploaded)
	notes.end()
	if err != nil {
		return err
	}
	fmt.Fprintln(b.notes, to.loading(d.service, generation))
	switch err := d.activate(ctx, to, generation, active); {
	case errors.Is(err, client.ErrUnreachable): // it may have done what it was asked for
		fmt.Fprintf(b.notes, "generation %s of %s is there; skep generations %s shows whether it serves, skep switch %s %s "+
			"has it serve\n", generation, d.service, d.service, d.service, generation)
		return err
	case err != nil:
		return fmt.Errorf("%w\ngeneration %s of %s does not serve; what served before goes on. skep generations %s shows it, "+
			"skep delete %s %s removes it", err, generation, d.service, d.service, d.service, generation)
	}
	if !d.hold {
		noteDisabled(cmd, to, d.service)
	}
	return d.tell(cmd, generation, active)
}

// soleActive is the generation that gets all requests, with which another one can share them.
func soleActive(s client.Service, id string) (string, error) {
	for _, g := range s.Generations {
		if g.Share == 1 {
			return g.ID, nil
		}
	}
	return "", fmt.Errorf("no generation of %s gets all requests, so that there is none that could leave some to a canary: "+
		"deploy without --canary, or switch to one first", id)
}

func (d *deployment) activate(ctx context.Context, to deployments, generation, active string) error {
	switch {
	case d.hold:
		return to.Preload(ctx, d.service, generation)
	case active != "" && active != generation:
		return to.SetMapping(ctx, d.service, []client.Share{{Generation: active, Proba: 1 - d.canary},
			{Generation: generation, Proba: d.canary}})
	}
	return to.SwitchTo(ctx, d.service, generation)
}

func (d *deployment) tell(cmd *cobra.Command, generation, active string) error {
	switch {
	case d.hold:
		return d.done(cmd, d.service, generation, "%s: generation %s waits for skep switch %s %s", d.service, generation,
			d.service, generation)
	case active != "" && active != generation:
		return d.done(cmd, d.service, generation, "%s: generation %s gets %s of the requests, %s the rest", d.service,
			generation, percent(d.canary), active)
	}
	return d.done(cmd, d.service, generation, "%s: generation %s is active", d.service, generation)
}

// notes tells of an upload: in one line that is written over where someone looks, else when it is done.
type notes struct {
	w     io.Writer
	shown int64 // hundredths
	open  bool  // a line is not ended
}

func (n *notes) uploaded(done, all int64) {
	hundredths := done * 100 / max(all, 1)
	switch {
	case isTerminal(n.w) && (hundredths > n.shown || !n.open):
		fmt.Fprintf(n.w, "\ruploading %s: %d %%", amount(all), hundredths)
		n.open = true
	case !isTerminal(n.w) && !n.open:
		fmt.Fprintf(n.w, "uploading %s", amount(all))
		n.open = true
	}
	n.shown = hundredths
}

func (n *notes) end() {
	if n.open {
		fmt.Fprintln(n.w)
	}
	n.open = false
}

// amount is a number of bytes for people, rounded up to KiB.
func amount(n int64) string { return manifest.FormatSize((n + 1023) / 1024 * 1024) }

// percent is a share for people.
func percent(share float64) string {
	return strconv.FormatFloat(share*100, 'g', 4, 64) + " %"
}

// counted is a number of things, in words.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
