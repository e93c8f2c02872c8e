package host_test

import (
	"testing"

	"skep/host/hosttest"
)

func TestMain(m *testing.M) { hosttest.Main(m) }
