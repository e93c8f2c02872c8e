package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"skep/abi"
)

// guest is a module in an engine. It answers calls from many goroutines.
type guest interface {
	// call answers a request frame. The result is valid until use returns.
	call(frame []byte, use func(result []byte) error) error
}

// opener makes a guest of a module's bytes.
type opener func(module []byte) (guest, error)

// guestHandlers do hello and classify by guests: the modules of the host in another engine, behind the same HTTP
// server. Around them they do what the native handlers do.
func guestHandlers(name string, open opener) (map[string]handler, error) {
	handlers := make(map[string]handler)
	for _, s := range scenarios[:len(some)] {
		module, err := os.ReadFile(moduleOf(name, s.endpoint))
		if err != nil {
			return nil, err
		}
		g, err := open(module)
		if err != nil {
			return nil, err
		}
		handlers[s.path()] = map[string]handler{"text": guestHello(g), "classify": guestClassify(g)}[s.endpoint]
	}
	return handlers, nil
}

// moduleOf is the file of the module that a peer runs for an endpoint.
func moduleOf(peer, endpoint string) string {
	guest := "c"
	switch {
	case strings.HasPrefix(peer, "extism"):
		guest = "extism"
	case strings.HasSuffix(peer, "-go"):
		guest = "go"
	}
	return filepath.Join(modulesDir(guest), endpoint+".wasm")
}

func guestHello(g guest) handler {
	return func(x exchange, start time.Time) error {
		frame := abi.AppendRequest(nil, abi.Request{Endpoint: "text", Kind: abi.KindFunction, Input: []byte{0x80}})
		return g.call(frame, func(result []byte) error {
			r, err := abi.ReadResult(result)
			if err != nil {
				return err
			}
			if r.Tag != abi.TagCustom {
				return errors.New("the guest gave no custom response")
			}
			custom(x, start, r.ContentType, r.Body)
			return nil
		})
	}
}

func guestClassify(g guest) handler {
	return func(x exchange, start time.Time) error {
		var request struct{ Features map[string]float64 }
		if err := json.Unmarshal(x.body(), &request); err != nil {
			return err
		}
		records := abi.AppendMapHeader(abi.AppendArrayHeader(make([]byte, 0, 512), 1), len(request.Features))
		for name, v := range request.Features {
			records = abi.AppendFloat(abi.AppendString(records, name), v)
		}
		read := time.Now()
		frame := abi.AppendRequest(nil, abi.Request{Endpoint: "classify", Kind: abi.KindClassification, Input: records})
		return g.call(frame, func(result []byte) error {
			p, err := readPrediction(result)
			if err != nil {
				return err
			}
			return value(x, newPredictionReply(&p, nil, start, read))
		})
	}
}

// readPrediction reads a result frame with one prediction.
func readPrediction(frame []byte) (prediction, error) {
	var p prediction
	r, err := abi.ReadResult(frame)
	if err != nil {
		return p, err
	}
	_, b, err := abi.ReadArrayHeader(r.Value)
	if err != nil {
		return p, err
	}
	fields, b, err := abi.ReadMapHeader(b)
	for ; err == nil && fields > 0; fields-- {
		var key []byte
		if key, b, err = abi.ReadStringBytes(b); err != nil {
			return p, err
		}
		if string(key) == "prediction" {
			p.Prediction, b, err = abi.ReadString(b)
		} else {
			b, err = readProbas(b, &p.Probas)
		}
	}
	return p, err
}

func readProbas(b []byte, p *probas) ([]byte, error) {
	n, b, err := abi.ReadMapHeader(b)
	for ; err == nil && n > 0; n-- {
		var key []byte
		var v float64
		if key, b, err = abi.ReadStringBytes(b); err != nil {
			return nil, err
		}
		if v, b, err = abi.ReadFloat(b); err != nil {
			return nil, err
		}
		switch string(key) {
		case "apple":
			p.Apple = v
		case "pear":
			p.Pear = v
		default:
			p.Plum = v
		}
	}
	return b, err
}

// stack keeps what is reused. The last one back is the first one out.
type stack[T any] struct {
	mu   sync.Mutex
	idle []T
	make func() (T, error)
}

func (s *stack[T]) take() (T, error) {
	s.mu.Lock()
	n := len(s.idle)
	if n == 0 {
		s.mu.Unlock()
		return s.make()
	}
	defer s.mu.Unlock()
	v := s.idle[n-1]
	s.idle = s.idle[:n-1]
	return v, nil
}

func (s *stack[T]) give(v T) {
	s.mu.Lock()
	s.idle = append(s.idle, v)
	s.mu.Unlock()
}
