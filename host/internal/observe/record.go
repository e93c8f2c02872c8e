package observe

import (
	"context"
	"log/slog"
	"time"
	"unicode/utf8"
)

// Request is what records tell of a request that was answered. Byte slices are not kept.
type Request struct {
	ID           []byte
	Start        time.Time
	Took         time.Duration
	Remote       string // address of the client
	Method, Path []byte
	Status       int
	ErrorType    string // why it was refused or failed; "" else
	In, Out      int    // bytes of the bodies

	Service, Generation, Endpoint string // as far as they were found

	KeyID string // id of the API key or the token's client; never the key
	Auth  string // how the client showed who it is

	// What follows is set for a request whose endpoint was called.
	Called      bool
	Kind        string // of the audit log: one of the MsgType constants
	Wait, Guest time.Duration
	Fuel        uint64
	// Query and Result are the bodies; what is recorded of them is the audit log's setting.
	Query, Result []byte
}

// AccessLog writes a line of JSON for each request.
type AccessLog struct {
	*Sink
	lines *slog.Logger
}

// AccessRotation bounds the access log.
var AccessRotation = Rotation{100, 10}

// NewAccessLog gives an access log that writes to a sink.
func NewAccessLog(s *Sink) *AccessLog { return &AccessLog{s, jsonLines(s)} }

// Record writes the line of a request.
func (a *AccessLog) Record(r *Request) {
	attrs := append(make([]slog.Attr, 0, 20),
		slog.Time("time", r.Start.UTC()), slog.String("requestId", string(r.ID)), slog.String("remote", r.Remote),
		slog.String("method", text(r.Method)), slog.String("path", text(r.Path)), slog.Int("status", r.Status),
		slog.Int("bytesIn", r.In), slog.Int("bytesOut", r.Out), slog.Float64("ms", milliseconds(r.Took)))
	if r.ErrorType != "" {
		attrs = append(attrs, slog.String("errorType", r.ErrorType))
	}
	if r.Endpoint != "" {
		attrs = append(attrs, slog.String("service", r.Service), slog.String("generation", r.Generation),
			slog.String("endpoint", r.Endpoint))
	}
	if r.KeyID != "" {
		attrs = append(attrs, slog.String("keyId", r.KeyID))
	}
	if r.Called {
		attrs = append(attrs, slog.Float64("waitMs", milliseconds(r.Wait)), slog.Float64("guestMs", milliseconds(r.Guest)),
			slog.Uint64("fuel", r.Fuel))
	}
	a.lines.LogAttrs(context.Background(), slog.LevelInfo, "", attrs...)
}

// jsonLines writes attributes, and nothing else, as JSON.
func jsonLines(s *Sink) *slog.Logger {
	return slog.New(bare{slog.NewJSONHandler(s, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.MessageKey || a.Key == slog.LevelKey) {
				return slog.Attr{}
			}
			return a
		}})})
}

// bare drops the time of records, which have their own.
type bare struct{ slog.Handler }

// Handle passes a record on.
func (b bare) Handle(ctx context.Context, r slog.Record) error {
	r.Time = time.Time{}
	return b.Handler.Handle(ctx, r)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// maxText bounds what is recorded of a path or a method, in bytes.
const maxText = 2 << 10

// text is a part of a request as a record has it.
func text(b []byte) string {
	if len(b) > maxText {
		n := maxText
		for n > 0 && !utf8.RuneStart(b[n]) {
			n--
		}
		b = b[:n]
	}
	return string(b) // what is not UTF-8 the encoder replaces
}
