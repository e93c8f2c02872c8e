package main

import (
	"bytes"
	"testing"

	"skep/host/internal/admin/client"
)

func TestGenerationTable(t *testing.T) {
	var b bytes.Buffer
	err := listGenerations(&b, client.Service{ID: "demo", Problem: "torn\x1b", Generations: []client.Generation{
		{ID: "v3", Reason: "endpoint a: two\nlines\tand \x1b[2J", Endpoints: []client.Endpoint{
			{ID: "a", Generation: "v3", State: "refused", Reason: "two\nlines\tand \x1b[2J"}}},
		{ID: "v2", Active: true, Share: 1, Loaded: true, Endpoints: []client.Endpoint{
			{ID: "a", Generation: "v1", State: "ready", Kind: "function", SHA256: "0123456789abcdef",
				Pool: &client.Pool{Idle: 1, InUse: 2, Ceil: 8, Waiting: 1}}}},
		{ID: "v1", Held: true},
	}})
	const want = "demo: torn\uFFFD\n\n" +
		"GENERATION  STATE    SHARE  PROBLEM\n" +
		"v3          refused  0 %    endpoint a: two lines and \uFFFD[2J\n" +
		"v2          active   100 %\n" +
		"v1          on hold  0 %\n\n" +
		"ENDPOINT  GENERATION     STATE    KIND      INSTANCES                  SHA256        PROBLEM\n" +
		"a         v3             refused  -         -                          -\n" +
		"a         v2 (still v1)  ready    function  3 of 8, 1 request waiting  0123456789ab\n"
	if b.String() != want || err != nil {
		t.Errorf("%v, got\n%s\nwant\n%s", err, b.String(), want)
	}
}
