package main

import "time"

// functionReply is the envelope of a function's value.
type functionReply struct {
	Response any            `json:"response"`
	Timing   functionTiming `json:"timing"`
	Context  apiContext     `json:"apiContext"`
}

type functionTiming struct {
	PreProcessing    int64 `json:"preProcessing"`
	Wait             int64 `json:"wait"`
	Execution        int64 `json:"execution"`
	FunctionInternal int64 `json:"functionInternal"`
	Fuel             int64 `json:"fuel"`
}

// predictionReply is the envelope of one prediction, or of many.
type predictionReply struct {
	Result  *prediction      `json:"result,omitempty"`
	Results []prediction     `json:"results,omitempty"`
	Timing  predictionTiming `json:"timing"`
	Context apiContext       `json:"apiContext"`
}

type prediction struct {
	Prediction string `json:"prediction"`
	Probas     probas `json:"probas"`
	Ignored    bool   `json:"ignored"`
}

type probas struct {
	Apple float64 `json:"apple"`
	Pear  float64 `json:"pear"`
	Plum  float64 `json:"plum"`
}

type predictionTiming struct {
	PreProcessing  int64 `json:"preProcessing"`
	Wait           int64 `json:"wait"`
	Enrich         int64 `json:"enrich"`
	Preparation    int64 `json:"preparation"`
	Prediction     int64 `json:"prediction"`
	PostProcessing int64 `json:"postProcessing"`
	Fuel           int64 `json:"fuel"`
}

type apiContext struct {
	Service    string `json:"serviceId"`
	Endpoint   string `json:"endpointId"`
	Generation string `json:"serviceGeneration"`
}

func newFunctionReply(response any, endpoint string, start time.Time) functionReply {
	return functionReply{
		Response: response,
		Timing:   functionTiming{Execution: time.Since(start).Microseconds()},
		Context:  apiContext{public, endpoint, generation},
	}
}

func newPredictionReply(one *prediction, many []prediction, start, read time.Time) predictionReply {
	return predictionReply{
		Result:  one,
		Results: many,
		Timing: predictionTiming{PreProcessing: read.Sub(start).Microseconds(),
			Prediction: time.Since(read).Microseconds()},
		Context: apiContext{public, "classify", generation},
	}
}
