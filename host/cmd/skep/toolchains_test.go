package main

import (
	"testing"

	"skep/host/internal/guestbuild"
)

func TestToolchainsHaveEveryLanguage(t *testing.T) {
	for _, lang := range guestbuild.Languages() {
		if row := toolchains[lang]; row.program == "" || row.install == "" {
			t.Errorf("language %s has no row in toolchains", lang)
		}
	}
	if got, want := len(toolchains), len(guestbuild.Languages()); got != want {
		t.Errorf("%d rows for %d languages", got, want)
	}
}
