// Command peers puts the host, native handlers and other servers under the same load, and prints the figures as
// Markdown. It runs in the project's folder; make bench-peers starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	run         *regexp.Regexp // names of scenarios
	peers       []string       // names; none: all
	rounds      int
	length      time.Duration // of a turn
	connections int
	port        int           // of the first server
	budget      time.Duration // no turn begins later than that after installations; 0: all do
	resume      bool          // go on with the turns of the run before
	latency     bool          // measure that too
	awake       bool          // processors that wait do not halt
	check       bool          // only compare the answers
}

func main() {
	var err error
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		err = serve(os.Args[2], os.Args[3])
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = bench(ctx, os.Args[1:])
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench-peers:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench-peers", flag.ContinueOnError)
	pattern := flags.String("run", ".", "scenarios whose names match this `expression`")
	names := flags.String("peers", "", "`names` of peers, with commas between them (default all)")
	flags.IntVar(&o.rounds, "rounds", 3, "turns of each peer in each scenario")
	flags.DurationVar(&o.length, "length", 3*time.Second, "length of a turn, in whole seconds")
	flags.IntVar(&o.connections, "connections", 32, "connections that are open, each with one request under way")
	flags.IntVar(&o.port, "port", 13200, "port of the first server; the others take those that follow")
	flags.DurationVar(&o.budget, "for", 0, "start no turn later than this after installations, and print what there is (default no end)")
	flags.BoolVar(&o.resume, "resume", false, "go on where the run before has ended, with its guests")
	flags.BoolVar(&o.latency, "latency", true, "measure latency at fixed rates, too")
	flags.BoolVar(&o.awake, "awake", false, "keep processors that wait from halting (Linux, as root)")
	flags.BoolVar(&o.check, "check", false, "compare the answers of the peers with the native ones, without load")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.run, err = regexp.Compile("^(" + *pattern + ")$"); *pattern == "." {
		o.run, err = regexp.Compile(".")
	}
	if err != nil {
		return o, err
	}
	if *names != "" {
		o.peers = strings.Split(*names, ",")
	}
	for _, name := range o.peers {
		if !slices.ContainsFunc(peers, func(p peer) bool { return p.name == name }) {
			return o, fmt.Errorf("there is no peer %q", name)
		}
	}
	return o, nil
}

func bench(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(sourceDir, "go.mod")); err != nil {
		return fmt.Errorf("this is not the project's folder: %w", err)
	}
	r := &runner{options: o, ctx: ctx, servers: make(map[string]*server), native: make(map[string]reply)}
	defer r.stop()
	if err := r.take(); err != nil {
		return err
	}
	if !o.check {
		if err := have(ctx, "wrk"); err != nil {
			return err
		}
		r.start = time.Now()
		if r.turns, err = readTurns(o.resume); err != nil {
			return err
		}
	}
	if len(r.turns) == 0 {
		if err := buildGuests(ctx, r.peers); err != nil {
			return err
		}
	}
	if o.check {
		return r.compareAll()
	}
	if o.awake {
		awake, err := keepAwake()
		if err != nil {
			return err
		}
		defer awake.Close()
	}
	err = r.all()
	fmt.Print(report(r))
	return err
}
