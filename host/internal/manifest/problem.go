package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrInvalid is what every error of this package wraps that is about a manifest or an operator's file.
var ErrInvalid = errors.New("invalid manifest")

// Error holds everything that is wrong with one text.
type Error struct {
	File     string    // name of the text; "" for a manifest that was checked without one
	Problems []Problem // in the order of the text; at least one
}

// Problem is one thing that is wrong.
type Problem struct {
	Line, Column int    // counted from 1, columns in bytes; 0 for a value that no text gave
	Field        string // as in "limits.timeout" or "test[0].body"; "" for the text as a whole
	Text         string // what is wrong, and what to do
}

// Error is one line for each problem: "endpoint.toml:3:1: limits.timeout: …".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.in(e.File)
	}
	return strings.Join(lines, "\n")
}

// Unwrap is [ErrInvalid].
func (e *Error) Unwrap() error { return ErrInvalid }

func (p Problem) in(file string) string {
	var b strings.Builder
	switch {
	case p.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", file, p.Line, p.Column)
	case file != "":
		b.WriteString(file + ": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// problems collects what is wrong while a manifest is read or checked.
type problems struct {
	text []byte // of the manifest, to find lines; nil where there is none
	root *place // of the text
	list []placed
}

// placed is a problem and its place in the text, nil for none.
type placed struct {
	where *place
	Problem
}

// at adds a problem of the value at a place.
func (ps *problems) at(where *place, field, format string, args ...any) {
	ps.list = append(ps.list, placed{where, Problem{Field: shorten(field), Text: fmt.Sprintf(format, args...)}})
}

// add adds a problem of a field, whose place is looked up if the text gave it.
func (ps *problems) add(field, format string, args ...any) {
	var where *place
	if ps.root != nil {
		where = ps.root.find(field)
	}
	ps.at(where, field, format, args...)
}

// err is nil when there are no problems.
func (ps *problems) err(file string) error {
	if len(ps.list) == 0 {
		return nil
	}
	slices.SortFunc(ps.list, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.offset(), b.offset()), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	e := &Error{File: file}
	for _, p := range ps.list[:min(len(ps.list), MaxProblems)] {
		if p.where != nil {
			p.Line, p.Column = position(ps.text, p.where.offset)
		}
		e.Problems = append(e.Problems, p.Problem)
	}
	if more := len(ps.list) - MaxProblems; more > 0 {
		e.Problems = append(e.Problems, Problem{Text: fmt.Sprintf("and %d more problems", more)})
	}
	return e
}

func (p placed) offset() int {
	if p.where == nil {
		return -1
	}
	return p.where.offset
}

// shorten keeps text of a hostile manifest from filling a log.
func shorten(s string) string {
	const longest = 80
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
