// Endpoint self calls others in every way that there is, the bad ones too.
package main

import (
	"errors"
	"os"
	"strings"
	"time"

	"skep/guest-sdk/go/skep"
)

var _ = skep.Function(run)

var (
	served int
	hoard  [][]byte
)

func run(c *skep.Call) (any, error) {
	do, err := c.Args.String("do")
	if err != nil {
		return nil, err
	}
	to, _ := c.Args.String("to")
	served++
	switch do {
	case "echo":
		return c.Args, nil
	case "served":
		return served, nil
	case "who":
		path, err := c.Path()
		headers, _ := c.Headers()
		return c.Endpoint() + " " + c.Generation() + " " + path + " " + headers.Get("X-Who"), err
	case "ask": // and answer what that answers
		args, err := c.Args.Map("args")
		if err != nil {
			return nil, err
		}
		return c.Self().Run(to, args)
	case "predict":
		list, err := c.Args.List("records")
		if err != nil {
			return nil, err
		}
		var records []any
		for _, record := range list.All() {
			records = append(records, record)
		}
		return c.Self().Predict(to, records...)
	case "chain": // as deep as it goes
		answer, err := c.Self().Run(to, map[string]any{"do": "chain", "to": to})
		if err != nil {
			return describe(err), nil
		}
		deeper, err := answer.Value.Text()
		return "> " + deeper, err
	case "fan": // as often as it goes
		for n := 0; ; n++ {
			if _, err := c.Self().Run(to, map[string]any{"do": "served"}); err != nil {
				return map[string]any{"calls": n, "error": describe(err)}, nil
			}
		}
	case "tree": // both
		n := 1
		for range 8 {
			answer, err := c.Self().Run(to, map[string]any{"do": "tree", "to": to})
			if err == nil {
				var more int64
				more, err = answer.Value.Int()
				n += int(more)
			}
			if err != nil {
				continue
			}
		}
		return n, nil
	case "spin":
		for {
			served++
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(3)
	case "panic":
		panic("the secret")
	case "grow":
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case "grow and ask":
		for range 4 {
			hoard = append(hoard, make([]byte, 1<<20))
		}
		return c.Self().Run(to, map[string]any{"do": "grow and ask", "to": to})
	case "huge":
		return strings.Repeat("x", 4<<20-100), nil
	case "response":
		return skep.NewResponse(202, "a body",
			skep.Header{Name: "X-A", Value: "1"}, skep.Header{Name: "X-A", Value: "2"}), nil
	}
	return nil, errors.New("no such order")
}

func describe(err error) string {
	if e, ok := errors.AsType[*skep.Error](err); ok {
		return e.Type
	}
	return err.Error()
}

func main() {}
