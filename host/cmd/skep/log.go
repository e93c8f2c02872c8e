package main

import (
	"context"
	"log/slog"
)

// withoutRefusals is a log without the host's lines about what it does not serve. A command whose result that is prints
// it itself; the lines of the module stay.
func withoutRefusals(log *slog.Logger) *slog.Logger { return slog.New(refusalFilter{log.Handler()}) }

type refusalFilter struct{ slog.Handler }

func (f refusalFilter) Handle(ctx context.Context, r slog.Record) error {
	switch r.Message {
	case "endpoint refused", "cannot be served":
		return nil
	}
	return f.Handler.Handle(ctx, r)
}

func (f refusalFilter) WithAttrs(attrs []slog.Attr) slog.Handler {
	return refusalFilter{f.Handler.WithAttrs(attrs)}
}

func (f refusalFilter) WithGroup(name string) slog.Handler {
	return refusalFilter{f.Handler.WithGroup(name)}
}
