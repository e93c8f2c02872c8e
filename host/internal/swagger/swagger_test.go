package swagger

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"skep/abi"
	"skep/host/internal/action"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

// documented is a service with one endpoint of each kind, all with the same schema, and some that do not serve.
func documented(t *testing.T) *service.Service {
	t.Helper()
	s, err := schema.New([]schema.Field{
		{Name: "n", Type: schema.Number, Required: true, Description: "a number"},
		{Name: "unit", Type: schema.String, Enum: []any{"m", "km"}, Default: "m"},
		{Name: "list", Type: schema.Array}, {Name: "any"}})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*service.Endpoint{
		"loading": {ID: "loading", Kind: abi.KindFunction, State: service.StateLoading},
		"refused": {ID: "refused", State: service.StateRefused},
		"custom":  {ID: "custom", Kind: abi.KindFunction, CustomResponse: true, State: service.StateReady},
	}
	for _, k := range abi.Kinds() {
		all[k.String()] = &service.Endpoint{ID: k.String(), Kind: k, Schema: s, Description: "does <it>", State: service.StateReady}
	}
	return &service.Service{ID: "docs", Active: &service.Generation{ID: "v1.2", Endpoints: all}}
}

// document is a part of an OpenAPI document.
type document struct {
	Swagger, BasePath string
	Info              struct{ Title, Version string }
	Paths             map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Description string
		Parameters  []struct {
			Name, In, Type string
			Required       bool
			Schema         json.RawMessage
		}
		Responses map[string]any
	}
	Definitions map[string]any
}

func TestDocument(t *testing.T) {
	text := Document(documented(t))
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if d.Swagger != "2.0" || d.BasePath != "/public/api/v1/docs" || d.Info.Title != "docs" || d.Info.Version != "v1.2" {
		t.Errorf("%+v", d)
	}
	want := []string{"/custom/run"}
	for _, a := range action.All() {
		for _, k := range a.Shape().Kinds {
			want = append(want, "/"+k.String()+"/"+a.String())
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(d.Paths)); !slices.Equal(got, want) {
		t.Errorf("paths %v, want %v", got, want)
	}
	ids := map[string]bool{}
	for path, operations := range d.Paths {
		method := "post"
		if strings.HasSuffix(path, "predict-simple") {
			method = "get"
		}
		op, ok := operations[method]
		if !ok || len(operations) != 1 || ids[op.OperationID] || len(op.Responses) != 2 {
			t.Errorf("%s: %+v", path, operations)
		}
		ids[op.OperationID] = true
	}
	for _, name := range strings.Split(string(text), `"#/definitions/`)[1:] {
		name, _, _ = strings.Cut(name, `"`)
		if d.Definitions[name] == nil {
			t.Errorf("definition %s is missing", name)
		}
	}
	if again := Document(documented(t)); string(again) != string(text) {
		t.Error("the document is another one each time")
	}
}

func TestParameters(t *testing.T) {
	var d document
	if err := json.Unmarshal(Document(documented(t)), &d); err != nil {
		t.Fatal(err)
	}
	const record = `{"properties":{"any":{},"list":{"items":{},"type":"array"},"n":{"description":"a number","type":"number"},` +
		`"unit":{"default":"m","enum":["m","km"],"type":"string"}},"required":["n"],"type":"object"}`
	const dispatch = `"dispatch":{"properties":{"dispatchKey":{"type":"string"},"forcedGeneration":{"type":"string"}},"type":"object"},`
	for path, want := range map[string]string{
		"/function/run":          record,
		"/query/query":           record,
		"/custom/run":            `{"properties":{},"type":"object"}`,
		"/regression/predict":    `{"properties":{` + dispatch + `"features":` + record + `},"required":["features"],"type":"object"}`,
		"/forecast/forecast":     `{"properties":{` + dispatch + `"items":{"items":` + record + `,"type":"array"}},"required":["items"],"type":"object"}`,
		"/lookup/lookup":         `{"properties":{"data":` + record + `},"required":["data"],"type":"object"}`,
		"/effect/predict-effect": `{"properties":{` + dispatch + `"features":` + record + `},"required":["features"],"type":"object"}`,
		"/regression/predict-multi": `{"properties":{` + dispatch + `"items":{"items":{"properties":{"features":` + record +
			`},"required":["features"],"type":"object"},"type":"array"}},"required":["items"],"type":"object"}`,
	} {
		p := d.Paths[path]["post"].Parameters
		if len(p) != 1 || p[0].In != "body" || string(p[0].Schema) != want || p[0].Required != (path != "/custom/run") {
			t.Errorf("%s: %s", path, p[0].Schema)
		}
	}
	simple := d.Paths["/regression/predict-simple"]["get"].Parameters
	if len(simple) != 4 || simple[2].Name != "n" || simple[2].In != "query" || simple[2].Type != "number" || !simple[2].Required {
		t.Errorf("predict-simple: %+v", simple)
	}
	if op := d.Paths["/function/run"]["post"]; op.Description != "does <it>" {
		t.Errorf("description %q", op.Description)
	}
}
