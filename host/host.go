// Package host serves endpoints that are WebAssembly modules over HTTP. It is the door to the packages below
// host/internal: it wires them and holds no logic of its own.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"skep/host/internal/activate"
	"skep/host/internal/admin"
	"skep/host/internal/auth"
	"skep/host/internal/infra"
	"skep/host/internal/ingress"
	"skep/host/internal/observe"
	"skep/host/internal/pace"
	"skep/host/internal/rollout"
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
	policies  *auth.Policies
	rollouts  *rollout.Rollouts
	admin     *admin.Server
	observer  *observe.Observer
	records   records
	pace      pace.Pace

	stop    context.CancelFunc // ends the watch
	watched chan struct{}      // closed when the watch has ended
	first   chan error         // takes the outcome of the first look at the folder
	close   func() error
	state   atomic.Int32
	drain   atomic.Bool // load balancers are to look elsewhere
	grace   time.Duration
	log     *slog.Logger
}

// States of a host.
const (
	stateLoading int32 = iota
	stateReady
	stateClosing
)

// adminGrace is how long a closing host waits for answers of the admin API.
const adminGrace = 5 * time.Second

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

	h := &Host{registry: new(service.Registry), first: make(chan error, 1), watched: make(chan struct{}),
		grace: config.Grace, log: config.Log}
	if h.store, err = store.Open(config.Root); err != nil {
		return nil, err
	}
	h.store.Beside(&h.pace)
	if err := h.store.Tidy(); err != nil {
		config.Log.Warn("what was left behind stays", "error", err)
	}
	settings, err := readSettings(h.store)
	if err != nil {
		_ = h.store.Close() // nothing was written
		return nil, err
	}
	engine := sandbox.Config{CacheDir: config.CacheDir, Compiler: config.Compiler, MemoryBudget: config.MemoryBudget,
		SpareProcessor: config.SpareProcessor,
		Log:            config.Log}
	if h.engine, err = sandbox.NewEngine(engine); err != nil {
		_ = h.store.Close()
		return nil, err
	}
	h.activator = activate.New(h.store, h.engine, h.registry, where, config.Log)
	h.observer = observe.New(h.look)
	if h.records, err = openRecords(config); err != nil {
		_ = h.store.Close()
		return nil, err
	}
	audit := config.Log.With("logger", "audit.apicalls")
	if h.records.audit != nil {
		audit = h.records.audit.APICalls()
	}
	h.activator.Pace = &h.pace
	h.activator.Max, h.activator.Keep, h.activator.Observer = settings.Max, config.KeepGenerations, h.observer
	h.close = sync.OnceValue(h.shutdown)

	h.policies = auth.NewPolicies(h.store, func(service string) bool {
		return h.registry.Lookup([]byte(service)) != nil
	}, config.Log)
	h.rollouts = rollout.New(rollout.Config{Store: h.store, Activator: h.activator, Registry: h.registry, Audit: audit,
		Log: config.Log})
	h.admin = admin.New(admin.Config{Store: h.store, Activator: h.activator, Rollouts: h.rollouts, Access: h.policies.Problem,
		Version: Version, Ready: h.ready, Drain: &h.drain, Observer: h.observer, Look: h.look, Audit: audit, Log: config.Log})
	data := ingress.Config{Registry: h.registry, Access: h.policies, Version: Version, Metadata: metadata,
		Alive: h.alive, Wire: config.Wire, Log: config.Log, Observer: h.observer, AccessLog: h.records.access,
		Audit: h.records.audit}
	if config.SharedAdmin {
		data.Admin = h.admin
	}
	h.server = ingress.New(data)
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	go h.watch(ctx, config.Rescan)
	if err := <-h.first; err != nil {
		_ = h.Close()
		return nil, err
	}
	return h, nil // what is in the folder is known, as loading
}

// watch keeps what serves as the folder says it should be.
func (h *Host) watch(ctx context.Context, rescan time.Duration) {
	defer close(h.watched)
	looked := false
	h.store.Watch(ctx, rescan, func(found store.Found) {
		for _, s := range found.Services {
			h.policies.Load(s.ID)
		}
		h.activator.Apply(found)
		if !looked {
			looked = true
			h.first <- found.Err
			go func() {
				if h.activator.Wait(ctx) == nil {
					h.engine.Serving()
					h.pace.Beside(func() bool { return h.server.Connections() > 0 })
					h.state.CompareAndSwap(stateLoading, stateReady)
				}
			}()
		}
	})
}

// Serve answers the connections of a listener until the host is closed; it returns nil then. Several listeners may be
// served at once; the host closes them.
func (h *Host) Serve(ln net.Listener) error { return h.server.Serve(ln) }

// ServeAdmin answers the connections of a listener with the admin API until the host is closed; it returns nil then. Who
// may use it has a key of the host's administrators.
func (h *Host) ServeAdmin(ln net.Listener) error { return h.admin.Serve(ln) }

// ready says whether the host is to get requests: from when all that it found at first is loaded or refused until it
// closes, but not while it is drained.
func (h *Host) ready() bool { return h.state.Load() == stateReady && !h.drain.Load() }

// alive says to load balancers of the data plane whether the host is to get requests.
func (h *Host) alive() bool { return !h.drain.Load() && h.store.Alive() }

// Wait returns when everything that was found has been loaded or refused, or when ctx ends.
func (h *Host) Wait(ctx context.Context) error {
	if err := h.activator.Wait(ctx); err != nil {
		return fmt.Errorf("host: waiting for endpoints to load: %w", err)
	}
	return nil
}

// Close stops to accept requests, answers those that have arrived, and gives everything back. What is still loading is
// given up; a module that is just being compiled is waited for. After [Config.Grace] nothing is waited for any more: what
// still runs then ends with the program. A second Close does nothing and returns what the first did. Serve may be called
// before, after or never.
func (h *Host) Close() error { return h.close() }

func (h *Host) shutdown() error {
	h.state.Store(stateClosing)
	h.stop()
	closed := make(chan error, 1)
	go func() { closed <- h.finish() }()
	grace := time.NewTimer(h.grace)
	defer grace.Stop()
	select {
	case err := <-closed:
		return errors.Join(err, h.records.close())
	case <-grace.C:
		h.log.Warn("the grace is over: what still runs is cut off", "grace", h.grace, "requests", h.observer.InFlight(""))
		return h.records.close() // lines that come later are dropped
	}
}

// finish answers what has arrived and gives all back but the records.
func (h *Host) finish() error {
	loading := make(chan struct{})
	go func() { // loading ends while requests are answered
		defer close(loading)
		<-h.watched
		h.rollouts.Close()
		h.activator.Stop()
	}()
	err := h.server.Shutdown()
	<-loading
	h.observer.Close() // who follows a log would do so for ever
	ctx, cancel := context.WithTimeout(context.Background(), adminGrace)
	defer cancel()
	_ = h.admin.Shutdown(ctx) // what was asked for is done, or can be asked for again
	h.activator.Close()
	h.policies.Close()
	_ = h.engine.Close()
	_ = h.store.Close()
	return err
}
