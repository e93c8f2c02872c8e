package frame

import (
	"strconv"

	"skep/host/internal/schema"
)

// object writes the next value, an object of arguments or a record, and holds its members against the schema. The noun
// is what a member is called.
func (in *input) object(noun string, h holder) error {
	if in.schema == nil {
		return in.value()
	}
	start := in.next()
	if err := in.open(); err != nil {
		return err
	}
	place := in.w.openMap()
	n := 0
	var seen uint64
	for ; in.dec.PeekKind() != '}'; n++ {
		key, err := in.dec.ReadValue()
		if err != nil {
			return in.fail(err)
		}
		name := in.unquote(key)
		in.w.strBytes(name)
		field := in.schema.Index(name)
		at, from := in.next(), len(in.w.out.b)
		if err := in.value(); err != nil {
			return err
		}
		if field < 0 {
			continue
		}
		seen |= 1 << field
		if wrong := misfit(in.schema, field, in.w.out.b[from:]); wrong != "" {
			return &InputError{at, h.member(noun, in.schema.Fields()[field].Name) + wrong}
		}
	}
	added, err := in.complete(noun, h, seen, start)
	if err != nil {
		return err
	}
	in.w.close(place, n+added)
	return in.shut()
}

// complete writes the defaults of the fields that were not seen in an object, and counts them.
func (in *input) complete(noun string, h holder, seen uint64, start int64) (added int, err error) {
	for i, f := range in.schema.Fields() {
		if seen&(1<<i) != 0 {
			continue
		}
		if f.Required {
			return 0, &InputError{start, h.member(noun, f.Name) + " is missing in the object"}
		}
		if value := in.schema.Default(i); value != nil {
			in.w.str(f.Name)
			in.w.out.b = append(in.w.out.b, value...)
			added++
		}
	}
	return added, nil
}

// member names a member to a client.
func (h holder) member(noun, name string) string {
	text := noun + " " + quoted(name)
	if h != theBody {
		text += " of " + h.String()
	}
	return text
}

// misfit says how a value, as it was written, is not what a field of a schema may hold, "" where it is. Null is as good
// as absent.
func misfit(s *schema.Schema, i int, value []byte) string {
	f := &s.Fields()[i]
	c := classOf(value[0])
	switch {
	case c == classNil && f.Required:
		return " is null, and required"
	case c == classNil:
		return ""
	case !fits(f.Type, c):
		return " is " + jsonNames[c] + ", must be of type " + f.Type.String()
	case !s.Allows(i, value):
		return " is none of the allowed values " + listed(f.Enum)
	}
	return ""
}

func fits(t schema.Type, c class) bool {
	switch t {
	case schema.String:
		return c == classStr
	case schema.Number:
		return c == classInt || c == classFloat
	case schema.Integer:
		return c == classInt
	case schema.Boolean:
		return c == classBool
	case schema.Array:
		return c == classArray
	case schema.Object:
		return c == classMap
	}
	return true
}

// jsonNames are what a client calls the classes.
var jsonNames = [...]string{
	classBool:  "a boolean",
	classInt:   "an integer",
	classFloat: "a number with fraction or exponent",
	classStr:   "a string",
	classArray: "an array",
	classMap:   "an object",
}

// listed are the first values of an enumeration.
func listed(enum []any) string {
	const most = 10
	text := ""
	for i, v := range enum {
		if i > 0 {
			text += ", "
		}
		if i == most {
			return text + "…"
		}
		switch v := v.(type) {
		case string:
			text += quoted(v)
		case int64:
			text += strconv.FormatInt(v, 10)
		}
	}
	return text
}
