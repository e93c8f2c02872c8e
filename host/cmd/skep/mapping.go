package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"skep/host/internal/admin/client"
)

func newMapping() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "mapping SERVICE GENERATION=SHARE...",
		Short: "Divide the requests of a service between generations",
		Long: `Divide the requests of a service between generations, when the host has loaded all of them.
The shares sum to 1; a generation with 0 is loaded, and answers requests that ask for it
by name. It stays so whatever appears, until the next mapping or switch. A service that
was disabled is enabled.`,
		Example: `  skep mapping demo v1=0.9 v2=0.1`,
		Args:    arguments(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkService(cmd, args[0]); err != nil {
				return err
			}
			var shares []client.Share
			var words []string
			for _, text := range args[1:] {
				share, err := parseShare(cmd, text)
				if err != nil {
					return err
				}
				shares = append(shares, share)
				words = append(words, share.Generation+" "+percent(share.Proba))
			}
			return t.with(cmd, func(d deployments) error {
				if err := d.SetMapping(cmd.Context(), args[0], shares); err != nil {
					return err
				}
				return t.print(cmd, mapped{args[0], shares}, tellLine("%s: %s", args[0], strings.Join(words, ", ")))
			})
		},
	}
	t.add(cmd)
	return cmd
}

// mapped is what a mapping prints as JSON.
type mapped struct {
	Service string         `json:"serviceId"`
	Mapping []client.Share `json:"mapping"`
}

func parseShare(cmd *cobra.Command, text string) (client.Share, error) {
	generation, number, ok := strings.Cut(text, "=")
	proba, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(proba >= 0 && proba <= 1) {
		return client.Share{}, misuse(cmd, "%q is not a share of the requests: write GENERATION=SHARE with a number from 0 to 1, "+
			"as v2=0.1", text)
	}
	return client.Share{Generation: generation, Proba: proba}, checkGeneration(cmd, generation)
}
