package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"skep/abi"
	"skep/host"
	"skep/host/internal/manifest"
)

func newCall() *cobra.Command {
	var flags hostFlags
	var data string
	var headers []string
	var include bool
	cmd := &cobra.Command{
		Use:   "call TARGET [ACTION]",
		Short: "Call an endpoint once",
		Long: `Call an endpoint once and print the body of its answer.

TARGET is a module or a folder with the sources of an endpoint, which is loaded without a
server and with request metadata on, or the URL of an endpoint that a server has:

    http://HOST:PORT/public/api/v1/<service>/<endpoint>[/<action>]

ACTION is run, predict or predict-multi. The default is run, and predict for modules that
predict.

The exit code is 1 when the status is 400 or above.`,
		Example: `  skep call hello --data '{"name": "bee"}'
  skep call http://127.0.0.1:12000/public/api/v1/demo/hello/run -i --header 'Authorization: Basic a2V5Og=='`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, action := args[0], ""
			if len(args) == 2 {
				if action = args[1]; !slices.Contains(actions(), action) {
					return misuse(cmd, "unknown action %q, %v", action, allowed(actions()...))
				}
			}
			body, err := readData(cmd.InOrStdin(), data)
			if err != nil {
				return err
			}
			header, err := parseHeaders(headers)
			if err != nil {
				return misuse(cmd, "%v", err)
			}
			c := call{header: header, body: body, include: include, out: cmd.OutOrStdout()}
			if isURL(target) {
				if c.url, err = endpointURL(target, action); err != nil {
					return misuse(cmd, "%v", err)
				}
				return c.do(cmd.Context())
			}
			config, err := flags.config(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return callLocal(cmd, c, target, action, config)
		},
	}
	cmd.Flags().StringVarP(&data, "data", "d", "{}", "send `JSON`; @FILE sends a file, - standard input")
	cmd.Flags().StringArrayVarP(&headers, "header", "H", nil, "send the header `'NAME: VALUE'`; may be repeated")
	cmd.Flags().BoolVarP(&include, "include", "i", false, "print status and headers too")
	flags.add(cmd, "warn")
	return cmd
}

// actions are those that take a body.
func actions() (names []string) {
	for _, k := range abi.Kinds() {
		for _, name := range manifest.Actions(k) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// readData is the body that --data means.
func readData(stdin io.Reader, data string) ([]byte, error) {
	if data == "-" {
		return io.ReadAll(stdin)
	}
	if file, ok := strings.CutPrefix(data, "@"); ok {
		return os.ReadFile(file)
	}
	return []byte(data), nil
}

// callLocal loads the endpoint of a file or folder and calls it over a real connection, as a client would.
func callLocal(cmd *cobra.Command, c call, target, action string, config host.Config) error {
	config.RequestMetadata = true
	l, err := openLocal(cmd.Context(), target, config)
	if err != nil {
		return err
	}
	defer l.close()
	if l.refused != "" {
		return fmt.Errorf("%s is refused: %s", target, l.refused)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer ln.Close()
	go func() { _ = l.host.Serve(ln) }() // when it fails, so does the call
	if action == "" {
		action = manifest.Actions(l.endpoint.Manifest.Kind)[0]
	}
	c.url = baseURL("http://", ln.Addr()) + l.endpoint.Path(action)
	c.client = &http.Client{Transport: &http.Transport{DisableCompression: true}} // no proxy stands in between
	return c.do(cmd.Context())
}
