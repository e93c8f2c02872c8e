package frame

import (
	"fmt"
	"slices"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/service"
)

// Reply is what a guest answered, checked and ready to be sent.
type Reply struct {
	Tag abi.Tag

	// Value is the JSON of the value in the answer, for TagValue and TagJSON.
	Value []byte

	// Status is the HTTP status of TagError, always 400 to 599, and of TagCustom, always 200 to 599. It is 0 for the
	// other tags, which stand for 200.
	Status int
	// Message and Type are the fields of TagError; Type is never empty.
	Message, Type string

	// ContentType is the content type of TagCustom and never empty; Headers do not hold it again.
	ContentType []byte
	// Body is the body of TagCustom, whatever the status: that a 204 has none is the server's business.
	Body []byte
	// Headers are the headers of TagCustom in the guest's order, with its repeats: names are tokens, values hold no
	// control characters, and none of them could change how the reply is framed.
	Headers []Header

	// Notes say for the log what the guest should not have sent and what became of it.
	Notes []string
}

// defaultErrorType is the type of an error that names none.
const defaultErrorType = "DkuCustomApiException"

// Decoder reads the result frame of one call. The zero value with a Reset before each call is ready; it is meant to be
// reused.
type Decoder struct {
	Kind        abi.Kind
	Action      action.Action
	AllowCustom bool // a custom response is granted
	Rows        int  // items to expect for a kind that takes records, -1 for any number

	// Reply is the result of the last ReadResult that returned nil. It holds copies, valid until the next Reset.
	Reply Reply

	r     reader
	in    input  // for the JSON text of a guest
	w     writer // where that goes when it is read as MessagePack
	json  []byte // owns Reply.Value
	arena []byte // owns the bytes of a custom response
}

var _ service.ResultReader = (*Decoder)(nil)

// Reset prepares for the result of a request that Encode made, with the rows that Encode returned.
func (d *Decoder) Reset(r *Request, rows int, allowCustom bool) {
	d.Kind, d.Action, d.Rows, d.AllowCustom = r.Kind, r.Action, rows, allowCustom
	d.clear()
}

func (d *Decoder) clear() {
	headers, notes := d.Reply.Headers, d.Reply.Notes
	clear(headers)
	clear(notes)
	d.Reply = Reply{Headers: headers[:0], Notes: notes[:0]}
	d.json, d.arena, d.w.out.b = emptied(d.json), emptied(d.arena), emptied(d.w.out.b)
}

// ReadResult checks a result frame and copies what it says to Reply. The error wraps service.ErrGuestProtocol, or
// service.ErrCustomOff for a custom response that is not granted; Reply is empty then.
func (d *Decoder) ReadResult(frame []byte) error {
	d.clear()
	err := d.read(frame)
	d.r.reset(nil) // the frame is not ours
	if err != nil {
		d.clear()
	}
	return err
}

func (d *Decoder) read(frame []byte) error {
	if len(frame) > abi.MaxResult {
		return fmt.Errorf("%w: a result frame of %d bytes, more than %d", service.ErrGuestProtocol, len(frame),
			abi.MaxResult)
	}
	d.r.reset(frame)
	tag, fields, err := d.r.head()
	if err != nil {
		return err
	}
	d.Reply.Tag = tag
	switch {
	case tag == abi.TagValue && fields == 1:
		err = d.readValue()
	case tag == abi.TagError && (fields == 2 || fields == 3):
		err = d.readError(fields == 3)
	case tag == abi.TagCustom && fields == 4:
		err = d.readCustom()
	case tag == abi.TagJSON && fields == 1:
		err = d.readJSON()
	default:
		return d.r.broken(fmt.Sprintf("tag %d with %d fields, which end the head", tag, fields))
	}
	if err != nil {
		return err
	}
	return d.r.end()
}

// head takes the head of a result frame.
func (r *reader) head() (tag abi.Tag, fields int, err error) {
	n, err := r.array("the frame")
	if err != nil {
		return 0, 0, err
	}
	if n == 0 {
		return 0, 0, r.broken("a result without tag, which ends")
	}
	if err := r.want(classInt, "the tag"); err != nil {
		return 0, 0, err
	}
	u, negative, err := r.integer()
	if err != nil {
		return 0, 0, err
	}
	if negative || u > uint64(abi.TagJSON) {
		return 0, 0, r.broken("an unknown tag, which ends")
	}
	return abi.Tag(u), n - 1, nil
}

// readValue reads TagValue.
func (d *Decoder) readValue() (err error) {
	switch {
	case d.Kind.TakesRecords():
		d.json, err = d.appendRows(d.json)
	case d.Kind == abi.KindQuery:
		d.json, err = d.appendTable(d.json)
	default:
		d.json, err = d.r.appendJSON(d.json, abi.MaxDepth)
	}
	d.Reply.Value = d.json
	return err
}

// readError reads TagError. A status that is no error becomes 500; the message is kept.
func (d *Decoder) readError(typed bool) error {
	status, err := d.r.status()
	if err != nil {
		return err
	}
	if status < abi.MinErrorStatus || status > abi.MaxStatus {
		d.note("error with status %d: sent as 500", status)
		status = 500
	}
	d.Reply.Status = status
	if d.Reply.Message, err = d.r.line("the message of an error"); err != nil {
		return err
	}
	if typed {
		if d.Reply.Type, err = d.r.line("the type of an error"); err != nil {
			return err
		}
	}
	if d.Reply.Type == "" {
		d.Reply.Type = defaultErrorType
	}
	return nil
}

// line takes a string of at most abi.MaxMessage bytes.
func (r *reader) line(what string) (string, error) {
	s, err := r.str(what)
	if err == nil && len(s) > abi.MaxMessage {
		err = r.broken(what + " is too long, which ends")
	}
	return string(s), err
}

// status takes a status. It must fit 32 bits, as for every other reader of the ABI.
func (r *reader) status() (int, error) {
	if err := r.want(classInt, "the status"); err != nil {
		return 0, err
	}
	u, negative, err := r.integer()
	if err == nil && (negative != (int64(u) < 0) || int64(u) != int64(int32(u))) {
		err = r.broken("a status out of range, which ends")
	}
	return int(int64(u)), err
}

func (d *Decoder) note(format string, args ...any) {
	d.Reply.Notes = append(d.Reply.Notes, fmt.Sprintf(format, args...))
}

// keep copies b for Reply. The room must be there.
func (d *Decoder) keep(b []byte) []byte {
	start := len(d.arena)
	d.arena = append(d.arena, b...)
	return slices.Clip(d.arena[start:])
}
