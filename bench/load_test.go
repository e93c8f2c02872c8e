package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// connections is how many clients send requests at the same time, each on a connection of its own that stays open and
// with one request under way.
const connections = 32

// query is a request to an endpoint, and how the body of the answer begins.
type query struct {
	path          string
	body          string
	want          string
	authorization string // the header's value; empty: there is none
}

// bytes is the whole request as it goes over the wire.
func (q query) bytes() []byte {
	var r fasthttp.Request
	r.Header.SetMethod(fasthttp.MethodPost)
	r.SetRequestURI(q.path)
	r.Header.SetHost("localhost")
	r.Header.SetContentType("application/json")
	if q.authorization != "" {
		r.Header.Set("Authorization", q.authorization)
	}
	r.SetBodyString(q.body)
	return []byte(r.String())
}

// client is one connection. It does as little as it can, since it takes its CPU time from the server.
type client struct {
	addr    string
	conn    net.Conn
	reader  *bufio.Reader
	request []byte
	turns   [][]byte // where there are several requests, which run sends one after the other
	next    int      // of them
	want    []byte
	answer  fasthttp.Response
	took    []time.Duration // of each request that was answered
}

func dial(addr string, q query) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{addr: addr, conn: conn, reader: bufio.NewReader(conn), request: q.bytes(), want: []byte(q.want)}, nil
}

// exchange sends the request and checks the answer.
func (c *client) exchange() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	if err := c.answer.Read(c.reader); err != nil {
		return err
	}
	if c.answer.StatusCode() != fasthttp.StatusOK || !bytes.HasPrefix(c.answer.Body(), c.want) {
		return fmt.Errorf("status %d, body %q; want 200 and %q", c.answer.StatusCode(), c.answer.Body(), c.want)
	}
	if c.answer.ConnectionClose() { // a server bounds the requests of a connection
		return c.redial()
	}
	return nil
}

// redial replaces the connection.
func (c *client) redial() error {
	_ = c.conn.Close() // the server closes it too
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		return err
	}
	c.conn = conn
	c.reader.Reset(conn)
	return nil
}

// run sends one request after the other until the end has come.
func (c *client) run(end time.Time) error {
	for start := time.Now(); start.Before(end); {
		if len(c.turns) > 0 {
			c.request = c.turns[c.next%len(c.turns)]
			c.next++
		}
		if err := c.exchange(); err != nil {
			return err
		}
		now := time.Now()
		c.took = append(c.took, now.Sub(start))
		start = now
	}
	return nil
}

// connect makes connections to a server and uses each of them once. They are closed by disconnect.
func connect(s *server, q query, n int) (clients []*client, err error) {
	for range n {
		c, err := dial(s.addr, q)
		if err == nil {
			clients = append(clients, c)
			err = c.exchange()
		}
		if err != nil {
			disconnect(clients)
			return nil, err
		}
	}
	return clients, nil
}

func disconnect(clients []*client) {
	for _, c := range clients {
		_ = c.conn.Close()
	}
}

// turn lets all clients send a query to a server for some time. Connections are made, and used once, before that.
func turn(s *server, q query, length time.Duration) (figures, error) {
	clients, err := connect(s, q, connections)
	if err != nil {
		return figures{}, err
	}
	defer disconnect(clients)
	return load(s, clients, length)
}

// load lets clients send their requests for some time.
func load(s *server, clients []*client, length time.Duration) (figures, error) {
	before, err := s.cpuTime()
	if err != nil {
		return figures{}, err
	}
	start := time.Now()
	errs := make([]error, len(clients))
	var all sync.WaitGroup
	for i, c := range clients {
		c.took = c.took[:0]
		all.Go(func() { errs[i] = c.run(start.Add(length)) })
	}
	all.Wait()
	elapsed := time.Since(start)
	after, err := s.cpuTime()
	if err := errors.Join(append(errs, err)...); err != nil {
		return figures{}, err
	}

	var took []time.Duration
	for _, c := range clients {
		took = append(took, c.took...)
	}
	slices.Sort(took)
	return figures{
		perSecond: float64(len(took)) / elapsed.Seconds(),
		p50:       percentile(took, 50),
		p99:       percentile(took, 99),
		cpu:       (after - before) / time.Duration(len(took)),
	}, nil
}
