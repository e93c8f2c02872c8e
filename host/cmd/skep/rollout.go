package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

func newRollout() *cobra.Command {
	var host access
	var plan client.Plan
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
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			if !(plan.Share > 0 && plan.Share < 1) {
				return misuse(cmd, "bad value %v for --share: allowed are numbers between 0 and 1", plan.Share)
			}
			c, err := host.open(cmd)
			if err != nil {
				return err
			}
			plan.Generation, plan.Interval = args[1], interval.String()
			if err := c.StartRollout(cmd.Context(), args[0], plan); err != nil {
				return explainAccess(c, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s gets %.3g %% of the requests\n", args[1], 100*plan.Share)
			if wait {
				return follow(cmd, c, args[0])
			}
			return nil
		},
	}
	host.add(cmd)
	cmd.Flags().Float64Var(&plan.Share, "share", 0.1, "`SHARE` of the requests to begin with, above 0 and below 1")
	cmd.Flags().Uint64Var(&plan.MinSamples, "min-samples", 200, "compare the generations when each has had `N` calls in a step")
	cmd.Flags().Float64Var(&plan.MaxErrorRate, "max-error-rate", 0.02, "`RATE` by which more calls may fail than of the old generation, "+
		"0 to 1")
	cmd.Flags().Float64Var(&plan.MaxLatencyFactor, "max-latency-factor", 1.5, "`TIMES` as long may calls take, in the median and at 95 %")
	cmd.Flags().DurationVar(&interval, "interval", 30*time.Second, "`TIME` that a step takes at least")
	cmd.Flags().BoolVar(&wait, "wait", false, "tell of each step, and return when the rollout has ended")
	return cmd
}

// rolloutPace is how often a server is asked how a rollout goes.
const rolloutPace = 500 * time.Millisecond

// follow tells of each step, and returns when the rollout has ended.
func follow(cmd *cobra.Command, c *client.Client, id string) error {
	pace := time.NewTicker(rolloutPace)
	defer pace.Stop()
	for told := ""; ; {
		now, err := c.Rollout(cmd.Context(), id)
		if err != nil {
			return explainAccess(c, err)
		}
		if line := fmt.Sprintf("%s: %s gets %.3g %% of the requests", now.State, now.Generation, 100*now.Share); now.State ==
			"running" && line != told {
			fmt.Fprintln(cmd.OutOrStdout(), printable(line))
			told = line
		}
		switch now.State {
		case "running":
		case "promoted":
			fmt.Fprintln(cmd.OutOrStdout(), printable(now.Generation), "has taken over")
			return nil
		case "withdrawn":
			return fmt.Errorf("withdrawn, %s answers all requests: %s", printable(now.From), printable(now.Reason))
		default:
			return errors.New("the rollout has ended, as something else was told to serve, or the server began anew")
		}
		select {
		case <-pace.C:
		case <-cmd.Context().Done():
			return cmd.Context().Err()
		}
	}
}
