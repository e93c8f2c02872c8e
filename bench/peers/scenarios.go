package main

import (
	"fmt"
	"slices"
	"strings"

	"skep/bench/peers/model"
	"skep/bench/peers/work"
)

// scenario is a request that all servers get, and how much work it is.
type scenario struct {
	name     string
	about    string
	service  string // of the path
	endpoint string
	action   string
	body     string
	headers  []header
	flags    []string // that skep serve needs for it
}

type header struct{ name, value string }

func (s scenario) path() string {
	return "/public/api/v1/" + s.service + "/" + s.endpoint + "/" + s.action
}

// What services of the host are there: one is public, the other asks for one of ten keys.
const (
	public = "bench"
	keyed  = "keyed"
	key    = "skep_benchmark"
)

// scenarios is everything that is measured.
var scenarios = []scenario{
	{name: "hello", about: "`{}` in, 13 bytes of text out", service: public, endpoint: "text", action: "run", body: "{}"},
	{name: "classify", about: "20 numbers in, a class and three probabilities out", service: public,
		endpoint: "classify", action: "predict", body: `{"features":` + record(0) + `}`},
	{name: "classify-100", about: "100 such records in one request", service: public, endpoint: "classify",
		action: "predict-multi", body: batch(100)},
	{name: "echo", about: "600 bytes of JSON in, the same as a value out", service: public, endpoint: "echo",
		action: "run", body: document},
	{name: "echo-json", about: "the same; the guest gets and gives the text (`input = \"json\"`)", service: public,
		endpoint: "raw", action: "run", body: document},
	{name: "png", about: "a picture of 50 KB out", service: public, endpoint: "png", action: "run", body: "{}"},
	{name: "headers", about: "50 request headers in, which the guest sees, and 20 out", service: public,
		endpoint: "headers", action: "run", body: "{}", headers: fifty(), flags: []string{"--request-metadata"}},
	{name: "key", about: "hello for who has one of ten API keys", service: keyed, endpoint: "text", action: "run",
		body: "{}", headers: []header{{"Authorization", "Bearer " + key}}},
}

// document is 600 bytes of JSON with its keys in order, so that encoding/json gives the same bytes back.
const document = `{"account":{"active":true,"id":4211078,"name":"Ada Lovelace","note":null,"since":1843},` +
	`"items":[{"count":3,"id":"engine-0042","price":1249.5,"tags":["brass","steam"]},` +
	`{"count":12,"id":"punch-card-80","price":0.25,"tags":["paper"]},` +
	`{"count":1,"id":"difference-2","price":98765.4321,"tags":["brass","gears","rare"]}],` +
	`"notes":"The engine might act upon other things besides number, were objects found whose mutual relations could ` +
	`be expressed by those of the abstract science of operations.",` +
	`"scores":[0.25,17,-3.5,88.125,1204,3.0625],"shipping":{"city":"London, England","express":false,"zip":"W1K 2"}}`

// record is an object with the features of a row.
func record(row int) string {
	fields := make([]string, model.Features)
	for i, name := range model.Names {
		fields[i] = fmt.Sprintf(`"%s":%v`, name, float64((i*37+row*11)%200-100)/8)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func batch(rows int) string {
	items := make([]string, rows)
	for i := range items {
		items[i] = `{"features":` + record(i) + `}`
	}
	return `{"items":[` + strings.Join(items, ",") + `]}`
}

func fifty() []header {
	headers := make([]header, len(work.HeadersIn))
	for i, name := range work.HeadersIn {
		headers[i] = header{name, fmt.Sprintf("value-of-%03d", i)}
	}
	return headers
}

func findScenario(name string) (scenario, bool) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, false
	}
	return scenarios[i], true
}
