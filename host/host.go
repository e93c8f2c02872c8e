// Package host serves endpoints that are WebAssembly modules over HTTP. It is the door to the packages below
// host/internal: it wires them and holds no logic of its own.
package host

import (
	"context"
	"fmt"
	"net"
	"sync"

	"skep/host/internal/activate"
	"skep/host/internal/infra"
	"skep/host/internal/ingress"
	"skep/host/internal/sandbox"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// Version is the version of this host, as clients see it.
const Version = "0.1.0"

// Host serves the endpoints of one folder.
type Host struct {
	store     *store.Store
	engine    *sandbox.Engine
	registry  *service.Registry
	activator *activate.Activator
	server    *ingress.Server
	problems  []string

	stop   context.CancelFunc // ends the loading
	loaded chan struct{}
	close  func() error
}

// CompileChild compiles a module and ends the process, where a host started it for that; else it returns at once. Hosts
// compile in child processes, which a hostile module may use up, and such a child is by default this program once more:
// whoever calls [New] calls CompileChild first thing in main. Packages that test hosts have hosttest.Main.
func CompileChild() { sandbox.CompileChild() }

// New opens a folder of services and starts to load what is in it, in the background: [Host.Serve] may be called at
// once, and an endpoint that is still loading answers 503. What cannot be served is logged and listed by
// [Host.Endpoints] and [Host.Problems]; it is no error. A skep.toml in the folder that cannot be read is one: what it
// forbids is not known. A Host must be closed.
func New(config Config) (*Host, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	where, err := infra.Lookup(config.Infra)
	if err != nil {
		return nil, err
	}
	metadata := config.RequestMetadata && where.RequestMetadata
	if config.RequestMetadata && !metadata {
		config.Log.Warn("request metadata stays off: the infrastructure type does not grant it", "infrastructure", where.Name)
	}

	h := &Host{registry: new(service.Registry), loaded: make(chan struct{})}
	if h.store, err = store.Open(config.Root); err != nil {
		return nil, err
	}
	settings, err := readSettings(h.store)
	if err != nil {
		_ = h.store.Close() // nothing was written
		return nil, err
	}
	engine := sandbox.Config{CacheDir: config.CacheDir, Compiler: config.Compiler, MemoryBudget: config.MemoryBudget,
		Log: config.Log}
	if h.engine, err = sandbox.NewEngine(engine); err != nil {
		_ = h.store.Close()
		return nil, err
	}
	h.activator = activate.New(h.store, h.engine, h.registry, where, config.Log)
	h.activator.Max = settings.Max
	h.server = ingress.New(ingress.Config{Registry: h.registry, Version: Version, Metadata: metadata, Wire: config.Wire,
		Log: config.Log})
	h.close = sync.OnceValue(h.shutdown)

	services, problems, err := h.store.Scan()
	if err != nil {
		_ = h.engine.Close()
		_ = h.store.Close()
		return nil, err
	}
	for _, p := range problems {
		h.problems = append(h.problems, p.String())
		config.Log.Warn("cannot be served", "path", p.Path, "reason", p.Reason)
	}
	h.load(services)
	return h, nil
}

// load makes all services known and brings them up in the background.
func (h *Host) load(services []store.Service) {
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	var all sync.WaitGroup
	for _, s := range services {
		finish := h.activator.Begin(s)
		all.Go(func() { finish(ctx) })
	}
	go func() {
		all.Wait()
		close(h.loaded)
	}()
}

// Serve answers the connections of a listener until the host is closed; it returns nil then. Several listeners may be
// served at once; the host closes them.
func (h *Host) Serve(ln net.Listener) error { return h.server.Serve(ln) }

// Wait returns when everything that was found has been loaded or refused, or when ctx ends.
func (h *Host) Wait(ctx context.Context) error {
	select {
	case <-h.loaded:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("host: waiting for endpoints to load: %w", ctx.Err())
	}
}

// Close stops to accept requests, answers those that have arrived, and gives everything back. What is still loading is
// given up; a module that is just being compiled is waited for. A second Close does nothing and returns what the first
// did. Serve may be called before, after or never.
func (h *Host) Close() error { return h.close() }

func (h *Host) shutdown() error {
	h.stop() // loading ends while requests are answered
	err := h.server.Shutdown()
	<-h.loaded
	for _, e := range h.registry.Endpoints() {
		if e.Caller != nil {
			_ = e.Caller.Close() // its guests have answered; what is left is memory
		}
	}
	_ = h.engine.Close()
	_ = h.store.Close()
	return err
}
