package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

// defaultHost is where serve listens for administrators, unless it is told otherwise.
const defaultHost = "http://127.0.0.1:12001"

// maxKeyFile is how much is read of a file that should hold a key, in bytes.
const maxKeyFile = 4 << 10

// access are the flags that say which host's admin API is meant, and with which key.
type access struct{ host, key, keyFile string }

func (a *access) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.host, "host", "", "admin API of a host that runs, by its `URL` (default "+defaultHost+")")
	cmd.Flags().StringVar(&a.key, "key", "", "`KEY` of an administrator; other users see it in the list of processes, so use "+
		"the variable or --key-file")
	cmd.Flags().StringVar(&a.keyFile, "key-file", "", "read the key from `FILE`")
}

// open gives a client of the host that the flags name.
func (a *access) open(cmd *cobra.Command) (*client.Client, error) {
	c := &client.Client{URL: a.host, Key: a.key}
	if c.URL == "" {
		c.URL = defaultHost
	}
	if err := c.Check(); err != nil {
		return nil, misuse(cmd, "bad value for --host or %s: %v", variable("host"), err)
	}
	named := cmd.Flags().Changed("key-file")
	if named && cmd.Flags().Changed("key") {
		return nil, misuse(cmd, "give the key by --key or by --key-file")
	}
	if a.keyFile != "" && (named || a.key == "") {
		text, err := readKey(a.keyFile)
		if err != nil {
			return nil, fmt.Errorf("the file with the key: %w", err)
		}
		c.Key = text
	}
	if strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the key holds spaces or characters that no key has: give one as skep keys new --admin " +
			"prints it")
	}
	return c, nil
}

func readKey(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	key := strings.TrimSpace(string(text))
	if err == nil && key == "" {
		err = fmt.Errorf("%s is empty", name)
	}
	return key, err
}

// explainAccess says what to do about an error of a client; nil stays nil.
func explainAccess(c *client.Client, err error) error {
	var refused *client.Error
	switch {
	case errors.Is(err, client.ErrUnreachable):
		return fmt.Errorf("%s: %w; does a host run there? skep serve listens for administrators at --admin-addr", c.URL, err)
	case errors.Is(err, client.ErrAnswer):
		return fmt.Errorf("%s: %w; --host wants the address that skep serve has from --admin-addr", c.URL, err)
	case !errors.As(err, &refused):
		return err
	case refused.Status == http.StatusUnauthorized && c.Key == "":
		return fmt.Errorf("%s wants the key of an administrator (401): make one where the host runs, by skep keys new --admin "+
			"--root DIR, and give it by %s or --key-file", c.URL, variable("key"))
	case refused.Status == http.StatusUnauthorized:
		return fmt.Errorf("%s does not take this key (401): %w; keys are listed, and new ones made, where the host runs, by "+
			"skep keys list --admin --root DIR and skep keys new --admin --root DIR", c.URL, err)
	}
	return fmt.Errorf("%w (%d %s)", err, refused.Status, refused.Type)
}
