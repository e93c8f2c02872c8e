package store

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestCheckMapping(t *testing.T) {
	for _, test := range []struct {
		mapping []Share
		want    string // in the error; "" for none
	}{
		{[]Share{{"v2", 1}}, ""},
		{[]Share{{"v1", 0.1}, {"v2", 0.2}, {"v.3", 0.7}}, ""},
		{[]Share{{"v1", 0}, {"v2", 1}}, ""},
		{nil, "sum to 0"},
		{[]Share{{"v1", 0.5}}, "sum to 0.5"},
		{[]Share{{"v1", 0.5}, {"v2", 0.6}}, "sum to 1.1"},
		{[]Share{{"v1", 1.5}, {"v2", -0.5}}, "from 0 to 1"},
		{[]Share{{"v1", math.NaN()}}, "from 0 to 1"},
		{[]Share{{"v1", math.Inf(1)}}, "from 0 to 1"},
		{[]Share{{"v1", 0.5}, {"v1", 0.5}}, "there twice"},
		{[]Share{{"../v1", 1}}, "no name"},
	} {
		err := checkMapping(test.mapping)
		if test.want == "" && err != nil {
			t.Errorf("%v: %v", test.mapping, err)
		}
		if test.want != "" && (!errors.Is(err, ErrMapping) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v, want %s", test.mapping, err, test.want)
		}
	}
}
