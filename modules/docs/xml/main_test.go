package main

import (
	"encoding/xml"
	"testing"

	"skep/guest-sdk/go/skep/skeptest"
)

func TestXML(t *testing.T) {
	r := skeptest.Run(t, nil)
	const want = "<person><name>John Doe</name><age>42</age></person>"
	if r.Status != 200 || r.Response == nil || string(r.Response.Body) != want {
		t.Fatalf("got %+v", r)
	}
	if got := r.Response.Headers.Get("Content-Type"); got != "text/xml" {
		t.Errorf("content type %q", got)
	}
}

func TestPersonIsEscaped(t *testing.T) {
	const name = `<Tom> & "Jerry"]]>`
	var got struct {
		Name string `xml:"name"`
		Age  int    `xml:"age"`
	}
	if err := xml.Unmarshal([]byte(person(name, 7)), &got); err != nil || got.Name != name || got.Age != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
}
