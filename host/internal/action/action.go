// Package action holds what clients may ask of endpoints: one table that says for each action which kinds of endpoints
// know it, and how its request and its answer look. It knows neither HTTP servers nor how JSON is read.
package action

import (
	"slices"

	"skep/abi"
)

// Action is what a client asks of an endpoint: the last part of the path.
type Action uint8

// Actions. Zero is no action.
const (
	// Run calls a function with one object of arguments.
	Run Action = iota + 1
	// Predict asks for the prediction of one record.
	Predict
	// PredictMulti asks for the predictions of a list of records.
	PredictMulti
	// PredictSimple is Predict with the record in the query string.
	PredictSimple
	// Forecast asks for what follows the rows of time series.
	Forecast
	// PredictEffect asks for the effect of a treatment on one record.
	PredictEffect
	// PredictEffectMulti asks for the effects on a list of records.
	PredictEffectMulti
	// Lookup asks for the row of a table that belongs to one record.
	Lookup
	// LookupMulti asks for the rows that belong to a list of records.
	LookupMulti
	// Query calls a query with one object of parameters.
	Query
)

// Shape is how the request and the answer of an action look.
type Shape struct {
	Name  string     // last part of the path
	Kinds []abi.Kind // of endpoints that know the action

	// InQuery says that the one record is the query string of a GET. The body of a POST is read otherwise.
	InQuery bool
	// List says that the body has its records in a list, "items"; otherwise the body is what an item would be.
	List bool
	// Record is the key of the record within an item; "" says that the item itself is the record, or the arguments.
	Record string

	// Result is the key of the value in the answer; "" says that the value, an object, is the answer.
	Result string
	// Single says that the value is that of the one record, and not a list.
	Single bool
	// Dispatches says that the body may choose the generation by its key "dispatch".
	Dispatches bool
}

var (
	functions  = []abi.Kind{abi.KindFunction}
	predictors = []abi.Kind{abi.KindClassification, abi.KindRegression}
	forecasts  = []abi.Kind{abi.KindForecast}
	effects    = []abi.Kind{abi.KindEffect}
	lookups    = []abi.Kind{abi.KindLookup}
	queries    = []abi.Kind{abi.KindQuery}
)

// shapes is the table.
var shapes = [...]Shape{
	Run: {Name: "run", Kinds: functions, Result: "response"},
	Predict: {Name: "predict", Kinds: predictors, Record: "features", Result: "result", Single: true,
		Dispatches: true},
	PredictMulti: {Name: "predict-multi", Kinds: predictors, List: true, Record: "features", Result: "results",
		Dispatches: true},
	PredictSimple: {Name: "predict-simple", Kinds: predictors, InQuery: true, Result: "result", Single: true},
	Forecast:      {Name: "forecast", Kinds: forecasts, List: true, Result: "results", Dispatches: true},
	PredictEffect: {Name: "predict-effect", Kinds: effects, Record: "features", Result: "result", Single: true,
		Dispatches: true},
	PredictEffectMulti: {Name: "predict-effect-multi", Kinds: effects, List: true, Record: "features", Result: "results",
		Dispatches: true},
	Lookup:      {Name: "lookup", Kinds: lookups, Record: "data", Result: "results"},
	LookupMulti: {Name: "lookup-multi", Kinds: lookups, List: true, Record: "data", Result: "results"},
	Query:       {Name: "query", Kinds: queries},
}

// Shape is the row of the table, the zero Shape for an action that does not exist.
func (a Action) Shape() *Shape {
	if int(a) < len(shapes) {
		return &shapes[a]
	}
	return &shapes[0]
}

// Empty is the smallest JSON object that is a body of that shape.
func (s *Shape) Empty() string {
	switch {
	case s.List:
		return `{"items":[]}`
	case s.Record != "":
		return `{"` + s.Record + `":{}}`
	}
	return "{}"
}

// String is the action's name in paths, "unknown" for an action that does not exist.
func (a Action) String() string {
	if name := a.Shape().Name; name != "" {
		return name
	}
	return "unknown"
}

// Method is the HTTP method of the action.
func (a Action) Method() string {
	if a.Shape().InQuery {
		return "GET"
	}
	return "POST"
}

// Fits says whether endpoints of the kind know the action.
func (a Action) Fits(k abi.Kind) bool { return slices.Contains(a.Shape().Kinds, k) }

// Parse is the action of that name, 0 where there is none.
func Parse(name []byte) Action {
	for a := range shapes {
		if shapes[a].Name == string(name) && a != 0 {
			return Action(a)
		}
	}
	return 0
}

// All are all actions, in the order of their numbers.
func All() []Action {
	list := make([]Action, 0, len(shapes)-1)
	for a := range shapes[1:] {
		list = append(list, Action(a+1))
	}
	return list
}

// Of are the actions that endpoints of a kind know, the one that a call without more to say means first.
func Of(k abi.Kind) []Action {
	return slices.DeleteFunc(All(), func(a Action) bool { return !a.Fits(k) })
}

// Whole is the action of endpoints of a kind that takes arguments, or any number of records, and answers with the value
// as it is; 0 for a kind that does not exist.
func Whole(k abi.Kind) Action {
	for _, a := range All() {
		if s := a.Shape(); a.Fits(k) && s.List == k.TakesRecords() {
			return a
		}
	}
	return 0
}
