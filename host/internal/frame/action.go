package frame

import "skep/abi"

// Action is what a client asks of an endpoint: the last part of the path.
type Action uint8

// Actions. Zero is no action.
const (
	// ActionRun calls a function with one map of arguments.
	ActionRun Action = iota + 1
	// ActionPredict asks for the prediction of one record.
	ActionPredict
	// ActionPredictMulti asks for the predictions of a list of records.
	ActionPredictMulti
)

var actionNames = [...]string{
	ActionRun:          "run",
	ActionPredict:      "predict",
	ActionPredictMulti: "predict-multi",
}

// String is the action's name in paths, "unknown" for an action that does not exist.
func (a Action) String() string {
	if int(a) < len(actionNames) && a != 0 {
		return actionNames[a]
	}
	return "unknown"
}

// ParseAction is the action of that name, 0 where there is none.
func ParseAction(name []byte) Action {
	for a, n := range actionNames {
		if n == string(name) && a != 0 {
			return Action(a)
		}
	}
	return 0
}

// Fits says whether endpoints of the kind know the action.
func (a Action) Fits(k abi.Kind) bool {
	switch a {
	case ActionRun:
		return k == abi.KindFunction
	case ActionPredict, ActionPredictMulti:
		return k.Predicts()
	}
	return false
}
