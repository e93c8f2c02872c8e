package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// paced are the peers whose latency is measured, in scenario hello.
var paced = []string{native, "skep-go", "skep-c", "wasmtime-pooling", "uvicorn"}

// shares of their peak that they are given meanwhile.
var shares = []float64{0.5, 0.9}

const warmUp = time.Second

// runner does all turns of a run.
type runner struct {
	options
	ctx     context.Context
	start   time.Time          // of the budget
	peers   []peer             // that take part
	absent  map[string]error   // why others do not
	servers map[string]*server // that run, by peer and flags
	native  map[string]reply   // by scenario
	turns   []turn
}

var errBudget = errors.New("the time of -for is over; the next part: make bench-peers with -resume in ARGS, beside what it had")

// take finds out which peers can take part.
func (r *runner) take() error {
	r.absent = make(map[string]error)
	missing := make(map[string]error)
	for _, p := range peers {
		if len(r.options.peers) > 0 && !slices.Contains(r.options.peers, p.name) {
			continue
		}
		var lacks error
		for _, name := range p.needs {
			err, asked := missing[name]
			if !asked {
				err = have(r.ctx, name)
				missing[name] = err
			}
			lacks = errors.Join(lacks, err)
		}
		if lacks != nil {
			r.absent[p.name] = lacks
			continue
		}
		r.peers = append(r.peers, p)
	}
	if r.latency && !r.check {
		if err := have(r.ctx, "oha"); err != nil {
			r.latency = false
			r.absent["latency"] = err
		}
	}
	if len(r.peers) == 0 || r.peers[0].name != native {
		return errors.New("the native peer is what all others are compared with: name it too")
	}
	return r.ctx.Err()
}

// all does scenario after scenario. In each of them the peers have turns, and each round begins with another one. A round
// has processes of its own, so that what differs from one start to the next shows in the spread.
func (r *runner) all() error {
	for _, s := range scenarios {
		taking := r.taking(s)
		for round := range r.rounds {
			for i := range taking {
				if err := r.turn(s, taking[(i+round)%len(taking)], turn{Round: round}); err != nil {
					return err
				}
			}
			r.stop()
		}
		if s.name == "hello" && r.latency {
			if err := r.pace(s, taking); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareAll asks every peer for every scenario once.
func (r *runner) compareAll() error {
	for _, s := range scenarios {
		for _, p := range r.taking(s) {
			if _, err := r.checked(s, p); err != nil {
				return err
			}
			fmt.Printf("%-13s %s: as native\n", s.name, p.name)
		}
	}
	for _, p := range peers {
		if err := r.absent[p.name]; err != nil {
			fmt.Printf("%s: not compared: %v\n", p.name, err)
		}
	}
	return nil
}

// taking are the peers that take part in a scenario.
func (r *runner) taking(s scenario) (taking []peer) {
	for _, p := range r.peers {
		if r.run.MatchString(s.name) && p.does(s.name) {
			taking = append(taking, p)
		}
	}
	return taking
}

func (r *runner) pace(s scenario, taking []peer) error {
	for round := range r.rounds {
		for _, share := range shares {
			for _, p := range taking {
				if !slices.Contains(paced, p.name) {
					continue
				}
				if err := r.turn(s, p, turn{Round: round, Share: share}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// turn does a turn, unless an earlier run has done it.
func (r *runner) turn(s scenario, p peer, t turn) error {
	t.Scenario, t.Peer = s.name, p.name
	if slices.ContainsFunc(r.turns, func(d turn) bool {
		return d.Scenario == t.Scenario && d.Peer == t.Peer && d.Round == t.Round && d.Share == t.Share
	}) {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.budget > 0 && time.Since(r.start) > r.budget {
		return errBudget
	}
	srv, err := r.server(s, p)
	if err != nil {
		return err
	}
	t.Wanted = t.Share * r.peak(s.name, p.name)
	done, err := srv.measure(func() (float64, turn, error) {
		if t.Share > 0 {
			return oha(s, srv.port, r.connections, r.length, t.Wanted)
		}
		return wrk(s, srv.port, r.connections, r.length)
	})
	if err != nil {
		return err
	}
	t.PerSecond, t.CPU, t.Latency = done.PerSecond, done.CPU, done.Latency
	fmt.Fprintf(os.Stderr, "%-13s %-17s round %d %4.0f%% %8.0f/s %8.1f µs\n", t.Scenario, t.Peer, t.Round, t.Share*100,
		t.PerSecond, t.CPU)
	r.turns = append(r.turns, t)
	return writeTurn(t)
}

// server is a peer that runs with what a scenario needs, whose answer has been checked, and that is warm.
func (r *runner) server(s scenario, p peer) (*server, error) {
	srv, err := r.checked(s, p)
	if err != nil || srv.warm[s.name] {
		return srv, err
	}
	if _, _, err := wrk(s, srv.port, r.connections, warmUp); err != nil {
		return nil, fmt.Errorf("%s of %s: %w", s.name, p.name, err)
	}
	srv.warm[s.name] = true
	return srv, nil
}

// checked is a peer that runs with what a scenario needs, and whose answer is the native one's.
func (r *runner) checked(s scenario, p peer) (*server, error) {
	key := p.name
	if p.isHost() {
		key += strings.Join(s.flags, " ")
	}
	srv := r.servers[key]
	if srv == nil {
		var err error
		if srv, err = startServer(p, s, r.port+len(r.servers)); err != nil {
			return nil, err
		}
		r.servers[key] = srv
	}
	if srv.checked[s.name] {
		return srv, nil
	}
	got, err := ask(srv.port, s)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", s.name, p.name, err)
	}
	if p.name == native {
		r.native[s.name] = got
	} else if _, err := r.checked(s, peers[0]); err != nil {
		return nil, err
	}
	if err := compare(p, got, r.native[s.name]); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	srv.checked[s.name] = true
	return srv, nil
}

func (r *runner) stop() {
	for _, s := range r.servers {
		s.stop()
	}
	clear(r.servers)
}
