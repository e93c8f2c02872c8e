package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"skep/host"
	"skep/host/internal/manifest"
)

// choice is a flag with a fixed set of values.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "choice" }
func (c *choice) Set(v string) error {
	if !slices.Contains(c.allowed, v) {
		return allowed(c.allowed...)
	}
	c.value = v
	return nil
}

// add makes the flag one of a command. Its usage lists the values, and the shell completes them.
func (c *choice) add(cmd *cobra.Command, name, usage string) {
	cmd.Flags().Var(c, name, usage+": "+strings.Join(c.allowed, ", "))
	complete := cobra.FixedCompletions(c.allowed, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // the flag exists, it was made above
	}
}

// address is a flag for where to listen.
type address string

func (a *address) String() string { return string(*a) }
func (a *address) Type() string   { return "address" }
func (a *address) Set(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return errors.New("allowed is HOST:PORT, as in 127.0.0.1:12000; port 0 takes a free one")
	}
	*a = address(v)
	return nil
}

// What an address of the admin API may be instead.
const (
	adminSame = "same"
	adminOff  = "off"
)

// adminAddress is a flag for where to listen for the admin API.
type adminAddress string

func (a *adminAddress) String() string { return string(*a) }
func (a *adminAddress) Type() string   { return "address" }
func (a *adminAddress) Set(v string) error {
	if v != adminSame && v != adminOff {
		var addr address
		if err := addr.Set(v); err != nil {
			return errors.New("allowed is HOST:PORT, as in 127.0.0.1:12001, and same and off")
		}
	}
	*a = adminAddress(v)
	return nil
}

// size is a flag for an amount of memory; zero is not set.
type size int64

func (s *size) Type() string { return "size" }
func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return manifest.FormatSize(int64(*s))
}
func (s *size) Set(v string) error {
	n, err := manifest.ParseSize(v)
	if err != nil || n == 0 {
		return errors.New("allowed are sizes above 0, as 512MiB or 2GiB")
	}
	*s = size(n)
	return nil
}

// hostFlags are the flags of all commands that load modules.
type hostFlags struct {
	infra  choice
	cache  string
	format choice
	level  choice
}

// levels are the log levels, by name.
var levels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

func (f *hostFlags) add(cmd *cobra.Command, level string) {
	f.infra = choice{"static", host.InfraNames()}
	f.infra.add(cmd, "infra", "infrastructure `TYPE`, which decides what endpoints may do")
	cmd.Flags().StringVar(&f.cache, "cache", "",
		"keep compiled modules in `DIR`; it holds code that is executed (default skep in the user's cache folder)")
	f.format = choice{"text", []string{"text", "json"}}
	f.format.add(cmd, "log-format", "`FORMAT` of the log, which goes to standard error")
	f.level = choice{level, []string{"debug", "info", "warn", "error"}}
	f.level.add(cmd, "log-level", "lowest `LEVEL` that is logged")
}

// config is what the flags say.
func (f *hostFlags) config(stderr io.Writer) (host.Config, error) {
	if _, err := os.UserCacheDir(); err != nil && f.cache == "" {
		return host.Config{}, fmt.Errorf("there is no folder for compiled modules: name one with --cache or %s: %w",
			variable("cache"), err)
	}
	options := &slog.HandlerOptions{Level: levels[f.level.value]}
	var handler slog.Handler = slog.NewTextHandler(stderr, options)
	if f.format.value == "json" {
		handler = slog.NewJSONHandler(stderr, options)
	}
	return host.Config{Infra: f.infra.value, CacheDir: f.cache, Log: slog.New(handler)}, nil
}
