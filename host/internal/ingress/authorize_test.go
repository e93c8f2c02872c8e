package ingress

import (
	"context"

	"skep/host/internal/auth"
)

// public lets everybody pass.
type public struct{}

func (public) Authorize(context.Context, string, [][]byte) (auth.Principal, error) {
	return auth.Principal{}, nil
}
