package main

import "github.com/spf13/cobra"

func newNew(program string) *cobra.Command { return &cobra.Command{Use: "new"} }
