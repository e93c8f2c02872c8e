package host

import (
	"errors"
	"fmt"
	"path/filepath"

	"skep/host/internal/observe"
	"skep/host/internal/service"
)

// records are the files in which requests are recorded.
type records struct {
	access *observe.AccessLog // nil: none
	audit  *observe.Audit     // nil: none
}

// openRecords opens what a config asks for.
func openRecords(c Config) (r records, err error) {
	if c.AccessLog != "" {
		sink, err := observe.OpenSink(c.AccessLog, observe.AccessRotation, c.Log)
		if err != nil {
			return r, fmt.Errorf("%w: AccessLog: %w", ErrConfig, err)
		}
		r.access = observe.NewAccessLog(sink)
	}
	if c.AuditLog != "" {
		if r.audit, err = observe.OpenAudit(c.AuditLog, int(c.AuditBodies), c.Log); err != nil {
			return records{}, errors.Join(fmt.Errorf("%w: AuditLog: %w", ErrConfig, err), r.close())
		}
	}
	return r, nil
}

func (r records) close() error {
	var access, audit error
	if r.access != nil {
		access = r.access.Close()
	}
	if r.audit != nil {
		audit = r.audit.Close()
	}
	return errors.Join(access, audit)
}

// ReopenLogs has the access log and the audit log open their files anew, by name: for whoever has moved them away.
func (h *Host) ReopenLogs() error {
	var access, audit error
	if h.records.access != nil {
		access = h.records.access.Reopen()
	}
	if h.records.audit != nil {
		audit = h.records.audit.Reopen()
	}
	return errors.Join(access, audit)
}

// look tells how the host is at this moment.
func (h *Host) look() observe.Snapshot {
	state := h.engine.State()
	now := observe.Snapshot{
		Generations: map[string]int{}, Connections: h.server.Connections(),
		MemoryUsed: state.MemoryUsed, MemoryLimit: state.MemoryLimit,
		Compiled: state.Compiled, Loaded: state.Loaded, CompileTime: state.CompileTime,
		Dropped: map[string]uint64{},
	}
	if h.records.access != nil {
		now.Dropped["access"] = h.records.access.Dropped()
	}
	if h.records.audit != nil {
		now.Dropped["audit"] = h.records.audit.Dropped()
	}
	counted := map[[2]string]bool{}
	for _, e := range h.registry.Endpoints() {
		pooled, ok := e.Caller.(service.Pooled)
		if !ok {
			continue // it is not loaded
		}
		p := pooled.Pool()
		now.Pools = append(now.Pools, observe.Pool{Service: e.Service, Endpoint: e.ID, Generation: e.Generation,
			Idle: p.Idle, InUse: p.InUse, Waiting: p.Waiting, Ceil: p.Ceil, Memory: p.Memory})
		if at := [2]string{e.Service, e.Generation}; !counted[at] {
			counted[at] = true
			now.Generations[e.Service]++
		}
	}
	return now
}

// logFolders are the folders that the access log and the audit log write to.
func (c Config) logFolders() []string {
	var folders []string
	if c.AccessLog != "" && c.AccessLog != "-" {
		folders = append(folders, filepath.Dir(c.AccessLog))
	}
	if c.AuditLog != "" && c.AuditLog != "-" {
		folders = append(folders, c.AuditLog)
	}
	return folders
}
