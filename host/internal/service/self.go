package service

import "context"

// Self has other endpoints of a service answer what one of them asks in the middle of a call. It belongs to one request
// and is used by one goroutine.
type Self interface {
	// CallSelf answers a call frame of a guest with a result frame and the status that a client would get. It calls the
	// other endpoint with ctx. It keeps nothing of the call; the result is valid until the same guest calls again, or its
	// own call ends.
	CallSelf(ctx context.Context, call []byte) (status int, result []byte)
}

type selfKey struct{}

// SelfKey is the key under which the context of a [Caller.Call] may hold a Self. Without one, the guest's calls of other
// endpoints are refused.
var SelfKey any = selfKey{}

// SelfOf is the Self of a call, nil where it has none.
func SelfOf(ctx context.Context) Self {
	self, _ := ctx.Value(SelfKey).(Self)
	return self
}
