package activate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"skep/host/internal/action"
	"skep/host/internal/frame"
	"skep/host/internal/manifest"
	"skep/host/internal/service"
)

// TestResult is what came of one test query.
type TestResult struct {
	Name string
	Err  error // nil when the answer was the expected one
}

// query is a test query of a manifest, ready to be called.
type query struct {
	test    manifest.Test
	request frame.Request
	rows    int
	frame   []byte
	custom  bool // the endpoint may answer with custom responses
}

// makeQueries builds the frames of a manifest's test queries. Request metadata is always on in them.
func makeQueries(c *candidate) ([]query, error) {
	var queries []query
	var encoder frame.Encoder
	declared, err := c.manifest.Schema()
	if err != nil {
		return nil, err
	}
	for _, test := range c.manifest.Tests {
		q := query{test: test, custom: c.manifest.CustomResponse}
		q.request = frame.Request{
			Endpoint:  c.stored.ID,
			Kind:      c.manifest.Kind,
			Action:    action.Parse([]byte(test.Action)),
			JSONInput: c.manifest.Input == manifest.InputJSON,
			Schema:    declared,
			HasMeta:   true,
			Path:      []byte("/public/api/v1/" + c.stored.Service + "/" + c.stored.ID + "/" + test.Action),
		}
		for _, h := range test.Headers {
			q.request.Headers = append(q.request.Headers, frame.Header{Name: []byte(h[0]), Value: []byte(h[1])})
		}
		body, err := json.Marshal(test.Body)
		if err != nil {
			return nil, fmt.Errorf("%s: body: %w", test.Name, err)
		}
		encoded, rows, err := encoder.Encode(&q.request, body)
		if err != nil {
			return nil, fmt.Errorf("%s: body: %w", test.Name, err)
		}
		q.frame, q.rows = append([]byte(nil), encoded...), rows
		queries = append(queries, q)
	}
	return queries, nil
}

// warmUp are the frames of the queries that take part in it.
func warmUp(queries []query) [][]byte {
	var frames [][]byte
	for _, q := range queries {
		if q.test.Warmup {
			frames = append(frames, q.frame)
		}
	}
	return frames
}

// runQueries calls a sandbox with each query and compares the answers.
func runQueries(ctx context.Context, caller service.Caller, queries []query) []TestResult {
	results := make([]TestResult, len(queries))
	for i := range queries {
		results[i] = TestResult{Name: queries[i].test.Name, Err: queries[i].run(ctx, caller)}
	}
	return results
}

func (q *query) run(ctx context.Context, caller service.Caller) error {
	var decoder frame.Decoder
	decoder.Reset(&q.request, q.rows, q.custom)
	if _, err := caller.Call(ctx, q.frame, &decoder); err != nil {
		return err
	}
	return compare(&q.test.Expect, &decoder.Reply)
}

// ErrTests says that an endpoint does not answer its own test queries as its manifest expects.
var ErrTests = errors.New("test query failed")

func failures(results []TestResult) error {
	var all []error
	for _, r := range results {
		if r.Err != nil {
			all = append(all, fmt.Errorf("%w: %s: %w", ErrTests, r.Name, r.Err))
		}
	}
	return errors.Join(all...)
}
