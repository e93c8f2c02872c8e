package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skep/host/internal/service"
)

func newRollout() *cobra.Command {
	var server, key string
	var share, errorRate, latencyFactor float64
	var samples uint64
	var interval time.Duration
	var wait bool
	cmd := &cobra.Command{
		Use:   "rollout SERVICE GENERATION",
		Short: "Let a generation take over while it does no worse than the old one",
		Long: `Give a generation of a service a share of its requests, then half of them, then all, as long
as it does no worse than the generation that serves. One that fails more often or takes longer
is withdrawn by the server at once, and the old generation answers all requests again.

The two are compared by the calls that both have had in a step; while there are too few of
them, the step goes on. A switch, a mapping or a rollback ends a rollout. One that is under way
when the server ends is withdrawn.

With --wait, the exit code is 1 unless the generation has taken over.`,
		Example: `  skep rollout demo v2
  skep rollout demo v2 --share 0.05 --interval 5m --wait`,
		Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			base, err := url.Parse(server)
			if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
				return misuse(cmd, "bad value %q for --server or %s: allowed are URLs as http://127.0.0.1:12001", server,
					variable("server"))
			}
			if !service.ValidID(args[0]) {
				return misuse(cmd, "%q is not the name of a service: %s", args[0], service.IDRule)
			}
			place := base.JoinPath("admin/api/services", args[0])
			r := rollout{service: place.String(), key: key, out: cmd.OutOrStdout()}
			if err := r.start(cmd.Context(), map[string]any{"generation": args[1], "share": share,
				"maxErrorRate": errorRate, "maxLatencyFactor": latencyFactor, "minSamples": samples,
				"interval": interval.String()}); err != nil {
				return err
			}
			fmt.Fprintf(r.out, "%s gets %.3g %% of the requests\n", args[1], 100*share)
			if wait {
				return r.wait(cmd.Context())
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&server, "server", "http://127.0.0.1:12001", "the server's admin API is at `URL`")
	cmd.Flags().StringVar(&key, "key", "", "`KEY` of an administrator; others can see what stands on a command line")
	cmd.Flags().Float64Var(&share, "share", 0.1, "`SHARE` of the requests to begin with, above 0 and below 1")
	cmd.Flags().Uint64Var(&samples, "min-samples", 200, "compare the generations when each has had `N` calls in a step")
	cmd.Flags().Float64Var(&errorRate, "max-error-rate", 0.02, "`RATE` by which more calls may fail than of the old generation, "+
		"0 to 1")
	cmd.Flags().Float64Var(&latencyFactor, "max-latency-factor", 1.5, "`TIMES` as long may calls take, in the median and at 95 %")
	cmd.Flags().DurationVar(&interval, "interval", 30*time.Second, "`TIME` that a step takes at least")
	cmd.Flags().BoolVar(&wait, "wait", false, "tell of each step, and return when the rollout has ended")
	return cmd
}

// rollout is one that a server is asked for.
type rollout struct {
	service string // URL of the service in the admin API
	key     string
	out     io.Writer
}

func (r rollout) start(ctx context.Context, plan map[string]any) error {
	body, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	return r.ask(ctx, http.MethodPost, r.service+"/actions/rollout", body, new(struct{}))
}

// rolloutPace is how often a server is asked how a rollout goes.
const rolloutPace = 500 * time.Millisecond

// wait returns when the rollout has ended.
func (r rollout) wait(ctx context.Context) error {
	pace := time.NewTicker(rolloutPace)
	defer pace.Stop()
	for told := ""; ; {
		var got struct {
			Rollout struct {
				State, Reason, From, Generation string
				Share                           float64
			}
		}
		if err := r.ask(ctx, http.MethodGet, r.service, nil, &got); err != nil {
			return err
		}
		now := got.Rollout
		if line := fmt.Sprintf("%s: %s gets %.3g %% of the requests", now.State, now.Generation, 100*now.Share); now.State ==
			"running" && line != told {
			fmt.Fprintln(r.out, printable(line))
			told = line
		}
		switch now.State {
		case "running":
		case "promoted":
			fmt.Fprintln(r.out, printable(now.Generation), "has taken over")
			return nil
		case "withdrawn":
			return fmt.Errorf("withdrawn, %s answers all requests: %s", printable(now.From), printable(now.Reason))
		default:
			return errors.New("the rollout has ended, as something else was told to serve, or the server began anew")
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// maxAdminAnswer bounds what is read of an answer, in bytes.
const maxAdminAnswer = 16 << 20

// ask makes a request of the admin API.
func (r rollout) ask(ctx context.Context, method, place string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, place, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAdminAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		var refused struct{ Message string }
		if json.Unmarshal(text, &refused) != nil || refused.Message == "" {
			return fmt.Errorf("%s answers with status %d: is it the admin API of skep?", place, res.StatusCode)
		}
		return errors.New(strings.TrimSpace(printable(refused.Message)))
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s gives an answer that cannot be read: %w", place, err)
	}
	return nil
}
