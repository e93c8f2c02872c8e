package observe

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"time"
)

// What the audit log calls a call, as the API node does.
const (
	MsgTypePrediction = "prediction-query"
	MsgTypeFunction   = "function-query"
	MsgTypeSQL        = "sql-query"
	MsgTypeLookup     = "dataset-lookup-query"
)

// Topics of the audit log, as the API node has them.
const (
	topicQuery    = "apinode-query"
	topicAuthFail = "authfail"
	topicAPICalls = "apicalls"
)

// The files of an audit log, and the node's bounds for them.
const (
	auditFile   = "audit.log"
	queriesFile = "queries.log"
)

var (
	auditRotation   = Rotation{100, 20}
	queriesRotation = Rotation{10, 10}
)

// Audit records who asked for what: calls, refused credentials, and changes by the admin API. It has two files: one of
// calls, and one of all else.
type Audit struct {
	audit, queries *Sink
	other, calls   *slog.Logger
	bodies         int // bytes of each body that are recorded
}

// OpenAudit gives an audit log in a folder, or on standard output where its name is "-". Of bodies of requests and
// answers it records as many bytes; 0 is none. It must be closed.
func OpenAudit(dir string, bodies int, log *slog.Logger) (*Audit, error) {
	audit, queries := "-", "-"
	if dir != "-" {
		audit, queries = filepath.Join(dir, auditFile), filepath.Join(dir, queriesFile)
	}
	a, err := OpenSink(audit, auditRotation, log)
	if err != nil {
		return nil, err
	}
	q, err := OpenSink(queries, queriesRotation, log)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &Audit{audit: a, queries: q, other: jsonLines(a), calls: jsonLines(q), bodies: bodies}, nil
}

// Record writes what the audit log has to say of a request, if anything.
func (a *Audit) Record(r *Request) {
	switch {
	case r.Called:
		a.call(r)
	case r.Service != "" && (r.Status == 401 || r.Status == 403): // of its own the admin API tells by APICalls
		write(a.other, topicAuthFail, r.Start, r.Took, true, []slog.Attr{slog.String("msgType", topicAuthFail),
			slog.String("serviceId", r.Service), slog.String("authMethod", r.Auth), slog.Int("status", r.Status),
			slog.String("reason", r.ErrorType), slog.String("path", text(r.Path))}, r)
	}
}

func (a *Audit) call(r *Request) {
	message := append(make([]slog.Attr, 0, 14), slog.String("msgType", r.Kind), slog.String("serviceId", r.Service),
		slog.String("generation", r.Generation), slog.String("endpointId", r.Endpoint),
		slog.String("apiKeyId", r.KeyID), slog.String("authMethod", r.Auth), slog.Int("status", r.Status))
	if r.ErrorType != "" {
		message = append(message, slog.String("errorType", r.ErrorType))
	}
	message = append(message, slog.Group("timing", slog.Float64("wait", milliseconds(r.Wait)),
		slog.Float64("guest", milliseconds(r.Guest)), slog.Float64("total", milliseconds(r.Took))),
		slog.Uint64("fuel", r.Fuel))
	if a.bodies > 0 {
		message = append(message, a.body("query", r.Query), a.body("result", r.Result))
	}
	write(a.calls, topicQuery, r.Start, r.Took, r.Status >= 500, message, r)
}

// body is a body as it is recorded: JSON as it is, else text; one that is too long is cut, and becomes text too.
func (a *Audit) body(name string, body []byte) slog.Attr {
	if len(body) <= a.bodies && json.Valid(body) {
		return slog.Any(name, json.RawMessage(body))
	}
	return slog.String(name, string(body[:min(len(body), a.bodies)]))
}

// write writes a line in the shape that the API node's have.
func write(to *slog.Logger, topic string, at time.Time, took time.Duration, bad bool, message []slog.Attr, r *Request) {
	severity := "INFO"
	if bad {
		severity = "WARN"
	}
	attrs := []slog.Attr{slog.String("severity", severity), slog.String("logger", "dku.audit."+topic),
		{Key: "message", Value: slog.GroupValue(message...)}}
	mdc := slog.Any("mdc", struct{}{})
	if r != nil {
		mdc = slog.Group("mdc", slog.String("requestId", string(r.ID)), slog.String("remote", r.Remote))
	}
	attrs = append(attrs, mdc, slog.Int64("callTime", took.Milliseconds()),
		slog.String("timestamp", at.UTC().Format("2006-01-02T15:04:05.000Z07:00")))
	to.LogAttrs(context.Background(), slog.LevelInfo, "", attrs...)
}

// APICalls takes records of the admin API: the text is the type of the message,
// the attributes are its content, "took" the time of the call.
func (a *Audit) APICalls() *slog.Logger { return slog.New(apiCalls{a.other}) }

// apiCalls is the handler behind APICalls. It knows no groups and no attributes of a logger, which the admin API does
// not use.
type apiCalls struct{ to *slog.Logger }

// Enabled is always true: what is audited does not depend on a level.
func (apiCalls) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes a record.
func (h apiCalls) Handle(_ context.Context, r slog.Record) error {
	topic, message := topicAPICalls, []slog.Attr{slog.String("msgType", r.Message)}
	if r.Message == topicAuthFail {
		topic = topicAuthFail
	}
	var took time.Duration
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "took" {
			took = a.Value.Duration()
		} else {
			message = append(message, a)
		}
		return true
	})
	write(h.to, topic, r.Time, took, topic == topicAuthFail, message, nil)
	return nil
}

// WithAttrs gives the same handler.
func (h apiCalls) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup gives the same handler.
func (h apiCalls) WithGroup(string) slog.Handler { return h }

// Dropped is how many lines were lost. A nil log loses none.
func (a *Audit) Dropped() uint64 {
	if a == nil {
		return 0
	}
	return a.audit.Dropped() + a.queries.Dropped()
}

// Reopen closes the files; the next lines open them by their names again.
func (a *Audit) Reopen() error { return errors.Join(a.audit.Reopen(), a.queries.Reopen()) }

// Close writes what is pending, and closes the files.
func (a *Audit) Close() error { return errors.Join(a.audit.Close(), a.queries.Close()) }
