package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"skep/host"
)

// recordFlags say where requests are recorded.
type recordFlags struct {
	access, audit string
	bodies        size
}

func (f *recordFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.access, "access-log", "", "write a line of JSON for each request to `FILE`, - for standard "+
		"output; SIGHUP opens it anew (default none)")
	cmd.Flags().StringVar(&f.audit, "audit-log", "", "write who called what, who was refused and what was changed to files "+
		"in `DIR`, - for standard output; SIGHUP opens them anew (default none)")
	cmd.Flags().Var(&f.bodies, "audit-bodies", "of each body of a request and an answer, write as much as `SIZE` to the "+
		"audit log, at most 1MiB (default nothing)")
}

func (f *recordFlags) apply(c *host.Config) {
	c.AccessLog, c.AuditLog, c.AuditBodies = f.access, f.audit, int64(f.bodies)
}

// reopenOnHangup has the host open its files of records anew on SIGHUP, until ctx ends. Without such files the signal
// does what it always does.
func reopenOnHangup(ctx context.Context, h *host.Host, config host.Config) {
	if config.AccessLog == "" && config.AuditLog == "" {
		return
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangup)
		for {
			select {
			case <-hangup:
				if err := h.ReopenLogs(); err != nil {
					config.Log.Error("files of records cannot be opened anew", "error", err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
}
