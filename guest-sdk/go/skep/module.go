package skep

import (
	"errors"
	"math"
	"strconv"

	"skep/abi"
	"skep/guest-sdk/go/skep/internal/codec"
)

// module is a registered handler with the memory that it reuses from call to call. Its two entries are the same on all
// platforms: a frame in, a frame out.
type module struct {
	kind     abi.Kind
	function func(*Call) (any, error)
	predict  func(*Batch) ([]Prediction, error)
	items    func(*Batch) (items, error) // of the other kinds that take records
	query    func(*Call) (Table, error)
	problem  string // why the module cannot serve; empty when it can

	init    abi.Init
	reader  abi.RequestReader
	request *abi.Request // the one that is answered now; one that is empty after that
	call    Call
	batch   Batch
	encoder codec.Encoder
	random  random
	result  []byte // the last result frame; the host reads it until the next entry
	behind  []byte // room behind the frame that is answered: what is written there lies in few pages, which a host copies back
	large   []byte // room for results that do not fit there; nil before the first of them

	prepared []byte // the result, where the handler has prepared it: nothing may be written there

	// near is the cursor of a guest's arguments, nil where there is no host: tests may read them from several goroutines.
	near   *codec.Cursor
	cursor codec.Cursor

	//lint:ignore U1000 only guests use it
	stock stock
	//lint:ignore U1000 only guests use it
	memory
}

var noRequest abi.Request

// registeredModule is the module that this program is. One that cannot serve says why in every answer.
func registeredModule() *module {
	if len(registered) == 1 {
		return registered[0]
	}
	problem := "the module registers no handler: write `var _ = skep.Function(run)`"
	if n := len(registered); n > 0 {
		problem = "the module registers " + strconv.Itoa(n) +
			" handlers: keep one, such as skep.Function or skep.Classifier"
	}
	registered = []*module{{problem: problem}} // which lasts, since the host has to find its memory again
	return registered[0]
}

// Init answers an init frame.
func (m *module) Init(frame []byte) []byte {
	if m.problem != "" {
		return m.fail(500, m.problem, typeNoHandler)
	}
	init, err := abi.ReadInit(frame)
	if err != nil {
		return m.fail(500, "the init frame is broken: "+err.Error(), typeProtocol)
	}
	m.init = init
	// A request that looks like this one, as all will, is read with next to no work from the first one on.
	expected := abi.Request{Endpoint: init.Endpoint, Kind: m.kind, Input: emptyMap}
	if m.kind.TakesRecords() {
		expected.Input = emptyList
	}
	_, _ = m.reader.Read(abi.AppendRequest(nil, expected)) // a kind that no request can have is refused with the first
	if !m.setUp() {
		return m.result
	}
	m.result = abi.AppendInitResult(m.result[:0], m.kind)
	return m.result
}

// Call answers a request frame.
func (m *module) Call(frame []byte) []byte {
	if m.problem != "" {
		return m.fail(500, m.problem, typeNoHandler)
	}
	request, err := m.reader.Read(frame)
	switch {
	case err != nil:
		return m.fail(500, "the request frame is broken: "+err.Error(), typeProtocol)
	case request.Kind != m.kind:
		return m.fail(500, "the request is for a "+request.Kind.String()+", the module registers a "+m.kind.String(),
			typeProtocol)
	}
	m.behind = frame[len(frame):]
	if m.result = m.large[:0]; cap(m.large) <= cap(m.behind) {
		m.result = m.behind
	}
	m.request, m.random.seeded = request, false
	m.cursor = codec.Cursor{}
	m.serve()
	if cap(m.result) > cap(m.behind) {
		m.large = m.result
	}
	m.behind = nil
	prepared := m.prepared
	m.prepared = nil
	m.request = &noRequest // a Call that is kept finds nothing
	request.Meta, request.Input = nil, nil
	m.call.Args = Args{}
	m.batch.rows, m.batch.n = nil, 0
	if prepared != nil {
		return prepared
	}
	if len(m.result) > abi.MaxResult {
		return m.fail(500, "the result has "+strconv.Itoa(len(m.result))+" bytes, at most "+
			strconv.Itoa(abi.MaxResult)+" are allowed", typeInvalidResult)
	}
	return m.result
}

// serve runs the handler and leaves its answer in m.result, whatever the handler does.
func (m *module) serve() {
	returned := false
	defer func() {
		if !returned {
			m.rescue(recover())
		}
	}()
	var err error
	switch m.kind {
	case abi.KindFunction:
		err = m.serveFunction()
	case abi.KindQuery:
		err = m.serveQuery()
	default:
		err = m.serveBatch()
	}
	if err != nil {
		m.refuse(err)
	}
	returned = true
}

// takeArgs makes the arguments of the request those of m.call.
func (m *module) takeArgs() {
	m.call.request.module = m
	if m.request.JSON {
		m.call.Args.json = true
	} else {
		m.call.Args.raw, m.call.Args.near = m.request.Input, m.near
	}
}

func (m *module) serveFunction() error {
	m.takeArgs()
	v, err := m.function(&m.call)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case *Response:
		if v == nil {
			return errNilResponse
		}
		return m.respond(v)
	case Response:
		return m.respond(&v)
	case *Prepared:
		return m.sendPrepared(v)
	case Prepared:
		return m.sendPrepared(&v)
	case *Answer:
		return m.answer(v)
	case Answer:
		return m.answer(&v)
	case Args:
		if len(v.raw) > 0 { // checked by the host, now and then
			m.result = append(abi.AppendValueHead(m.result[:0]), v.raw...)
			return nil
		}
	case *Args:
		if v != nil && len(v.raw) > 0 {
			m.result = append(abi.AppendValueHead(m.result[:0]), v.raw...)
			return nil
		}
	case Value:
		if len(v.raw) > 0 {
			m.result = append(abi.AppendValueHead(m.result[:0]), v.raw...)
			return nil
		}
	case RawJSON:
		m.result = abi.AppendResult(m.result[:0], abi.Result{Tag: abi.TagJSON, Value: v})
		return nil
	case error:
		return errErrorAsValue
	}
	m.result = abi.AppendValueHead(m.result[:0])
	m.result, err = m.encoder.Append(m.result, v, 0)
	return invalidResult(err)
}

func (m *module) serveBatch() error {
	m.batch.request.module = m
	m.batch.n, m.batch.ends = 0, m.batch.ends[:0]
	if !m.request.JSON {
		if err := m.batch.read(m.request.Input); err != nil {
			return err
		}
	}
	if m.items != nil {
		return m.serveItems()
	}
	list, err := m.predict(&m.batch)
	if err != nil {
		return err
	}
	if !m.request.JSON && len(list) != m.batch.Len() {
		return invalidResult(errors.New("the handler returned " + strconv.Itoa(len(list)) + " predictions for " +
			strconv.Itoa(m.batch.Len()) + " records"))
	}
	m.result, err = m.appendPredictions(abi.AppendValueHead(m.result[:0]), list)
	return invalidResult(err)
}

func (m *module) respond(r *Response) error {
	frame, err := r.encode(m.behind, m.large[:0])
	if err == nil {
		m.result = frame
	}
	return err
}

// fail leaves an error in m.result. A status that no frame can carry is 500.
func (m *module) fail(status int, message, kind string) []byte {
	if status <= 0 || status > math.MaxInt32 {
		status = 500
	}
	m.result = abi.AppendResult(m.result[:0], abi.Result{
		Tag: abi.TagError, Status: status, Message: text(message, abi.MaxMessage), Type: text(kind, abi.MaxMessage),
	})
	return m.result
}
