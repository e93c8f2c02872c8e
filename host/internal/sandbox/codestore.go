package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"skep/host/internal/pace"
	"skep/host/internal/wasmbin"
)

// codeStore keeps compiled code, and what else a host must know to load it: neither the check nor the rewrite of a module
// is done again.
//
//	<dir>/<engine kind>/<digest of the module>/<engine's folder>/<entry>   written by the engine, in a child
//	<dir>/<engine kind>/<digest of the module>/outline.wasm               the rewritten module without its code
//	<dir>/<engine kind>/<digest of the module>/rewritten.json             what the rewrite says of it
//	<dir>/<engine kind>/<digest of the module>/sha256                     of all three, as sha256sum prints it
//	<dir>/tmp-*                                                           what is being made or removed
//
// The digest is that of the module as it came; the engine kind names the revision of the check and the rewrite. That a
// folder is there says that the module has passed the check: who can write to it could as well write code.
//
// The hashes find damage, not malice. The folder of a module appears by a rename when all of it is written. Its time of modification is that of its last
// use. Whoever uses it holds a lock on it, so that no process collects it.
type codeStore struct {
	dir      string
	kind     engineKind
	compiler *compiler
	flights  flights
	log      *slog.Logger

	compiled, loaded atomic.Uint64 // modules
	compiling        atomic.Int64  // nanoseconds that it took

	sweeping sync.Mutex
	swept    time.Time
}

const (
	sumFile      = "sha256"
	outlineFile  = "outline.wasm"
	rewriteFile  = "rewritten.json"
	tmpPrefix    = "tmp-"
	enginePrefix = "wazero-"       // of the engine's folder, and so of every engine kind
	digestLength = 2 * sha256.Size // in hex
)

// openCodeStore opens a folder, which is made when it is missing. It must be one that nobody else can write to.
func openCodeStore(dir string, compiler *compiler, log *slog.Logger) (*codeStore, error) {
	s := &codeStore{compiler: compiler, log: log}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		s.dir, err = filepath.Abs(dir)
	}
	if err == nil {
		s.dir, err = filepath.EvalSymlinks(s.dir)
	}
	if err == nil {
		err = private(s.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("folder for compiled modules: %w", err)
	}
	if s.kind, err = thisEngine(s.dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.ofKind(), 0o700); err != nil {
		return nil, fmt.Errorf("folder for compiled modules: %w", err)
	}
	s.sweepNowAndThen(time.Now())
	return s, nil
}

// ofKind is where the code is that this engine can use.
func (s *codeStore) ofKind() string { return filepath.Join(s.dir, s.kind.String()) }

// code is the compiled code of one module, locked against collection.
type code struct {
	dir  string // for the engine
	lock lock
}

func (c *code) release() { c.lock.release() }

// size is the size of the code in bytes.
func (c *code) size() (int64, error) {
	folder, entry, err := onlyFile(c.dir)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(filepath.Join(c.dir, folder, entry))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// get gives the code of a module: what is kept, when its hash is right and anew is not set, else what a child compiles.
func (s *codeStore) get(ctx context.Context, from source, anew bool) (*code, error) {
	dir := filepath.Join(s.ofKind(), from.digest)
	err := s.flights.do(ctx, from.digest, func() error {
		if !anew && s.use(dir) {
			s.loaded.Add(1)
			return nil
		}
		return s.compile(ctx, dir, from, anew)
	})
	if err != nil {
		return nil, err
	}
	pace.Of(ctx).Step()
	lock, err := lockShared(dir)
	if err != nil {
		return nil, fmt.Errorf("compiled code: %w", err)
	}
	return &code{dir: dir, lock: lock}, nil
}

// use says whether a module's folder holds its code as it was compiled, and notes that it was used: it will not be
// collected for a while.
func (s *codeStore) use(dir string) bool {
	lock, err := lockShared(dir)
	if err != nil {
		return false
	}
	defer lock.release()
	now := time.Now()
	return s.intact(dir) && os.Chtimes(dir, now, now) == nil
}

// intact says whether a module's folder holds its code as it was compiled.
func (s *codeStore) intact(dir string) bool {
	err := s.check(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("compiled code is damaged and made anew", "folder", dir, "because", err)
	}
	return err == nil
}

func (s *codeStore) check(dir string) error {
	want, err := os.ReadFile(filepath.Join(dir, sumFile))
	if err != nil {
		return err
	}
	if err := s.forThis(dir); err != nil {
		return err
	}
	have, err := hashesOf(dir, filepath.Base(dir))
	if err != nil {
		return err
	}
	if !bytes.Equal(have, want) {
		return fmt.Errorf("the hashes are %q, want %.400q", have, want)
	}
	return nil
}

// forThis is nil where the code in a folder is for this engine.
func (s *codeStore) forThis(dir string) error {
	folder, _, err := onlyFile(dir)
	if err == nil && folder != s.kind.folder {
		err = fmt.Errorf("the code is for the engine %s, this is %s", folder, s.kind.folder)
	}
	return err
}

// hashesOf is what the file of the hashes has to say: as the last line, of which module all this is.
func hashesOf(dir, digest string) ([]byte, error) {
	folder, entry, err := onlyFile(dir)
	if err != nil {
		return nil, err
	}
	var text []byte
	for _, name := range []string{folder + "/" + entry, outlineFile, rewriteFile} {
		digest, err := digestOf(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		text = fmt.Appendf(text, "%x  %s\n", digest, name)
	}
	return append(text, ofModule(digest)...), nil
}

func ofModule(digest string) string { return "# of " + digest + "\n" }

// seal writes the file of the hashes.
func seal(dir, digest string) error {
	sum, err := hashesOf(dir, digest)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, sumFile), sum, 0o600)
}

func digestOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return hash.Sum(nil), err
}

// compile has a child make the code of a module, and puts it into dir. Code that another process put there meanwhile is
// as good, unless anew says that it is not.
func (s *codeStore) compile(ctx context.Context, dir string, from source, anew bool) error {
	ordered, rewritten := task{module: from.module}, (*wasmbin.Rewritten)(nil)
	if from.rewrite != nil {
		var err error
		if rewritten, err = from.rewrite(); err != nil {
			return err
		}
		ordered = task{module: rewritten.Module, rewritten: true}
	}
	tmp, err := os.MkdirTemp(s.dir, tmpPrefix)
	if err != nil {
		return fmt.Errorf("compiled code: %w", err)
	}
	defer os.RemoveAll(tmp)
	lock, err := lockShared(tmp) // so that it is not taken for what a dead process has left
	if err != nil {
		return fmt.Errorf("compiled code: %w", err)
	}
	defer lock.release()

	started := time.Now()
	ordered.dir = tmp
	if err := s.compiler.run(ctx, ordered); err != nil {
		return err
	}
	took := time.Since(started)
	turn := pace.Of(ctx)
	turn.Waited()
	s.compiled.Add(1)
	s.compiling.Add(int64(took))
	digest := filepath.Base(dir)
	if rewritten != nil {
		if err := describe(tmp, rewritten); err != nil {
			return fmt.Errorf("compiled code: %w", err)
		}
		if err = s.forThis(tmp); err == nil {
			err = seal(tmp, digest)
		}
	} else {
		err = s.made(tmp, digest)
	}
	if err != nil {
		return fmt.Errorf("what the compiler left cannot be used; is it of the same version as this program? %w", err)
	}
	s.log.Info("module compiled", "digest", digest, "time", took.Round(time.Millisecond))
	turn.Step()
	if err := s.place(tmp, dir, anew); err != nil {
		return fmt.Errorf("compiled code: %w", err)
	}
	s.sweepNowAndThen(time.Now())
	return nil
}

// made is nil where a child has left what this engine can use, made of the right module. That the rest is as the child left it
// is found out when it is loaded the next time.
func (s *codeStore) made(dir, digest string) error {
	if err := s.forThis(dir); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(dir, sumFile))
	if err == nil && !bytes.HasSuffix(sum, []byte(ofModule(digest))) {
		err = fmt.Errorf("it is not of the module %s: %.400q", digest, sum)
	}
	return err
}

// place renames tmp to dir. What is at dir goes, unless it is good and anew is not set.
func (s *codeStore) place(tmp, dir string, anew bool) error {
	for range 3 { // other processes may do the same
		if err := os.MkdirAll(s.ofKind(), 0o700); err != nil {
			return err
		}
		err := os.Rename(tmp, dir)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return err
		}
		if !anew && s.use(dir) {
			return nil
		}
		if err := s.remove(dir); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: %w", dir, fs.ErrExist)
}

// remove takes a folder away at once, and then deletes it.
func (s *codeStore) remove(dir string) error {
	tmp, err := os.MkdirTemp(s.dir, tmpPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	err = os.Rename(dir, filepath.Join(tmp, "removed"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
