package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
	"skep/host/internal/service"
)

// deployments are what the subcommands about services work on: a host that runs, or a folder of services.
type deployments interface {
	Services(ctx context.Context) ([]client.Service, error)
	Service(ctx context.Context, id string) (client.Service, error)
	// Create makes a service, unless there is one.
	Create(ctx context.Context, id string) error
	// Import makes a generation of a zip file or a folder, which serves once somebody switches to it, and gives its id.
	// The progress is told in bytes.
	Import(ctx context.Context, id, generation, path string, progress func(done, all int64)) (string, error)
	// Preload returns when a generation can serve.
	Preload(ctx context.Context, id, generation string) error
	SwitchTo(ctx context.Context, id, generation string) error
	SwitchToNewest(ctx context.Context, id string) (generation string, err error)
	Rollback(ctx context.Context, id string) (generation string, err error)
	SetMapping(ctx context.Context, id string, mapping []client.Share) error
	SetEnabled(ctx context.Context, id string, enabled bool) error
	Delete(ctx context.Context, id string) error
	DeleteGeneration(ctx context.Context, id, generation string) error
	Clean(ctx context.Context, keep int) ([]client.Cleaned, error)

	loading(id, generation string) string // who loads it now, for people
	missing(err error) bool               // there is no such service or generation
	explain(err error) error
	io.Closer
}

// target are the flags that say which deployments are meant, and how to tell of them.
type target struct {
	access
	root string
	json bool
}

func (t *target) add(cmd *cobra.Command) {
	t.access.add(cmd)
	cmd.Flags().StringVar(&t.root, "root", "", "instead of a host, the folder of services `DIR`; a host that serves it "+
		"follows within seconds")
	cmd.Flags().BoolVar(&t.json, "json", false, "print JSON")
}

// with opens what is meant and takes a step there. A host is meant unless --root is on the command line, or its
// variable is set and nothing names a host.
func (t *target) with(cmd *cobra.Command, step func(d deployments) error) error {
	d, err := t.open(cmd)
	if err != nil {
		return err
	}
	return errors.Join(d.explain(step(d)), d.Close())
}

func (t *target) open(cmd *cobra.Command) (deployments, error) {
	host, root := cmd.Flags().Changed("host"), cmd.Flags().Changed("root")
	switch {
	case host && root:
		return nil, misuse(cmd, "--host is for a host that runs, --root for a folder: give one of them")
	case root || t.root != "" && t.host == "":
		return openFolder(t.root)
	}
	c, err := t.access.open(cmd)
	if err != nil {
		return nil, err
	}
	return remote{c}, nil
}

// print prints a value as JSON, or has it told to people.
func (t *target) print(cmd *cobra.Command, value any, tell func(w io.Writer) error) error {
	if !t.json {
		return tell(cmd.OutOrStdout())
	}
	return printJSON(cmd.OutOrStdout(), value)
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// done tells of a change.
func (t *target) done(cmd *cobra.Command, id, generation, format string, args ...any) error {
	value := struct {
		Service    string `json:"serviceId"`
		Generation string `json:"generation,omitempty"`
	}{id, generation}
	return t.print(cmd, value, tellLine(format, args...))
}

// noteDisabled tells people when a service answers nothing although a generation of it was made active. What has been
// done holds, also where this cannot be found out.
func noteDisabled(cmd *cobra.Command, d deployments, id string) {
	if s, err := d.Service(cmd.Context(), id); err == nil && !s.Enabled {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s is disabled: it answers 503 until skep enable %s\n", id, id)
	}
}

// tellLine tells one line to people.
func tellLine(format string, args ...any) func(w io.Writer) error {
	return func(w io.Writer) error {
		_, err := fmt.Fprintln(w, printable(fmt.Sprintf(format, args...)))
		return err
	}
}

// checkService and checkGeneration find words on the command line that cannot be such names.
func checkService(cmd *cobra.Command, id string) error {
	if !service.ValidID(id) {
		return misuse(cmd, "%q is not the name of a service: %s", id, service.IDRule)
	}
	return nil
}

func checkGeneration(cmd *cobra.Command, generation string) error {
	if !service.ValidGeneration(generation) {
		return misuse(cmd, "%q is not the name of a generation: %s; dots may stand in it too", generation, service.IDRule)
	}
	return nil
}

// remote is a host that runs.
type remote struct{ *client.Client }

// Create makes a service, unless there is one.
func (r remote) Create(ctx context.Context, id string) error {
	err := r.Client.Create(ctx, id)
	if errors.Is(err, &client.Error{Type: "Conflict"}) {
		return nil
	}
	return err
}

// Import uploads a zip file, or a folder packed as one.
func (r remote) Import(ctx context.Context, id, generation, path string, progress func(done, all int64)) (string, error) {
	archive, err := openArchive(path)
	if err != nil {
		return "", err
	}
	defer archive.Close()
	info, err := archive.Stat()
	if err != nil {
		return "", err
	}
	return r.Upload(ctx, id, generation, &progressReader{archive, 0, info.Size(), progress}, info.Size())
}

func (r remote) loading(id, generation string) string {
	return "loading generation " + generation + " of " + id
}

func (r remote) missing(err error) bool { return errors.Is(err, &client.Error{Type: "NotFound"}) }

func (r remote) explain(err error) error { return explainAccess(r.Client, err) }

// Close has nothing to give back.
func (r remote) Close() error { return nil }

// progressReader tells how much of a file has been read.
type progressReader struct {
	file      *os.File
	done, all int64
	progress  func(done, all int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	p.done += int64(n)
	p.progress(p.done, p.all)
	return n, err
}
