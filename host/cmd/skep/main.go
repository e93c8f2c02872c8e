// Command skep serves HTTP endpoints that are WebAssembly modules, and makes, checks and calls them. It is a shell
// around the packages below host: each subcommand is one file, which turns flags into a call and the outcome into text.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"skep/host"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // what was asked for did not succeed
	exitUsage   = 2 // what was asked for makes no sense
)

func main() {
	host.CompileChild() // returns, unless this process is to compile a module for another one
	os.Exit(run(untilSignal(), os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// untilSignal is a context that ends with the first signal, which asks the command to end. By then a second one ends the
// process.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}

// run executes a command line, whose first item is the name of the program, and gives the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(args[0])
	root.SetArgs(args[1:])
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintf(stderr, "skep: %s\n", printable(err.Error()))
	}
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailure
}
