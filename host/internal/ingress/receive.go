package ingress

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"time"

	"skep/host/internal/clock"
	"skep/host/internal/frame"
)

// wait waits for the first bytes of a message.
func (c *conn) wait() error {
	timeout := c.gate.idle
	if !c.used {
		timeout = c.gate.read
		if err := c.shakeHands(); err != nil {
			return err
		}
	}
	if err := c.readWithin(timeout); err != nil {
		return err
	}
	n, err := c.Conn.Read(c.buf)
	c.r, c.w = 0, n
	if n > 0 {
		return nil
	}
	return err
}

// readWithin begins the time for reading.
func (c *conn) readWithin(timeout time.Duration) error {
	if !renew(&c.readBy, clock.Now(), timeout) {
		return nil
	}
	return c.Conn.SetReadDeadline(c.readBy)
}

// writing begins the time for an answer.
func (c *conn) writing(now time.Time) error {
	if !renew(&c.writeBy, now, c.gate.write) {
		return nil
	}
	return c.Conn.SetWriteDeadline(c.writeBy)
}

// renew puts a deadline off to the end of a timeout, and says whether it has to be set: one that comes at most a
// sixty-fourth of the timeout earlier is left, since to set it costs as much as to read a head.
func renew(deadline *time.Time, now time.Time, timeout time.Duration) bool {
	by := now.Add(timeout)
	if sooner := by.Sub(*deadline); sooner >= 0 && sooner < timeout/64 {
		return false
	}
	*deadline = by
	return true
}

// shakeHands sets up TLS. Errors are the client's: they end the connection, without a word in the log.
func (c *conn) shakeHands() error {
	t, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := t.SetDeadline(time.Now().Add(c.gate.read)); err != nil {
		return err
	}
	if err := t.Handshake(); err != nil {
		var noTLS tls.RecordHeaderError
		if errors.As(err, &noTLS) && noTLS.Conn != nil && frame.TokenByte(noTLS.RecordHeader[0]) {
			_, _ = c.raw.Write(c.gate.plain)
			c.lingers.Store(true)
		}
		return err
	}
	return t.SetWriteDeadline(time.Time{})
}

// receive reads bytes of a message that has begun. Its time runs from the first wait for more.
func (c *conn) receive(p []byte) (int, error) {
	if !c.late {
		if err := c.readWithin(c.gate.read); err != nil {
			return 0, err
		}
		c.late = true
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		return n, nil // an error comes again
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return 0, err
}

// more receives more bytes into the buffer, behind those that are in it.
func (c *conn) more() error {
	if c.w == len(c.buf) {
		if c.r > 0 {
			c.w = copy(c.buf, c.buf[c.r:c.w])
			c.r = 0
		} else if len(c.buf) == smallBuffer {
			large := largeBuffers.Get().(*[largeBuffer]byte)[:]
			copy(large, c.buf)
			c.buf = large
		} else {
			return errNoHTTP // not reached: every line has a limit below the buffer's size
		}
	}
	n, err := c.receive(c.buf[c.w:])
	c.w += n
	return err
}

// line gives the next line of a chunked body, without its line end, and leaves it in the buffer. A line of more than most
// bytes is refused as r.
func (c *conn) line(most int, r *refusal) ([]byte, error) {
	for {
		text := c.buf[c.r:c.w]
		n := bytes.IndexByte(text, '\n')
		switch {
		case n > most+1, n < 0 && len(text) > most+1:
			return nil, r
		case n == 0, n > 0 && text[n-1] != '\r':
			return nil, errBareLF
		case n > 0:
			return text[:n-1], nil
		}
		if err := c.more(); err != nil {
			return nil, err
		}
	}
}

// shrink gives a large buffer back when what is left in it fits the small one.
func (c *conn) shrink() {
	if len(c.buf) > smallBuffer && c.w-c.r <= smallBuffer {
		large := (*[largeBuffer]byte)(c.buf)
		c.w = copy(c.small[:], c.buf[c.r:c.w])
		c.r, c.buf = 0, c.small[:]
		largeBuffers.Put(large)
	}
}
