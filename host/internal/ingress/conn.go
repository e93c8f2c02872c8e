package ingress

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Sizes of what a connection keeps of a request, in bytes. A connection that waits has the small one only.
const (
	smallBuffer = 2 << 10
	largeBuffer = maxRequestLine + maxFields + freeBody/8
)

// conn stands between a client and the HTTP server. It reads the head of each message whole and refuses what is not
// strictly HTTP, knows from it where the message ends, and hands on exactly one message at a time: the next one only
// after the server has said, by take, that it saw the end where the connection does. So two messages can never be taken
// for one, or one for two. Chunked bodies are handed on without extensions and trailers.
//
// It also keeps the time limits, and what answered a request until that is written. Only Close may be called while
// another method runs.
type conn struct {
	net.Conn // what is read and written: TCP, or TLS on it
	raw      net.Conn
	gate     *gate
	peer     peer
	begin    *sync.WaitGroup // until the first read

	buf   []byte // small, or one of largeBuffers
	r, w  int    // buf[r:w] has been received and not handed on
	head  head
	names names // of the headers in the message's head
	state state // what comes when left is 0
	left  int64 // bytes that may be handed on
	body  int64 // bytes of the body, as far as they are known
	late  bool  // the message has begun, and its deadline is set
	used  bool  // it is not the first message

	readBy, writeBy time.Time // the deadlines in force
	unsure          bool      // they may not be: what answered a request has set its own
	exchange        *exchange // of the request that was answered last; its buffers hold the answer

	refused *refusal    // what every read returns from now on
	lingers atomic.Bool // Close gives the client time to read
	closed  atomic.Bool
	small   [smallBuffer]byte
}

// state is where in a message a connection is.
type state uint8

const (
	stateHead    state = iota + 1 // before a head
	stateBegun                    // a head that was refused: the server needs a byte of it to answer
	stateChunk                    // before a chunk's size
	stateTail                     // before the line end after a chunk
	stateTrailer                  // after the last chunk
	stateDone                     // the message is whole
)

var largeBuffers = sync.Pool{New: func() any { return new([largeBuffer]byte) }}

// Read hands on bytes of the message.
func (c *conn) Read(p []byte) (int, error) {
	c.begun()
	if c.refused == nil && c.left == 0 {
		if err := c.advance(); err != nil {
			return 0, err
		}
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case c.refused != nil && c.state == stateBegun:
		c.state, p[0] = stateDone, 'X' // the server reads on, and gets the refusal
		return 1, nil
	case c.refused != nil:
		return 0, c.refused
	}
	p = p[:min(int64(len(p)), c.left)]
	n := copy(p, c.buf[c.r:c.w])
	c.r += n
	if n == 0 {
		var err error
		if n, err = c.receive(p); err != nil {
			return 0, c.failed(err)
		}
	}
	if c.left -= int64(n); c.left == 0 && c.state == stateDone {
		c.shrink()
	}
	return n, nil
}

// begun says once that the HTTP server knows the connection.
func (c *conn) begun() {
	if c.begin != nil {
		c.begin.Done()
		c.begin = nil
	}
}

// advance goes on to the next bytes that may be handed on, or refuses.
func (c *conn) advance() error {
	for c.left == 0 {
		var err error
		switch c.state {
		case stateHead:
			err = c.readHead()
		case stateChunk:
			err = c.readChunk()
		case stateTail:
			err = c.readTail()
		case stateTrailer:
			err = c.readTrailer()
		default:
			err = errFraming // the server wants more than the message
		}
		if err != nil {
			return c.failed(err)
		}
	}
	return nil
}

// failed makes an error of the connection the refusal of the message, where one has begun. It returns nil when a read
// is to go on, since the server must first see that there is a message.
func (c *conn) failed(err error) error {
	var r *refusal
	switch {
	case c.refused != nil || errors.Is(err, net.ErrClosed):
		return err
	case errors.As(err, &r):
	case !c.late && c.state == stateHead && c.r == c.w: // nothing of a message has come
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		r = errSlow
	case errors.Is(err, io.EOF):
		r = errCut
	default:
		return err
	}
	c.refused = r
	if c.state == stateHead {
		c.state = stateBegun
		return nil
	}
	return r
}

// readHead waits for a message and reads its head.
func (c *conn) readHead() error {
	c.release()
	if c.unsure {
		c.readBy, c.writeBy, c.unsure = time.Time{}, time.Time{}, false
	}
	if c.r == c.w {
		if err := c.wait(); err != nil {
			return err
		}
	}
	c.head, c.names = head{}, namesUnknown
	for {
		whole, r := c.head.read(c.buf[c.r:c.w])
		if r != nil {
			return r
		}
		if whole {
			break
		}
		if err := c.more(); err != nil {
			return err
		}
	}
	if c.head.expects { // the HTTP server writes before it sets the time for that
		if err := c.writing(time.Now()); err != nil {
			return err
		}
	}
	c.names = c.head.names
	c.left, c.body, c.state = int64(c.head.size)+c.head.length, c.head.length, stateDone
	if c.head.chunked {
		c.state = stateChunk
	}
	return nil
}

// readChunk reads the line that begins a chunk, and puts the size beside the line end: extensions are not handed on.
func (c *conn) readChunk() error {
	line, err := c.line(maxChunkLine, errChunkLine)
	if err != nil {
		return err
	}
	size, digits, r := chunkLine(line)
	if r != nil {
		return r
	}
	from := c.r
	c.r += len(line) - digits
	copy(c.buf[c.r:], c.buf[from:from+digits])
	c.body += size
	c.left = int64(digits) + 2 + size
	c.state = stateTail
	if size == 0 {
		c.state, c.head = stateTrailer, head{first: 1, size: 1}
	}
	return nil
}

// readTail reads the line end after the bytes of a chunk.
func (c *conn) readTail() error {
	line, err := c.line(0, errChunkEnd)
	if err != nil {
		return err
	}
	c.left, c.state = int64(len(line))+2, stateChunk
	return nil
}

// readTrailer reads headers that come after a body, and hands on none of them.
func (c *conn) readTrailer() error {
	for {
		line, err := c.line(maxFields, errLongFields)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			c.left, c.state = 2, stateDone
			return nil
		}
		if c.head.size += len(line) + 2; c.head.size > maxFields {
			return errLongFields
		}
		if c.head.fields++; c.head.fields > maxFieldLines {
			return errManyFields
		}
		if _, _, r := cutField(line); r != nil {
			return r
		}
		c.r += len(line) + 2
	}
}

// take ends a message: the server has seen it, with a body of that many bytes. An error says that the connection sees
// another end, and that nothing more may be read.
func (c *conn) take(body int) error {
	if c.refused != nil || c.state != stateDone || c.left != 0 || c.body != int64(body) {
		c.refused = errFraming
		c.parting()
		return errFraming
	}
	c.state, c.used, c.late = stateHead, true, false
	return nil
}

// parting says that the next answer is the last one, and that the client may be sending still.
func (c *conn) parting() {
	c.lingers.Store(true)
	_ = c.writing(time.Now()) // when that fails, so does writing
}

// answered keeps what holds an answer until the HTTP server has written it, for which the time begins now.
func (c *conn) answered(x *exchange, now time.Time) {
	c.exchange = x
	_ = c.writing(now) // when that fails, so does writing
}

// Write sends bytes of an answer. What it was made in is free once the last of them has been sent from there, as with a large
// one: the next request finds it while the processor's caches still hold it. A small one is sent from a buffer of the
// HTTP server's, by which nobody can tell.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err == nil && c.exchange != nil && c.exchange.endsWith(p) {
		c.release()
	}
	return n, err
}

// release gives up what answered the last request.
func (c *conn) release() {
	if c.exchange != nil {
		c.exchange.giveBack()
		c.exchange = nil
	}
}

// Close ends the connection. A client whose request was refused gets time to read the answer: if unread bytes of it are
// left, the system throws away what has been sent.
func (c *conn) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return net.ErrClosed
	}
	if c.lingers.Load() {
		c.linger()
	}
	c.gate.leave(c.peer)
	return c.Conn.Close()
}

func (c *conn) linger() {
	if t, ok := c.Conn.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	half, ok := c.raw.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || c.raw.SetReadDeadline(time.Now().Add(lingerTimeout)) != nil {
		return
	}
	_, _ = io.Copy(io.Discard, onlyReader{c.raw}) // until the client closes, or the deadline
}

// onlyReader hides the methods by which io.Copy would take a large buffer.
type onlyReader struct{ io.Reader }
