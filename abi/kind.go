package abi

// Kind is what an endpoint does, and so which calls it takes and what it answers.
type Kind uint8

// Kinds of endpoints. Zero is no kind.
const (
	// KindFunction takes one map of arguments and answers with any value.
	KindFunction Kind = iota + 1
	// KindClassification takes records and answers with one class label, a string, for each.
	KindClassification
	// KindRegression takes records and answers with one number for each.
	KindRegression
	// KindForecast takes the rows of time series and answers with any number of forecasts.
	KindForecast
	// KindEffect takes records and answers with the effect of a treatment, a map, for each.
	KindEffect
	// KindLookup takes records, each a key, and answers with the row of a table, a map, for each.
	KindLookup
	// KindQuery takes one map of parameters and answers with a table or with the number of changed rows.
	KindQuery
)

var kinds = [...]struct {
	name    string
	records bool
}{
	KindFunction:       {"function", false},
	KindClassification: {"classification", true},
	KindRegression:     {"regression", true},
	KindForecast:       {"forecast", true},
	KindEffect:         {"effect", true},
	KindLookup:         {"lookup", true},
	KindQuery:          {"query", false},
}

// String is the kind's name in frames and manifests, "unknown" for a kind that does not exist.
func (k Kind) String() string {
	if int(k) < len(kinds) && k != 0 {
		return kinds[k].name
	}
	return "unknown"
}

// TakesRecords says whether the kind takes records; the others take arguments.
func (k Kind) TakesRecords() bool { return int(k) < len(kinds) && kinds[k].records }

// Predicts says whether the kind gives a class or a number for each record.
func (k Kind) Predicts() bool { return k == KindClassification || k == KindRegression }

// ParseKind is the kind of that name, 0 where there is none.
func ParseKind(name string) Kind {
	for k := range kinds {
		if kinds[k].name == name && k != 0 {
			return Kind(k)
		}
	}
	return 0
}

// Kinds are all kinds, in the order of their numbers.
func Kinds() []Kind {
	list := make([]Kind, 0, len(kinds)-1)
	for k := range kinds[1:] {
		list = append(list, Kind(k+1))
	}
	return list
}
