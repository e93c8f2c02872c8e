package frame

import (
	"bytes"
	"fmt"

	"skep/abi"
	"skep/host/internal/service"
)

// readJSON reads TagJSON. The text of a function is checked as strictly as that of a client and goes out as it stands.
// That of another kind must be the value that TagValue would carry; it is read as such, since the client may get another
// one.
func (d *Decoder) readJSON() error {
	if err := d.r.want(classBin, "the text of a JSON result"); err != nil {
		return err
	}
	src, err := d.r.raw()
	if err != nil {
		return err
	}
	if err := d.r.end(); err != nil {
		return err
	}
	if d.Kind != abi.KindFunction {
		d.w.reset(d.w.out.b)
		if err := d.in.transcode(&d.w, src); err != nil {
			return badText(err)
		}
		d.r.reset(d.w.out.b)
		return d.readValue()
	}
	if err := d.in.check(src); err != nil {
		return badText(err)
	}
	d.json = append(d.json, bytes.Trim(src, " \t\r\n")...)
	d.Reply.Value = d.json
	return nil
}

func badText(err error) error {
	return fmt.Errorf("%w: JSON text: %s", service.ErrGuestProtocol, err)
}
