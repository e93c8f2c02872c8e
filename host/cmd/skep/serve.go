package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"skep/host"
)

// settle is how long serve waits for endpoints to load before it says which ones do not serve yet.
const settle = time.Second

func newServe(program string) *cobra.Command {
	var flags hostFlags
	var root string
	var metadata bool
	var budget size
	addr, adminAddr := address("127.0.0.1:12000"), address("127.0.0.1:12001")
	var confined bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the endpoints of a folder over HTTP",
		Long: `Serve the endpoints of a folder of services over HTTP, and print requests for them that
can be pasted into a shell.

Modules lie in <root>/<service>/<endpoint>.wasm, or in
<root>/<service>/generations/<generation>/<endpoint>.wasm; a <endpoint>.toml beside one
overrides its manifest. What cannot be served is logged with the reason, and all else
serves.

<root>/skep.toml may hold flags, as addr = "0.0.0.0:12000", which give way to variables,
and under [max] what the manifests of modules may ask for at most.

SIGINT or SIGTERM ends the server when the requests that have arrived are answered, a
second one at once.`,
		Example: `  skep serve
  skep serve --root build/services --addr 0.0.0.0:12000 --request-metadata`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("the folder of services %s does not exist: make it and put modules there, as "+
					"<service>/<endpoint>.wasm, or name another with --root or %s", root, variable("root"))
			}
			if err := applySettings(cmd, root); err != nil {
				return err
			}
			config, err := flags.config(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			config.Root, config.RequestMetadata, config.MemoryBudget = root, metadata, int64(budget)
			if confined {
				if err := host.Confine(config); err != nil {
					return fmt.Errorf("%w; --confine=false or %s=false does without", err, variable("confine"))
				}
			}
			fitMachine(&config)
			return serve(cmd, string(addr), string(adminAddr), config, program)
		},
	}
	cmd.Flags().StringVar(&root, "root", "./services", "serve the services in `DIR`")
	cmd.Flags().Var(&addr, "addr", "listen on `HOST:PORT`; port 0 takes a free one")
	cmd.Flags().Var(&adminAddr, "admin-addr", "listen for administrators on `HOST:PORT`; port 0 takes a free one")
	cmd.Flags().BoolVar(&metadata, "request-metadata", false, "let endpoints see headers and path of a request")
	cmd.Flags().BoolVar(&confined, "confine", true, "give up privileges, files and programs that a host does not need, "+
		"where the system knows how")
	cmd.Flags().Var(&budget, "memory-budget", "memory that all endpoints together may take, as `SIZE`: 512MiB, 2GiB "+
		"(default half of what the control group or the machine has)")
	flags.add(cmd, "info")
	return cmd
}

// serve serves until the command's context ends.
func serve(cmd *cobra.Command, addr, adminAddr string, config host.Config, program string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w: choose another address with --addr or %s", err, variable("addr"))
	}
	defer ln.Close()
	admin, err := net.Listen("tcp", adminAddr)
	if err != nil {
		return fmt.Errorf("%w: choose another address with --admin-addr or %s", err, variable("admin-addr"))
	}
	defer admin.Close()
	h, err := host.New(config)
	if err != nil {
		return err
	}
	served := make(chan error, 2)
	go func() { served <- h.ServeAdmin(admin) }()
	go func() { served <- h.Serve(ln) }()
	config.Log.Info("listening", "addr", ln.Addr().String(), "root", config.Root, "infrastructure", config.Infra)
	config.Log.Info("admin API", "addr", admin.Addr().String())

	wait, cancel := context.WithTimeout(cmd.Context(), settle)
	_ = h.Wait(wait) // who is not ready by then is marked
	cancel()
	if cmd.Context().Err() == nil {
		printRequests(cmd.OutOrStdout(), h.Endpoints(), h.Problems(), baseURL(ln.Addr()), program)
	}
	select {
	case err = <-served:
	case <-cmd.Context().Done():
		config.Log.Info("closing: requests that have arrived are answered, a second signal ends at once")
	}
	return errors.Join(err, h.Close())
}

// baseURL is where a client on this machine finds a listener.
func baseURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
