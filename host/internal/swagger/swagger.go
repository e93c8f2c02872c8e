// Package swagger describes the endpoints of a service as an OpenAPI 2 document, from what their manifests declare. It
// knows neither HTTP servers nor where manifests come from.
package swagger

import (
	"encoding/json"
	"maps"
	"slices"

	"skep/host/internal/action"
	"skep/host/internal/schema"
	"skep/host/internal/service"
)

// object is a JSON object.
type object = map[string]any

// Document is the OpenAPI 2 document of a service's active generation, as JSON. Endpoints that do not serve are left out.
func Document(s *service.Service) []byte {
	paths := object{}
	for _, id := range slices.Sorted(maps.Keys(s.Active.Endpoints)) {
		e := s.Active.Endpoints[id]
		if e.State != service.StateReady {
			continue
		}
		for _, a := range action.Of(e.Kind) {
			method := "post"
			if a.Method() == "GET" {
				method = "get"
			}
			paths["/"+id+"/"+a.String()] = object{method: operation(e, a)}
		}
	}
	document, err := json.Marshal(object{
		"swagger":  "2.0",
		"info":     object{"title": s.ID, "version": s.Active.ID},
		"basePath": "/public/api/v1/" + s.ID,
		"consumes": []string{"application/json"},
		"produces": []string{"application/json"},
		"paths":    paths,
		"definitions": object{
			"Error":      strict(object{"errorType": text, "message": text, "detailedMessage": text}),
			"Timing":     object{"type": "object", "additionalProperties": object{"type": "integer"}},
			"ApiContext": strict(object{"serviceId": text, "endpointId": text, "serviceGeneration": text}),
		},
	})
	if err != nil {
		panic(err) // strings, maps and lists of these always have a JSON form
	}
	return document
}

var text = object{"type": "string"}

// operation describes one action of an endpoint.
func operation(e *service.Endpoint, a action.Action) object {
	op := object{
		"operationId": e.ID + "-" + a.String(),
		"tags":        []string{e.ID},
		"parameters":  parameters(e, a),
		"responses": object{
			"200":     answer(e, a),
			"default": object{"description": "an error", "schema": ref("Error")},
		},
	}
	if e.Description != "" {
		op["description"] = e.Description
	}
	return op
}

// answer describes what a good request gets.
func answer(e *service.Endpoint, a action.Action) object {
	if e.CustomResponse {
		return object{"description": "the answer, in any form"}
	}
	properties := object{"timing": ref("Timing"), "apiContext": ref("ApiContext")}
	switch shape := a.Shape(); {
	case shape.Result == "response":
		properties["response"] = object{}
	case shape.Single:
		properties[shape.Result] = object{"type": "object"}
	case shape.Result != "":
		properties[shape.Result] = object{"type": "array", "items": object{"type": "object"}}
	default:
		properties["columns"] = object{"type": "array", "items": strict(object{"name": text, "type": text})}
		properties["rows"] = object{"type": "array", "items": object{"type": "array", "items": text}}
		properties["updatedRows"] = object{"type": "integer"}
	}
	return object{"description": "the answer", "schema": object{"type": "object", "properties": properties}}
}

// parameters describes what an action takes: a body, or the parameters of a query.
func parameters(e *service.Endpoint, a action.Action) []object {
	shape := a.Shape()
	if shape.InQuery {
		list := []object{}
		for _, f := range e.Schema.Fields() {
			p := member(f)
			p["name"], p["in"], p["required"] = f.Name, "query", f.Required
			if p["type"] == nil || p["type"] == "object" { // which no query holds
				p["type"] = "string"
			}
			list = append(list, p)
		}
		return list
	}
	body := members(e.Schema)
	if shape.Record != "" {
		body = strict(object{shape.Record: body})
	}
	if shape.List {
		body = strict(object{"items": object{"type": "array", "items": body}})
	}
	if shape.Dispatches {
		body["properties"].(object)["dispatch"] = object{"type": "object",
			"properties": object{"forcedGeneration": text, "dispatchKey": text}}
	}
	return []object{{"name": "body", "in": "body", "required": len(required(body)) > 0, "schema": body}}
}

// members describes the object of arguments, or a record.
func members(s *schema.Schema) object {
	properties := object{}
	needed := []string{}
	for _, f := range s.Fields() {
		properties[f.Name] = member(f)
		if f.Required {
			needed = append(needed, f.Name)
		}
	}
	all := object{"type": "object", "properties": properties}
	if len(needed) > 0 {
		all["required"] = needed
	}
	return all
}

func member(f schema.Field) object {
	m := object{}
	if f.Type != 0 {
		m["type"] = f.Type.String()
	}
	if f.Type == schema.Array {
		m["items"] = object{}
	}
	if f.Description != "" {
		m["description"] = f.Description
	}
	if len(f.Enum) > 0 {
		m["enum"] = f.Enum
	}
	if f.Default != nil {
		m["default"] = f.Default
	}
	return m
}

// strict is an object with properties that are all required.
func strict(properties object) object {
	return object{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(properties))}
}

func required(o object) []string {
	names, _ := o["required"].([]string)
	return names
}

func ref(definition string) object { return object{"$ref": "#/definitions/" + definition} }
