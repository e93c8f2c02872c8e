package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"skep/abi"
	"skep/host/internal/clock"
	"skep/host/internal/manifest"
	"skep/host/internal/pace"
	"skep/host/internal/resources"
	"skep/host/internal/service"
	"skep/host/internal/wasmbin"
)

// Spec is a module with all that its sandbox needs to know.
type Spec struct {
	Module []byte
	// Digest is the SHA-256 of Module in hex, where the caller knows it. Default: it is computed.
	Digest string
	Limits manifest.Limits
	Pool   manifest.Pool
	// Isolation is manifest.IsolationInstance for a module that keeps its memory from call to call; otherwise every
	// call starts from the image.
	Isolation manifest.Isolation
	// Init is the init frame, and Accept takes the answer to it; an error of Accept refuses the module.
	Init   []byte
	Accept service.ResultReader
	// WarmUp are request frames that are answered before the image is taken.
	WarmUp [][]byte
	// Resources are the files that the guest may read, nil for none. [Engine.Load] takes them over, also when it fails.
	Resources *resources.Folder
	// Log takes the lines that the guest writes; it names the endpoint.
	Log *slog.Logger
	// Lines takes them too, whatever the level of Log; nil: nobody else does.
	Lines Lines
}

// Sandbox answers the requests of one endpoint.
type Sandbox struct {
	engine *Engine
	spec   Spec
	module *module
	image  *image // nil where none can be taken
	pool   *pool
	line   line    // of long calls
	budget *budget // of image and instances
	shut   func() error
}

var (
	_ service.Caller = (*Sandbox)(nil)
	_ service.Pooled = (*Sandbox)(nil)
)

// Load compiles a module, initialises it, warms it up and takes its image, all within spec.Limits.Init but for the
// compilation. The sandbox is ready to be called; it holds one instance.
func (e *Engine) Load(ctx context.Context, spec Spec) (*Sandbox, error) {
	if e.codes.compiler.serving.Load() {
		e.spare.load(time.Now())
	}
	m, err := e.compile(ctx, spec.Module, spec.Digest, spec.Limits.Memory)
	if err != nil {
		spec.closeResources()
		return nil, err
	}
	s := &Sandbox{engine: e, spec: spec, module: m, budget: &budget{of: &e.budget}}
	s.pool = newPool(spec.Pool, s.fresh)
	if spec.Isolation != manifest.IsolationInstance { // whose instances are not to be lost
		s.pool.wake, s.pool.pack = s.wake, s.pack
	}
	s.shut = sync.OnceValue(s.shutdown)
	ready := false
	defer func() { // also when spec.Accept panics
		if !ready {
			_ = m.close() // what matters is why the module was refused
			spec.closeResources()
		}
	}()
	pace.Of(ctx).Step()
	template, err := s.template(ctx)
	if err == nil {
		pace.Of(ctx).Step()
		err = s.adopt(ctx, template)
	}
	if err != nil {
		return nil, err
	}
	ready = true
	e.pools.add(s.pool)
	return s, nil
}

// closeResources ends the use of the folder. What was not written to can be closed without an error that matters.
func (s Spec) closeResources() {
	if s.Resources != nil {
		_ = s.Resources.Close()
	}
}

// adopt takes the image of the template, which ends with that. A module that changed its tables or dropped segments
// cannot have one: each of its calls gets a new instance, unless instances keep their memory.
func (s *Sandbox) adopt(ctx context.Context, template *instance) error {
	if template.taint.Get() != 0 {
		template.close()
		s.spec.Log.Warn("the module changes its tables when it starts, so it has no image: each new instance starts from the beginning, which is slow")
		return nil
	}
	data, err := s.module.frozenData(s.spec.Module, template.memory.size)
	if err == nil {
		pace.Of(ctx).Step()
		s.image, err = takeImage(template, data, s.budget)
	}
	template.close() // before the first instance takes as much memory
	if err != nil {
		return err
	}
	pace.Of(ctx).Step()
	s.spec.Module, s.spec.Init, s.spec.WarmUp = nil, nil, nil
	if err := s.addFresh(); err != nil {
		s.image.release()
		return err
	}
	return nil
}

// addFresh puts one more instance into the pool.
func (s *Sandbox) addFresh() error {
	in, err := s.fresh()
	if err == nil {
		s.pool.add(in)
	}
	return err
}

// Renew puts a new instance in the place of those that are idle. The calls so far were tests: what they have left in an
// instance, be it only that pages are taken for needed ones, is not what other calls should find.
func (s *Sandbox) Renew() {
	if s.image == nil && s.spec.Isolation != manifest.IsolationInstance {
		return // each call has a new one
	}
	s.pool.giveUp(0, 0)
	if err := s.addFresh(); err != nil {
		s.spec.Log.Warn("the first call has to wait for an instance", "reason", err)
	}
}

// template is an instance brought to the state of which an image is taken.
func (s *Sandbox) template(ctx context.Context) (in *instance, err error) {
	step, ready := "instantiation", false
	runtime.LockOSThread() // its faults are counted
	defer runtime.UnlockOSThread()
	defer func() {
		if in != nil {
			in.log.end()
			in.log.warming = false
			in.engine.tokens.giveBack(&in.meter)
			if !ready { // also when spec.Accept panics
				in.close()
			}
		}
		if err != nil {
			if errors.Is(err, service.ErrGuestTimeout) {
				step += fmt.Sprintf(" (limits.init = %v)", s.spec.Limits.Init)
			}
			err = fmt.Errorf("%s: %w", step, err)
		}
	}()
	in, err = s.engine.newInstance(s.module, s.spec.Limits.Memory, nil, &place{budget: s.budget}, s.spec.Resources,
		guestLog{to: s.spec.Log, also: s.spec.Lines, warming: true})
	if err != nil {
		return nil, err
	}
	in.line = &s.line
	in.begin(ctx, clock.Now(), s.spec.Limits.Init, 0)
	for segment, err := range wasmbin.Segments(s.spec.Module) {
		if err != nil {
			return in, refuse("%w", err)
		}
		if !in.mod.Memory().Write(segment.Offset, segment.Bytes) {
			return in, refuse("a data segment lies outside of the memory")
		}
	}
	for _, start := range []string{wasmbin.ExportStart, abi.ExportInitialize} {
		if f := in.mod.ExportedFunction(start); f != nil {
			step = start
			if err = in.run(f); err != nil {
				return in, err
			}
		}
	}
	if in.init != nil {
		step = "init"
		if err = in.exchange(in.init, s.spec.Init, s.spec.Accept); err != nil {
			return in, err
		}
	}
	for i, frame := range s.spec.WarmUp {
		step = fmt.Sprintf("warm-up with test query %d", i+1)
		if err = in.exchange(in.call, frame, discard{}); err != nil {
			return in, err
		}
	}
	if in.settle != nil {
		step = "settle"
		if err = in.run(in.settle); err != nil {
			return in, err
		}
	}
	ready = true
	return in, nil
}

// discard takes a result that nobody looks at.
type discard struct{}

func (discard) ReadResult([]byte) error { return nil }

// fresh makes one more instance: from the image, or from the beginning where there is none.
func (s *Sandbox) fresh() (*instance, error) {
	if s.image == nil {
		return s.template(context.Background())
	}
	return s.freshAt(&place{budget: s.budget})
}

// wake makes an instance of one that rests, which gives its place up.
func (s *Sandbox) wake(resting *instance) (*instance, error) { return s.freshAt(&resting.memory.place) }

// freshAt makes one more instance from the image.
func (s *Sandbox) freshAt(at *place) (*instance, error) {
	if err := s.image.use(); err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrGuestMemory, err)
	}
	in, err := s.engine.newInstance(s.module, s.spec.Limits.Memory, s.image, at, s.spec.Resources,
		guestLog{to: s.spec.Log, also: s.spec.Lines})
	if err != nil {
		s.image.unuse()
		return nil, err
	}
	in.line, in.image = &s.line, s.image.frozen
	s.image.apply(in, s.engine.rollback)
	return in, nil
}

// pack has the image take little memory until the next instance is made.
func (s *Sandbox) pack() { s.image.pack(&s.engine.packer) }

// Call answers one request. See [service.Caller].
func (s *Sandbox) Call(ctx context.Context, request []byte, result service.ResultReader) (service.Usage, error) {
	var usage service.Usage
	outer := outerOf(ctx)
	start := clock.Now()
	in := s.pool.ready()
	if in == nil {
		arrived := start
		var err error
		in, err = s.take(ctx, outer)
		start = clock.Now()
		usage.Wait = start.Sub(arrived)
		if err != nil {
			return usage, err
		}
	}
	usage.Rollback = service.RollbackReplace
	// What a rollback knows of pages counts for one thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	reusable := false
	defer func() { // also when result panics
		if reusable {
			s.pool.put(in, in.meter.answered)
		} else {
			s.engine.tokens.giveBack(&in.meter)
			in.close()
			s.pool.discard()
		}
	}()

	if s.spec.Isolation != manifest.IsolationInstance {
		s.engine.rollback.begin(in.memory)
	}
	timeout, fuel := s.limits(start, outer)
	in.begin(context.Background(), start, timeout, fuel)
	if outer != nil {
		in.continues(outer)
	}
	in.log.request = ctx
	err := in.exchange(in.call, request, result)
	if outer != nil {
		in.returns(outer)
	}
	usage.Fuel = in.finish()
	if in.meter.answered.IsZero() {
		in.meter.answered = clock.Now()
	}
	usage.Guest = in.meter.answered.Sub(start)
	in.log.end()
	if err == nil {
		if reusable = s.reusable(in); reusable {
			usage.Rollback = in.memory.restored // nothing where it keeps its memory
		}
	}
	return usage, err
}

// reusable makes an instance ready for its next call.
func (s *Sandbox) reusable(in *instance) bool {
	switch {
	case s.spec.Isolation == manifest.IsolationInstance:
		return true
	case s.image == nil:
		return false
	}
	return s.image.restore(in, s.engine.rollback)
}

// Pool tells of the instances. See [service.Pooled].
func (s *Sandbox) Pool() service.PoolState {
	state := s.pool.state()
	state.Memory = s.budget.used.Load()
	return state
}

// Drain refuses calls of clients, and waits for those that run. See [service.Caller].
func (s *Sandbox) Drain() { s.pool.drain() }

// Close ends the sandbox. Calls that run or wait are answered first. A second Close does nothing and returns what the
// first did.
func (s *Sandbox) Close() error { return s.shut() }

func (s *Sandbox) shutdown() error {
	s.engine.pools.remove(s.pool)
	s.pool.close()
	<-s.pool.empty
	if s.image != nil {
		s.image.release()
	}
	s.spec.closeResources()
	return s.module.close()
}
