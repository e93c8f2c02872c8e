package abi

// Limits that both sides keep. A frame beyond one of them is broken, whoever wrote it.
const (
	// MaxDepth is how deep arrays and maps may lie in each other; the frame's own array or map is not counted.
	MaxDepth = 64
	// MaxHeaders is how many headers a custom response may have.
	MaxHeaders = 64
	// MaxHeaderBytes bounds the content type and the names and values of all headers of a custom response together.
	MaxHeaderBytes = 16 << 10
	// MaxMessage bounds the message of an error, and its type, in bytes.
	MaxMessage = 64 << 10
	// MaxResult bounds a result frame, in bytes.
	MaxResult = 4 << 20
	// MaxLogLine bounds one log line, in bytes.
	MaxLogLine = 16 << 10
	// MaxCallDepth is how deep calls of other endpoints may lie in each other, below the client's request.
	MaxCallDepth = 4
	// MaxCalls is how many calls of other endpoints all endpoints together may make for one request of a client.
	MaxCalls = 64
)

// Statuses that a result frame may carry.
const (
	// MinErrorStatus and MaxStatus bound the status of TagError. Outside of them a host answers 500.
	MinErrorStatus = 400
	// MinCustomStatus and MaxStatus bound the status of TagCustom. Outside of them the frame is broken.
	MinCustomStatus = 200
	MaxStatus       = 599
)
