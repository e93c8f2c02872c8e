package sandbox

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// What the host does for a guest costs the guest fuel too, or a loop around one host function would outlive its
// deadline. The figures are about what it takes, in units of fuel.
const (
	hostCallCost = 512   // of any call
	hostWalkCost = 4096  // of a call that walks through what it is handed
	hostLineCost = 64    // of a line, or of a piece of output
	hostSelfCost = 16384 // of a call of another endpoint, beside what that takes
	hostByteBits = 2     // bytes that are moved cost their number shifted right by this
	// hostPiece is how many bytes the host moves before it looks at the deadline.
	hostPiece = 64 << 10
)

// most is what one call of a WASI function may be handed at most: the engine's own code walks through it, or copies it,
// whatever its length. Programs of any language stay far below.
var most = []struct {
	name  string
	param int    // which parameter counts
	limit uint64 // of its value
	what  string
}{
	{"fd_read", 2, 1024, "buffers"},
	{"fd_pread", 2, 1024, "buffers"},
	{"fd_write", 2, 1024, "buffers"},
	{"fd_pwrite", 2, 1024, "buffers"},
	{"fd_readdir", 2, 1 << 20, "bytes of a folder"},
	{"poll_oneoff", 2, 1024, "subscriptions"},
	{"random_get", 1, 1 << 32, "bytes"},
	{"path_create_directory", 2, 4096, "bytes of a path"},
	{"path_filestat_get", 3, 4096, "bytes of a path"},
	{"path_filestat_set_times", 3, 4096, "bytes of a path"},
	{"path_link", 3, 4096, "bytes of a path"},
	{"path_link", 6, 4096, "bytes of a path"},
	{"path_open", 3, 4096, "bytes of a path"},
	{"path_readlink", 2, 4096, "bytes of a path"},
	{"path_readlink", 4, 4096, "bytes of a link"},
	{"path_remove_directory", 2, 4096, "bytes of a path"},
	{"path_rename", 2, 4096, "bytes of a path"},
	{"path_rename", 5, 4096, "bytes of a path"},
	{"path_symlink", 1, 4096, "bytes of a path"},
	{"path_symlink", 4, 4096, "bytes of a path"},
	{"path_unlink_file", 2, 4096, "bytes of a path"},
}

// exportWASI offers WASI preview 1. Every function has a guard, and those that would change what outlasts a call are
// replaced.
func exportWASI(ctx context.Context, rt wazero.Runtime) error {
	ctx = experimental.WithFunctionListenerFactory(ctx, experimental.FunctionListenerFactoryFunc(
		func(def api.FunctionDefinition) experimental.FunctionListener {
			g := guard{cost: hostCallCost, ends: slices.Contains(def.ExportNames(), "proc_exit")}
			for _, m := range most {
				if slices.Contains(def.ExportNames(), m.name) {
					g.cost = hostWalkCost
					g.limits = append(g.limits, limit{m.param, m.limit, m.name + ": too many " + m.what})
				}
			}
			return g
		}))
	builder := rt.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(builder)
	exportFileFunctions(builder)
	_, err := builder.Instantiate(ctx)
	return err
}

// guard charges a host function, and ends the call of a guest that hands it too much.
type guard struct {
	cost   int64
	limits []limit
	ends   bool // the function ends the guest
}

type limit struct {
	param int
	most  uint64
	text  string
}

// Before runs before the function does.
func (g guard) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, params []uint64,
	stack experimental.StackIterator) {
	in := instanceOf(ctx)
	if in.engine.off.guard {
		return
	}
	if g.ends {
		in.exit = stackOf(stack)
	}
	in.work(g.cost)
	for _, l := range g.limits {
		if n := uint64(uint32(params[l.param])); n > l.most {
			panic(fmt.Errorf("%s: %d, the most is %d", l.text, n, l.most))
		}
	}
}

// maxFrames is how many functions of a stack are named, as the engine does in its own traces.
const maxFrames = 30

// stackOf writes a stack as the engine does.
func stackOf(stack experimental.StackIterator) string {
	text := stackHead
	for n := 0; n < maxFrames && stack.Next(); n++ {
		text += "\n\t" + stack.Function().Definition().DebugName()
	}
	return text
}

// After and Abort have nothing to do.
func (guard) After(context.Context, api.Module, api.FunctionDefinition, []uint64) {}
func (guard) Abort(context.Context, api.Module, api.FunctionDefinition, error)    {}

// work charges the guest for what the host does in its name, and ends the call where the guest's own code would be
// ended.
func (in *instance) work(units int64) {
	left := int64(in.fuelLeft.Get()) - units
	in.fuelLeft.Set(uint64(left))
	if left < 0 {
		in.sliceEnds()
	}
}

// random is where a guest's random bytes come from, in pieces.
type random struct{ in *instance }

func (r random) Read(p []byte) (int, error) {
	if r.in.engine.off.guard {
		return rand.Read(p)
	}
	p = p[:min(len(p), hostPiece)]
	r.in.work(int64(len(p)) >> hostByteBits)
	return rand.Read(p)
}

// output is where the guest's standard output and error go, in pieces.
type output struct{ in *instance }

func (o output) Write(p []byte) (int, error) {
	if o.in.engine.off.guard {
		return o.in.log.Write(p)
	}
	n := len(p)
	for first := true; first || len(p) > 0; first = false {
		piece := p[:min(len(p), hostPiece)]
		lines := o.in.log.lines + o.in.log.dropped
		_, _ = o.in.log.Write(piece) // it never fails
		lines = o.in.log.lines + o.in.log.dropped - lines
		o.in.work(int64(len(piece))>>hostByteBits + int64(lines+1)*hostLineCost)
		p = p[len(piece):]
	}
	return n, nil
}
