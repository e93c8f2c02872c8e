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

// settle is how long serve waits for endpoints to load before it says which ones do not serve yet. Scripts have more time,
// as they tell what is said then.
var settle = time.Second

func newServe(program string) *cobra.Command {
	var flags hostFlags
	var records recordFlags
	var root string
	var metadata bool
	var budget size
	var wire wireFlags
	addr, adminAddr := address("127.0.0.1:12000"), adminAddress("127.0.0.1:12001")
	var confined bool
	var keep int
	var rescan, grace time.Duration
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

What changes in the folder is served as soon as it is ready; what cannot be, changes
nothing. The admin API does the same from afar, for keys of skep keys new --admin.

SIGINT or SIGTERM ends the server when the requests that have arrived are answered, or
the grace is over, a second one at once.`,
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
			config.KeepGenerations, config.Rescan, config.Grace = keep, rescan, grace
			records.apply(&config)
			if config.Wire, err = wire.wire(cmd); err != nil {
				return err
			}
			if confined {
				if err := host.Confine(config); err != nil {
					return fmt.Errorf("%w; --confine=false or %s=false does without", err, variable("confine"))
				}
			}
			fitMachine(&config)
			config.SharedAdmin = adminAddr == adminSame
			return serve(cmd, string(addr), string(adminAddr), wire.scheme(), config, program)
		},
	}
	cmd.Flags().StringVar(&root, "root", "./services", "serve the services in `DIR`")
	cmd.Flags().Var(&addr, "addr", "listen on `HOST:PORT`; port 0 takes a free one")
	cmd.Flags().Var(&adminAddr, "admin-addr", "listen on `HOST:PORT` for the admin API, health and metrics; same is the "+
		"address of --addr, off nowhere")
	cmd.Flags().BoolVar(&metadata, "request-metadata", false, "let endpoints see headers and path of a request")
	cmd.Flags().IntVar(&keep, "keep-generations", 0, "when a generation takes over, remove those that have served but the "+
		"last `N`; 0 keeps all")
	cmd.Flags().DurationVar(&rescan, "rescan", host.DefaultRescan, "look at the folder every `TIME`, where the system "+
		"tells of no changes")
	cmd.Flags().DurationVar(&grace, "grace", host.DefaultGrace, "when the server is to end, wait `TIME` for requests that "+
		"have arrived")
	cmd.Flags().BoolVar(&confined, "confine", true, "give up privileges, files and programs that a host does not need, "+
		"where the system knows how")
	cmd.Flags().Var(&budget, "memory-budget", "memory that all endpoints together may take, as `SIZE`: 512MiB, 2GiB "+
		"(default half of what the control group or the machine has)")
	wire.add(cmd.Flags())
	records.add(cmd)
	flags.add(cmd, "info")
	return cmd
}

// serve serves until the command's context ends.
func serve(cmd *cobra.Command, addr, adminAddr, scheme string, config host.Config, program string) error {
	ln, err := listen("addr", addr)
	if err != nil {
		return err
	}
	defer ln.Close()
	var admin net.Listener
	if adminAddr != adminSame && adminAddr != adminOff {
		if admin, err = listen("admin-addr", adminAddr); err != nil {
			return err
		}
		defer admin.Close()
	}
	h, err := host.New(config)
	if err != nil {
		return err
	}
	reopenOnHangup(cmd.Context(), h, config)
	served := make(chan error, 2)
	go func() { served <- h.Serve(ln) }()
	if admin != nil {
		go func() { served <- h.ServeAdmin(admin) }()
		config.Log.Info("admin API", "addr", admin.Addr().String())
	}
	config.Log.Info("listening", "addr", ln.Addr().String(), "root", config.Root, "infrastructure", config.Infra)

	wait, cancel := context.WithTimeout(cmd.Context(), settle)
	_ = h.Wait(wait) // who is not ready by then is marked
	cancel()
	if cmd.Context().Err() == nil {
		printRequests(cmd.OutOrStdout(), h.Endpoints(), h.Problems(), baseURL(scheme, ln.Addr()), program)
	}
	select {
	case err = <-served:
	case <-cmd.Context().Done():
		config.Log.Info("closing: requests that have arrived are answered, a second signal ends at once", "grace", config.Grace)
	}
	return errors.Join(err, h.Close())
}

// listen opens the address that a flag names.
func listen(flag, addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another address with --%s or %s", err, flag, variable(flag))
	}
	return ln, nil
}

// baseURL is where a client on this machine finds a listener.
func baseURL(scheme string, addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return scheme + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}
