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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks the command to end, a second one ends the process
	os.Exit(run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
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
