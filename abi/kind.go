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
)

var kindNames = [...]string{
	KindFunction:       "function",
	KindClassification: "classification",
	KindRegression:     "regression",
}

// String is the kind's name in frames and manifests, "unknown" for a kind that does not exist.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k != 0 {
		return kindNames[k]
	}
	return "unknown"
}

// Predicts says whether the kind takes records instead of arguments.
func (k Kind) Predicts() bool { return k == KindClassification || k == KindRegression }

// ParseKind is the kind of that name, 0 where there is none.
func ParseKind(name string) Kind {
	for k, n := range kindNames {
		if n == name && k != 0 {
			return Kind(k)
		}
	}
	return 0
}

// Kinds are all kinds, in the order of their numbers.
func Kinds() []Kind { return []Kind{KindFunction, KindClassification, KindRegression} }
