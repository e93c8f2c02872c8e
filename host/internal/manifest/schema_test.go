package manifest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"skep/host/internal/schema"
)

func TestSchemaIsRead(t *testing.T) {
	const text = `description = "adds"
[args.unit]
type = "string"
enum = ["m", "km"]
default = "m"
description = "of length"
[args.n]
type = "integer"
required = true
enum = [1, 2]
[args."any thing"]
`
	m, err := Parse("e.toml", []byte(text))
	want := []schema.Field{
		{Name: "any thing"},
		{Name: "n", Type: schema.Integer, Required: true, Enum: []any{int64(1), int64(2)}},
		{Name: "unit", Type: schema.String, Enum: []any{"m", "km"}, Default: "m", Description: "of length"},
	}
	if err != nil || m.Description != "adds" || !reflect.DeepEqual(m.Args, want) {
		t.Fatalf("got %q, %+v, %v", m.Description, m.Args, err)
	}
	if s, err := m.Schema(); err != nil || len(s.Fields()) != 3 {
		t.Errorf("%v, %v", s, err)
	}
	over, err := m.Apply("o.toml", []byte("[args.n]\ntype = \"number\"\n[args.more]\n"))
	if err != nil || len(over.Args) != 4 || !reflect.DeepEqual(over.Args[2], schema.Field{Name: "n", Type: schema.Number}) {
		t.Errorf("%+v, %v", over.Args, err)
	}
	if !reflect.DeepEqual(m.Args, want) {
		t.Errorf("the first manifest has changed: %+v", m.Args)
	}
}

func TestSchemaLimits(t *testing.T) {
	for _, text := range []string{
		"description = \"" + strings.Repeat("x", MaxDescription+1) + "\"",
		"[args.a]\ndescription = \"" + strings.Repeat("x", MaxDescription+1) + "\"",
		manyFields(schema.MaxFields + 1),
	} {
		if _, err := Parse("e.toml", []byte(text)); err == nil {
			t.Errorf("%.60s… is accepted", text)
		}
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[args.a%d]\n", i)
	}
	return b.String()
}
