// Package rollout has a generation take over step by step while it does no worse than the one that serves, and gives all
// back to that one otherwise. It knows neither HTTP nor how generations are kept and loaded.
package rollout

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"skep/host/internal/activate"
	"skep/host/internal/service"
	"skep/host/internal/store"
)

// Config says what rollouts work on. All fields are required.
type Config struct {
	Store     *store.Store
	Activator *activate.Activator
	Registry  *service.Registry
	// Audit takes a record of every step.
	Audit *slog.Logger
	Log   *slog.Logger
}

// Rollouts are the rollouts of one host, at most one a service. They are safe for concurrent use.
type Rollouts struct {
	Config
	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup

	mu   sync.Mutex
	last map[string]shown // by service
}

// shown is what is known of a rollout.
type shown struct {
	way store.Rollout
	Status
}

// Phase is how far a rollout is. The zero value is not set.
type Phase string

// Phases of a rollout.
const (
	Running    Phase = "running"
	Promoted   Phase = "promoted"   // the generation has taken over
	Withdrawn  Phase = "withdrawn"  // the old one serves alone; Reason says why
	Superseded Phase = "superseded" // somebody else has decided what serves
)

// Status is what is known of a service's last rollout.
type Status struct {
	From, To  string
	Phase     Phase
	Share     float64 // of the requests, that To gets or got last
	Reason    string  // why it was withdrawn
	Since     time.Time
	Old, Next service.Counts // of the step that goes on or was the last one
}

// ErrNoSingle says that a rollout needs a service in which one generation answers all requests.
var ErrNoSingle = errors.New("no single generation serves")

// New gives the rollouts of a host that does not serve yet. What a host has left unfinished is withdrawn: nobody knows how
// the generation did.
func New(c Config) *Rollouts {
	r := &Rollouts{Config: c, last: make(map[string]shown)}
	r.ctx, r.stop = context.WithCancel(context.Background())
	found, _, err := c.Store.Scan()
	if err != nil {
		return r // the host will tell
	}
	for _, s := range found {
		way := s.State.Rollout
		if way == (store.Rollout{}) {
			continue
		}
		st := Status{From: way.From, To: way.To, Phase: Withdrawn, Since: time.Now(), Reason: "the host was closed before it ended"}
		if err := c.Store.EndRollout(s.ID, way, way.From); err != nil {
			c.Log.Error("a rollout that was left unfinished cannot be withdrawn", "service", s.ID, "generation", way.To, "error", err)
			continue
		}
		r.begin(s.ID, way, st)
	}
	return r
}

// Close ends all rollouts as they are. They are withdrawn when the folder is served the next time.
func (r *Rollouts) Close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.all.Wait()
}

// Status tells of the last rollout of a service.
func (r *Rollouts) Status(id string) (Status, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.last[id]
	return last.Status, known
}

// begin makes a rollout known, and records it. It is the last one of its service from now on.
func (r *Rollouts) begin(id string, way store.Rollout, st Status) {
	r.mu.Lock()
	r.last[id] = shown{way, st}
	r.mu.Unlock()
	r.record(id, st)
}

// record writes a change of a rollout into the audit log.
func (r *Rollouts) record(id string, st Status) {
	r.Audit.Info("rollout", "service", id, "from", st.From, "to", st.To, "phase", string(st.Phase), "share", st.Share,
		"reason", st.Reason, "calls", st.Next.Calls(), "errors", st.Next.Errors)
}

// Start begins a rollout, and returns when the generation has its first share. The error is an [ErrPlan], an
// [ErrNoSingle], a [store.ErrInUse] where one goes on, or what keeps the generation from serving.
func (r *Rollouts) Start(ctx context.Context, id string, p Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := r.Store.Refresh(ctx); err != nil {
		return err
	}
	if err := r.Activator.Preload(ctx, id, p.Generation); err != nil {
		return err
	}
	served := r.Registry.Lookup([]byte(id))
	state, err := r.Store.State(id)
	switch {
	case err != nil:
		return err
	case state.Rollout != store.Rollout{}:
		return fmt.Errorf("%w: a rollout of generation %s goes on", store.ErrInUse, state.Rollout.To)
	case served == nil || served.Active.ID == "" || served.Share(served.Active.ID) < 1:
		return fmt.Errorf("%w: switch to the one from which the rollout is to go", ErrNoSingle)
	case served.Active.ID == p.Generation:
		return fmt.Errorf("%w: generation %s serves already", ErrPlan, p.Generation)
	}
	way := store.Rollout{From: served.Active.ID, To: p.Generation, ID: rand.Text()}
	if err := r.Store.BeginRollout(id, way, p.Steps[0]); err != nil {
		return err
	}
	st := Status{From: way.From, To: way.To, Phase: Running, Share: p.Steps[0], Since: time.Now()}
	r.begin(id, way, st)
	run := &run{Rollouts: r, id: id, way: way, plan: p}
	if err := r.settle(ctx); err != nil {
		return errors.Join(err, r.launch(func() { run.withdraw(st, "its beginning was not waited for: "+err.Error()) }))
	}
	return r.launch(run.guarded)
}

// launch has a rollout go on in the background.
func (r *Rollouts) launch(run func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ctx.Err(); err != nil { // it is withdrawn later, like all that go on now
		return err
	}
	r.all.Go(run)
	return nil
}

// settle returns when what serves is what is stored.
func (r *Rollouts) settle(ctx context.Context) error {
	if err := r.Store.Refresh(ctx); err != nil {
		return err
	}
	return r.Activator.Wait(ctx)
}
