package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"skep/bench/peers/model"
	"skep/bench/peers/picture"
	"skep/bench/peers/work"
)

const (
	generation = "v1"

	// hostVersion stands for the version that the host sends.
	hostVersion = "0.1.0"

	typeText = "text/plain; charset=utf-8"
	typeJSON = "application/json;charset=utf-8"
)

// exchange is a request and its answer, whatever the HTTP server.
type exchange interface {
	header(name string) string
	body() []byte
	set(name, value string)
	send(contentType string, body []byte)
}

// handler answers a request, having started at that time. Its error is the client's fault.
type handler func(x exchange, start time.Time) error

// nativeHandlers do by path what the guests do, and send what the host sends, byte for byte but for dates and times.
func nativeHandlers() map[string]handler {
	handlers := make(map[string]handler)
	do := map[string]handler{
		"hello": hello, "classify": classify, "classify-100": classifyMany, "echo": echo, "echo-json": echoJSON,
		"png": sendPicture(), "headers": sendHeaders, "key": withKey(hello),
	}
	for _, s := range scenarios {
		handlers[s.path()] = do[s.name]
	}
	return handlers
}

// common are the headers of every answer.
func common(x exchange) {
	x.set("DSS-API-Version", "1")
	x.set("DSS-Version", hostVersion)
}

// custom sends a reply without envelope.
func custom(x exchange, start time.Time, contentType string, body []byte) {
	common(x)
	x.set("X-Service-Generation", generation)
	x.set("X-Timing-PreProcessing", "0")
	x.set("X-Timing-Wait", "0")
	x.set("X-Timing-Execution", strconv.FormatInt(time.Since(start).Microseconds(), 10))
	x.set("X-Timing-FunctionInternal", "0")
	x.set("X-Timing-Fuel", "0")
	x.send(contentType, body)
}

// value sends an envelope.
func value(x exchange, envelope any) error {
	body, err := json.Marshal(envelope)
	if err != nil {
		return err
	}
	common(x)
	x.send(typeJSON, body)
	return nil
}

func hello(x exchange, start time.Time) error {
	custom(x, start, typeText, []byte(work.Greeting))
	return nil
}

func echo(x exchange, start time.Time) error {
	var args map[string]any
	if err := json.Unmarshal(x.body(), &args); err != nil {
		return err
	}
	return value(x, newFunctionReply(args, "echo", start))
}

func echoJSON(x exchange, start time.Time) error {
	if !json.Valid(x.body()) {
		return errors.New("the body is no JSON")
	}
	return value(x, newFunctionReply(json.RawMessage(x.body()), "raw", start))
}

// features are the numbers of a record. A struct is what encoding/json is quickest with.
type features struct {
	F0, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19 *float64
}

func (f *features) predict() (prediction, error) {
	var x [model.Features]float64
	for i, v := range [...]*float64{f.F0, f.F1, f.F2, f.F3, f.F4, f.F5, f.F6, f.F7, f.F8, f.F9, f.F10, f.F11, f.F12,
		f.F13, f.F14, f.F15, f.F16, f.F17, f.F18, f.F19} {
		if v == nil {
			return prediction{}, fmt.Errorf("there is no %s", model.Names[i])
		}
		x[i] = *v
	}
	p, best := model.Classify(&x)
	return prediction{Prediction: model.Classes[best], Probas: probas{p[0], p[1], p[2]}}, nil
}

func classify(x exchange, start time.Time) error {
	var request struct{ Features features }
	if err := json.Unmarshal(x.body(), &request); err != nil {
		return err
	}
	read := time.Now()
	p, err := request.Features.predict()
	if err != nil {
		return err
	}
	return value(x, newPredictionReply(&p, nil, start, read))
}

func classifyMany(x exchange, start time.Time) error {
	var request struct{ Items []struct{ Features features } }
	if err := json.Unmarshal(x.body(), &request); err != nil {
		return err
	}
	read := time.Now()
	results := make([]prediction, len(request.Items))
	for i := range request.Items {
		p, err := request.Items[i].Features.predict()
		if err != nil {
			return err
		}
		results[i] = p
	}
	return value(x, newPredictionReply(nil, results, start, read))
}

func sendPicture() handler {
	body := picture.Draw()
	return func(x exchange, start time.Time) error {
		custom(x, start, "image/png", body)
		return nil
	}
}

func sendHeaders(x exchange, start time.Time) error {
	for i, name := range work.HeadersOut {
		x.set(name, x.header(work.HeadersIn[i]))
	}
	return hello(x, start)
}

// withKey lets those in who have one of ten keys, which are known by their hashes.
func withKey(next handler) handler {
	known := make(map[[sha256.Size]byte]bool)
	for _, k := range keys() {
		known[sha256.Sum256([]byte(k))] = true
	}
	return func(x exchange, start time.Time) error {
		const scheme = "Bearer "
		given := x.header("Authorization")
		if len(given) < len(scheme) || given[:len(scheme)] != scheme || !known[sha256.Sum256([]byte(given[len(scheme):]))] {
			return errors.New("not authorized")
		}
		return next(x, start)
	}
}

// keys are the keys of service keyed. Clients have the last one.
func keys() (keys []string) {
	for i := range 9 {
		keys = append(keys, "other"+strconv.Itoa(i))
	}
	return append(keys, key)
}
