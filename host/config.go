package host

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"skep/host/internal/infra"
	"skep/host/internal/ingress"
	"skep/host/internal/machine"
	"skep/host/internal/store"
)

// Config says what a host serves and how. The zero value serves ./services.
type Config struct {
	// Root is the folder of services. Default "services".
	Root string
	// Infra is the infrastructure type, one of [InfraNames]. It decides which endpoints may answer with custom
	// responses. Default "static".
	Infra string
	// RequestMetadata lets endpoints see headers and path of a request, where the infrastructure type grants that.
	// Default off.
	RequestMetadata bool
	// CacheDir keeps compiled modules. It holds code that will be executed, so that it must belong to the host's user,
	// and nobody else may be able to write to it. Default "skep" in the user's cache folder.
	CacheDir string
	// Compiler is the command line of the program that compiles modules, each in a process of its own. Its main calls
	// [CompileChild], as that of skep does, and it is built with the same version of this package. Default: this program.
	Compiler []string
	// MemoryBudget is how much memory all endpoints together may take, in bytes. Default: half of what the control group
	// of this process allows, or the machine has.
	MemoryBudget int64
	// SpareProcessor lets Go have one processor more, so that requests are answered meanwhile: while calls run for long,
	// where GOMAXPROCS is 1, and after a module was loaded, where it is at most 3. It is a setting of the whole process.
	SpareProcessor bool
	// Rescan is how often the folder of services is looked at where the system tells of no changes, as on network file
	// systems. Default 2 s.
	Rescan time.Duration
	// Grace is how long [Host.Close] waits for requests that have arrived. Default 30 s.
	Grace time.Duration
	// KeepGenerations is how many generations of a service that have served stay on the disk when another one has taken
	// over, beside those that came after it. Default 0: all.
	KeepGenerations int
	// Wire is how clients may connect: limits of connections, TLS, web pages of other origins. Default: plain HTTP.
	Wire Wire
	// SharedAdmin has [Host.Serve] answer the admin API too, as the API node does. Default: [Host.ServeAdmin] alone does.
	SharedAdmin bool
	// AccessLog is a file that gets a line of JSON for each request, or "-" for standard output. Default: none.
	AccessLog string
	// AuditLog is a folder whose files tell who called what, who was refused, and what was changed, or "-" for standard
	// output. Default: none.
	AuditLog string
	// AuditBodies is how much of the body of a request, and of its answer, the audit log has, in bytes. Default: nothing.
	AuditBodies int64
	// Log takes what operators should know. Default slog.Default().
	Log *slog.Logger
}

// DefaultRescan is the default of Config.Rescan.
const DefaultRescan = store.DefaultRescan

// DefaultGrace is the default of Config.Grace.
const DefaultGrace = 30 * time.Second

// maxAuditBodies bounds what the audit log has of a body, in bytes.
const maxAuditBodies = 1 << 20

// ErrConfig says that a Config cannot be used.
var ErrConfig = errors.New("host: configuration")

// Validate names the first field that cannot be used, and its value. Defaults are not filled in.
func (c Config) Validate() error {
	if c.Infra != "" {
		if _, err := infra.Lookup(c.Infra); err != nil {
			return fmt.Errorf("%w: Infra: %w", ErrConfig, err)
		}
	}
	if c.Root != "" {
		info, err := os.Stat(c.Root)
		if err != nil {
			return fmt.Errorf("%w: Root: %w", ErrConfig, err)
		}
		if !info.IsDir() {
			return fmt.Errorf("%w: Root: %q is not a folder", ErrConfig, c.Root)
		}
	}
	if c.KeepGenerations < 0 {
		return fmt.Errorf("%w: KeepGenerations: %d is negative", ErrConfig, c.KeepGenerations)
	}
	if c.Rescan < 0 {
		return fmt.Errorf("%w: Rescan: %v is negative", ErrConfig, c.Rescan)
	}
	if c.Grace < 0 {
		return fmt.Errorf("%w: Grace: %v is negative", ErrConfig, c.Grace)
	}
	if c.AuditBodies < 0 || c.AuditBodies > maxAuditBodies {
		return fmt.Errorf("%w: AuditBodies: %d is not within 0 and %d", ErrConfig, c.AuditBodies, maxAuditBodies)
	}
	if c.MemoryBudget < 0 {
		return fmt.Errorf("%w: MemoryBudget: %d is negative", ErrConfig, c.MemoryBudget)
	}
	if err := c.Wire.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}

// withDefaults fills in what was not set.
func (c Config) withDefaults() (Config, error) {
	if c.Root == "" {
		c.Root = "services"
	}
	if c.Infra == "" {
		c.Infra = infra.Default
	}
	if c.CacheDir == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return c, fmt.Errorf("%w: CacheDir: name a folder: %w", ErrConfig, err)
		}
		c.CacheDir = filepath.Join(dir, "skep")
	}
	if c.Rescan == 0 {
		c.Rescan = store.DefaultRescan
	}
	if c.Grace == 0 {
		c.Grace = DefaultGrace
	}
	if c.MemoryBudget == 0 {
		c.MemoryBudget = machine.ReadMemory().Guests()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}

// Wire is how clients may connect.
type Wire = ingress.Wire

// CORS is what browsers are told about web pages of other origins.
type CORS = ingress.CORS

// InfraType is an infrastructure type and what it grants.
type InfraType = infra.Type

// InfraTypes are the infrastructure types there are.
func InfraTypes() []InfraType { return infra.All() }

// InfraNames are the infrastructure types there are.
func InfraNames() []string { return infra.Names() }
