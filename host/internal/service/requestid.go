package service

import "context"

type requestIDKey struct{}

// RequestIDKey is the key under which the context of a [Caller.Call] may hold the id of the request, a string.
var RequestIDKey any = requestIDKey{}

// RequestID is the id of the request that a call belongs to, "" where it has none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(RequestIDKey).(string)
	return id
}
