package rollout

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"skep/host/internal/service"
	"skep/host/internal/store"
)

// run is a rollout that goes on. It belongs to one goroutine.
type run struct {
	*Rollouts
	id   string
	way  store.Rollout
	plan Plan
}

// How often the generations are compared.
const (
	looks    = 10 // in an interval
	longLook = time.Second
)

// guarded runs the rollout. What a defect of the host leaves behind is withdrawn.
func (r *run) guarded() {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("a rollout failed", "service", r.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			r.withdraw(Status{From: r.way.From, To: r.way.To, Since: time.Now()}, "the host failed")
		}
	}()
	for _, share := range r.plan.Steps {
		if !r.step(share) {
			return
		}
	}
}

// step gives the generation a share and watches it. It reports whether the next step is to come.
func (r *run) step(share float64) bool {
	st := Status{From: r.way.From, To: r.way.To, Phase: Running, Share: share, Since: time.Now()}
	if share == 1 {
		st.Phase = Promoted
		r.end(st)
		return false
	}
	if err := r.Store.StepRollout(r.id, r.way, share); err != nil {
		r.withdraw(st, "the share cannot be changed: "+err.Error())
		return false
	}
	if err := r.settle(r.ctx); err != nil {
		return false // the host is being closed
	}
	if share != r.plan.Steps[0] { // the first one is known
		r.tell(st)
	}
	oldBefore, nextBefore := r.counts()
	look := time.NewTicker(min(r.plan.Interval/looks, longLook))
	defer look.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return false
		case <-look.C:
		}
		if state, err := r.Store.State(r.id); err != nil || state.Rollout != r.way {
			r.withdraw(st, "it is not known what serves")
			return false
		}
		old, next := r.counts()
		st.Old, st.Next = old.Since(oldBefore), next.Since(nextBefore)
		r.show(st)
		worse, enough := r.plan.compare(st.Old, st.Next)
		switch {
		case worse != "":
			r.withdraw(st, worse)
			return false
		case enough && time.Since(st.Since) >= r.plan.Interval:
			return true
		}
	}
}

// show makes known how the rollout is, as long as it is the last one of its service.
func (r *run) show(st Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last[r.id].way == r.way {
		r.last[r.id] = shown{r.way, st}
	}
}

// tell makes a change known, and records it.
func (r *run) tell(st Status) {
	r.show(st)
	r.record(r.id, st)
}

// counts are the calls of both generations so far.
func (r *run) counts() (old, next service.Counts) {
	if s := r.Registry.Lookup([]byte(r.id)); s != nil {
		for generation, c := range map[string]*service.Counts{r.way.From: &old, r.way.To: &next} {
			if g := s.Generation([]byte(generation)); g != nil {
				*c = g.Outcomes()
			}
		}
	}
	return old, next
}

// end gives all requests to one of the two generations, as often as it takes.
func (r *run) end(st Status) {
	generation := r.way.From
	if st.Phase == Promoted {
		generation = r.way.To
	}
	again := time.NewTicker(longLook)
	defer again.Stop()
	for told := false; ; told = true {
		err := r.Store.EndRollout(r.id, r.way, generation)
		if err == nil {
			break
		}
		if errors.Is(err, store.ErrSuperseded) || errors.Is(err, store.ErrNotFound) {
			st.Phase, st.Reason = Superseded, ""
			r.tell(st)
			return
		}
		if !told {
			r.Log.Error("a rollout cannot be ended: it will be tried again", "service", r.id, "generation", generation,
				"error", err)
		}
		select {
		case <-again.C:
		case <-r.ctx.Done():
			return
		}
	}
	_ = r.settle(r.ctx) // else the host is being closed, and finds it in the folder
	if st.Phase == Promoted {
		st.Share = 1
	} else {
		r.Log.Warn("rollout withdrawn", "service", r.id, "from", st.From, "to", st.To, "reason", st.Reason)
	}
	r.tell(st)
}

// withdraw ends the rollout for a reason.
func (r *run) withdraw(st Status, reason string) {
	st.Phase, st.Reason = Withdrawn, reason
	r.end(st)
}
