package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// Spec is a module with all that its sandbox needs to know.
type Spec struct {
	Module []byte
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
	// Log takes the lines that the guest writes; it names the endpoint.
	Log *slog.Logger
}

// Sandbox answers the requests of one endpoint.
type Sandbox struct {
	spec   Spec
	module *module
	image  *image
	pool   *pool
}

var _ service.Caller = (*Sandbox)(nil)

// Load compiles a module, initialises it, warms it up and takes its image, all within spec.Limits.Init but for the
// compilation. The sandbox is ready to be called; it holds one instance.
func (e *Engine) Load(ctx context.Context, spec Spec) (*Sandbox, error) {
	m, err := e.compile(ctx, spec.Module, spec.Limits.Memory)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{spec: spec, module: m}
	s.pool = newPool(spec.Pool, s.fresh)
	template, err := s.template(ctx)
	if err != nil {
		_ = m.close() // what matters is why the module was refused
		return nil, err
	}
	s.image = takeImage(template)
	s.pool.total++
	s.pool.put(template)
	s.spec.Module, s.spec.Init, s.spec.WarmUp = nil, nil, nil
	return s, nil
}

// template is the first instance, brought to the state of which the image is taken.
func (s *Sandbox) template(ctx context.Context) (in *instance, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.spec.Limits.Init)
	defer cancel()
	step := "instantiation"
	defer func() {
		if err != nil {
			if in != nil {
				in.log.end()
				in.close()
			}
			err = fmt.Errorf("%s: %w", step, err)
		}
	}()
	in, err = newInstance(ctx, s.module, s.spec.Limits.Memory, guestLog{to: s.spec.Log, warming: true})
	if err != nil {
		return nil, err
	}
	ctx = in.context(ctx)
	if initialize := in.mod.ExportedFunction("_initialize"); initialize != nil {
		step = "_initialize"
		if err = in.run(ctx, initialize); err != nil {
			return in, err
		}
	}
	if in.init != nil {
		step = "init"
		if err = in.exchange(ctx, in.init, s.spec.Init, s.spec.Accept); err != nil {
			return in, err
		}
	}
	for i, frame := range s.spec.WarmUp {
		step = fmt.Sprintf("warm-up with test query %d", i+1)
		if err = in.exchange(ctx, in.call, frame, discard{}); err != nil {
			return in, err
		}
	}
	if in.settle != nil {
		step = "settle"
		if err = in.run(ctx, in.settle); err != nil {
			return in, err
		}
	}
	in.log.end()
	in.log.warming = false
	return in, nil
}

// discard takes a result that nobody looks at.
type discard struct{}

func (discard) ReadResult([]byte) error { return nil }

// fresh makes one more instance from the image.
func (s *Sandbox) fresh() (*instance, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.spec.Limits.Init)
	defer cancel()
	in, err := newInstance(ctx, s.module, s.spec.Limits.Memory, guestLog{to: s.spec.Log})
	if err != nil {
		return nil, err
	}
	if !s.image.apply(in) {
		in.close()
		return nil, fmt.Errorf("%w: a new instance could not be made equal to the image", service.ErrGuestMemory)
	}
	return in, nil
}

// Call answers one request. See [service.Caller].
func (s *Sandbox) Call(ctx context.Context, request []byte, result service.ResultReader) (service.Usage, error) {
	var usage service.Usage
	arrived := time.Now()
	in, err := s.pool.take(ctx)
	if err != nil {
		return usage, err
	}
	start := time.Now()
	usage.Wait = start.Sub(arrived)

	reusable := false
	defer func() { // also when result panics
		if reusable {
			s.pool.put(in)
		} else {
			in.close()
			s.pool.discard()
		}
	}()

	in.deadline = start.Add(s.spec.Limits.Timeout)
	in.memory.refused = false
	callCtx, cancel := context.WithDeadline(in.context(context.Background()), in.deadline)
	err = in.exchange(callCtx, in.call, request, result)
	cancel()
	usage.Guest = time.Since(start)
	in.log.end()
	if err == nil {
		reusable = s.spec.Isolation == manifest.IsolationInstance || s.image.apply(in)
	}
	return usage, err
}

// Close ends the sandbox. Calls that run or wait are answered first.
func (s *Sandbox) Close() error {
	s.pool.close()
	<-s.pool.empty
	return s.module.close()
}
