package frame

import (
	"fmt"
	"maps"
	"slices"

	"skep/abi"
	"skep/host/internal/service"
)

// AppendInit adds the init frame, with the keys of its config sorted: equal inits give equal bytes.
func AppendInit(dst []byte, in abi.Init) []byte {
	var w writer
	w.reset(dst)
	w.mapHeader(7)
	for _, field := range [...]struct{ key, value string }{
		{"endpoint", in.Endpoint},
		{"service", in.Service},
		{"generation", in.Generation},
		{"kind", in.Kind.String()},
		{"infra", in.Infra},
	} {
		w.str(field.key)
		w.str(field.value)
	}
	w.str("config")
	w.mapHeader(len(in.Config))
	for _, key := range slices.Sorted(maps.Keys(in.Config)) {
		w.str(key)
		w.str(in.Config[key])
	}
	w.str("resources")
	w.arrayHeader(len(in.Resources))
	for _, folder := range in.Resources {
		w.str(folder)
	}
	return w.out.b
}

// InitError is a module's answer to the init frame that it cannot serve.
type InitError struct {
	Status        int
	Message, Type string // as the module wrote them
}

// Error is the module's message.
func (e *InitError) Error() string { return "the module refuses to start: " + e.Message }

// ReadInitResult reads the answer to the init frame and returns the kind of handler that the module has registered. The
// error is an [*InitError] when the module refuses, else it wraps service.ErrGuestProtocol.
func ReadInitResult(frame []byte) (abi.Kind, error) {
	d := Decoder{Kind: abi.KindFunction}
	if len(frame) > abi.MaxResult {
		return 0, d.read(frame)
	}
	d.r.reset(frame)
	tag, fields, err := d.r.head()
	switch {
	case err != nil:
		return 0, err
	case tag == abi.TagError:
		if err := d.read(frame); err != nil {
			return 0, err
		}
		return 0, &InitError{d.Reply.Status, d.Reply.Message, d.Reply.Type}
	case tag != abi.TagValue || fields != 1:
		return 0, fmt.Errorf("%w: tag %s as answer to init", service.ErrGuestProtocol, tag)
	}
	kind, err := d.registered()
	if err == nil {
		err = d.r.end()
	}
	if err != nil {
		return 0, err
	}
	return kind, nil
}

// registered takes {"kind": str}. Keys that it does not know are passed over.
func (d *Decoder) registered() (kind abi.Kind, err error) {
	first := len(d.r.keys)
	n, err := d.r.object("the answer to init")
	if err != nil {
		return 0, err
	}
	for range n {
		key, err := d.r.key()
		if err != nil {
			return 0, err
		}
		if string(key) != "kind" {
			if _, err := d.r.appendJSON(nil, abi.MaxDepth-1); err != nil {
				return 0, err
			}
			continue
		}
		name, err := d.r.str("the registered kind")
		if err != nil {
			return 0, err
		}
		if kind = abi.ParseKind(string(name)); kind == 0 {
			return 0, d.r.broken("the unknown kind " + quoted(string(name)) + ", which ends")
		}
	}
	if kind == 0 {
		return 0, d.r.broken("an answer to init without kind, which ends")
	}
	return kind, d.r.unique(first)
}
