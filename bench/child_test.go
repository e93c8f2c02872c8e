package bench

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"

	"skep/host"
)

// What the environment of a child says.
const (
	envServer = "SKEP_BENCH_SERVER" // serverNative or serverHost
	envRoot   = "SKEP_BENCH_ROOT"   // of a host, its folder of services

	serverNative = "native"
	serverHost   = "host"
)

// runServer is the life of a child: it listens, prints its address, and then answers each line on stdin with the CPU
// time that the process has used so far, in nanoseconds. It ends with stdin, so that no child outlives its parent.
func runServer(kind string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serve := serveNative
	if kind == serverHost {
		h, err := startHost(os.Getenv(envRoot))
		if err != nil {
			return err
		}
		defer h.Close()
		serve = h.Serve
	}
	served := make(chan error, 1)
	go func() { served <- serve(ln) }()
	fmt.Println(ln.Addr())
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		select {
		case err := <-served:
			return fmt.Errorf("serving ended: %w", err)
		default:
		}
		used, err := cpuTime()
		if err != nil {
			return err
		}
		fmt.Println(used.Nanoseconds())
	}
	return nil
}

// startHost serves a folder in which every endpoint must be sound.
func startHost(root string) (*host.Host, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h, err := host.New(host.Config{Root: root, Log: log})
	if err != nil {
		return nil, err
	}
	if err := h.Wait(context.Background()); err != nil {
		return nil, err
	}
	return h, ready(h)
}

// ready is nil when every endpoint of a host serves.
func ready(h *host.Host) error {
	for _, e := range h.Endpoints() {
		if e.State != "ready" {
			return fmt.Errorf("%s/%s is %s: %w", e.Service, e.ID, e.State, e.Reason)
		}
	}
	return nil
}
