package main

import (
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"

	"skep/host"
)

// printRequests prints for each endpoint a request by curl and the same by this program, and what is not served. All of
// it can be pasted into a shell: what is no command is a comment.
func printRequests(w io.Writer, endpoints []host.Endpoint, problems []string, base, program string) {
	var b strings.Builder
	if len(endpoints) == 0 {
		comment(&b, "no endpoints: put modules into the folder of services, as <service>/<endpoint>.wasm, and start again")
	}
	for _, e := range endpoints {
		title := e.Service + "/" + e.ID
		switch {
		case e.State == "loading":
			title += " is still loading: it answers 503 until it is ready"
		case e.Reason != nil:
			title += " is refused: " + e.Reason.Error()
		}
		comment(&b, title)
		for _, request := range requests(e, base, program) {
			b.WriteString(request + "\n")
		}
		b.WriteByte('\n')
	}
	for _, p := range problems {
		comment(&b, "not served: "+p)
	}
	io.WriteString(w, b.String())
}

// comment writes text that a shell skips.
func comment(b *strings.Builder, text string) {
	fmt.Fprintf(b, "# %s\n", indent(printable(text), "#   "))
}

// requests are the command lines that send an endpoint's example.
func requests(e host.Endpoint, base, program string) []string {
	url, body := shellQuote(base+e.Path(e.Example.Action)), shellQuote(string(e.Example.Body))
	curl := "curl -sS -X POST " + url + " -H 'Content-Type: application/json'"
	call := shellQuote(program) + " call " + url
	for _, h := range e.Example.Headers {
		field := h[0] + ": " + h[1]
		call += " --header " + shellQuote(field)
		if h[1] == "" {
			field = h[0] + ";" // curl takes "Name:" as a wish not to send it
		}
		curl += " -H " + shellQuote(field)
	}
	file := ""
	if tests := e.Manifest.Tests; len(tests) > 0 && e.Kind != "" {
		file = toFile(e.ID, tests[0].Expect.ContentType)
	}
	return []string{curl + " -d " + body + file, call + " --data " + body + file}
}

// toFile keeps an answer that no terminal shows from one: it is the redirection to a file, or nothing.
func toFile(name, contentType string) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	group, _, _ := strings.Cut(kind, "/")
	if !slices.Contains([]string{"image", "audio", "video", "font"}, group) && kind != "application/octet-stream" {
		return ""
	}
	extension := ".bin"
	if group == "image" {
		extension = "." + strings.TrimPrefix(kind, "image/")
	}
	return " > " + shellQuote(name+extension)
}
