package service

import (
	"context"
	"time"
)

// Caller runs requests of one endpoint, each in a sandbox of its own. It is safe for concurrent use.
type Caller interface {
	// Call hands a request frame to a free sandbox, waiting for one where it must, and the result frame to result.
	// The frame is not kept. The error is one of this package's sentinels, wrapped in what the log should know; an
	// error of result ends the sandbox and comes back as it is.
	//
	// With the context that a [Self] was handed, the call is one in the middle of another one: it does not wait for a
	// sandbox, and has no more time and fuel than are left to the other, whose fuel it takes.
	Call(ctx context.Context, request []byte, result ResultReader) (Usage, error)
	// Drain refuses calls from now on, but for those that guests make in the middle of theirs, and waits for the calls that
	// run or wait. Endpoints that call each other are all drained before the first of them is closed.
	Drain()
	// Close waits for the calls that run or wait, and ends all sandboxes. Calls that come later fail.
	Close() error
}

// ResultReader takes a result frame out of a sandbox.
type ResultReader interface {
	// ReadResult checks a result frame and copies out what it needs: the frame is guest memory and lasts only until
	// ReadResult returns. An error says that the guest broke the protocol.
	ReadResult(frame []byte) error
}

// Usage is what a call took.
type Usage struct {
	Wait  time.Duration // for a free sandbox
	Guest time.Duration // inside the guest
	Fuel  uint64        // units of code that the guest executed
	// Rollback is how the sandbox was made ready for its next call; 0 where none was taken for this one, or where it
	// keeps its memory.
	Rollback Rollback
}

// Rollback is how a sandbox becomes equal to its image again. Zero is none.
type Rollback uint8

// Ways of rolling back.
const (
	// RollbackCopy copies back what is known to be able to differ.
	RollbackCopy Rollback = iota + 1
	// RollbackScan asks the system which pages were written to, and copies those back.
	RollbackScan
	// RollbackDiscard gives the pages that were written to up: the next calls find the image by page faults.
	RollbackDiscard
	// RollbackReplace ends the sandbox; another one takes its place when it is needed.
	RollbackReplace
)

// Pooled is a [Caller] that tells of its sandboxes.
type Pooled interface {
	// Pool is how many there are at present.
	Pool() PoolState
}

// PoolState is how many sandboxes an endpoint has, and what they take.
type PoolState struct {
	Idle    int   // ready for a request
	InUse   int   // answering one, or being made
	Waiting int   // requests that wait for one
	Ceil    int   // the most there may be
	Memory  int64 // what they and the module are charged for, in bytes
}
