// Package main is a large guest: it links in the parts of the standard library that give the largest tables and bodies.
package main

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
)

//go:wasmexport serve
func serve() uint32 {
	page := template.Must(template.New("page").Parse(`<p>{{.}}</p>`))
	recorder := httptest.NewRecorder()
	http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_ = page.Execute(&b, r.URL.Path)
		_ = json.NewEncoder(w).Encode(b.String())
	}).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	return uint32(recorder.Body.Len())
}

func main() {}
