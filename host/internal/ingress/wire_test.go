package ingress

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"skep/abi"
	"skep/host/internal/manifest"
)

// echoArgs is a guest that answers with its arguments.
func echoArgs(request []byte) ([]byte, error) {
	r, err := abi.ReadRequest(request)
	if err != nil {
		return nil, err
	}
	if r.JSON {
		return abi.AppendResult(nil, abi.Result{Tag: abi.TagJSON, Value: r.Input}), nil
	}
	return abi.AppendResult(nil, value(r.Input)), nil
}

const echoPath = "/public/api/v1/docs/echo/run"

func TestBodies(t *testing.T) {
	untouched := endpoint("json", guest(echoArgs))
	untouched.JSONInput = true
	s := start(t, endpoint("echo", guest(echoArgs)), untouched)
	for _, test := range []struct{ path, body, want string }{
		{"echo/run", "", "{}"},
		{"echo/run", " \r\n", "{}"},
		{"echo/run", "{}", "{}"},
		{"echo/run", `{"a":[1,-9223372036854775808,18446744073709551615,0.5,"ü\u00fc",null,true]}`,
			`{"a":[1,-9223372036854775808,18446744073709551615,0.5,"üü",null,true]}`},
		{"echo/run", `{"a":NaN}`, `{"a":null}`},
		{"json/run", "", "{}"},
		{"json/run", `{"a": 36893488147419103232}`, `{"a": 36893488147419103232}`},
	} {
		got := s.post(t, test.path, test.body)
		if got.status != 200 || !strings.HasPrefix(got.body, `{"response":`+test.want+`,"timing"`) {
			t.Errorf("%s %q: %d %s, want %s", test.path, test.body, got.status, got.body, test.want)
		}
	}
}

// The Python client sends no content type; others send any.
func TestContentTypesDoNotMatter(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	for _, header := range []string{"Content-Type: application/json", "Content-Type: text/plain",
		"Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=x",
		"Content-Type: nonsense", "Content-Type:", "Accept: text/html"} {
		if got := s.post(t, "echo/run", `{"a":1}`, header); !strings.HasPrefix(got.body, `{"response":{"a":1},`) {
			t.Errorf("%s: %d %s", header, got.status, got.body)
		}
	}
}

func TestChunkedBody(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	got := s.parse(t, s.raw(t, "POST "+echoPath+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"), "POST")
	if !strings.HasPrefix(got[0].body, `{"response":{"a":1},`) {
		t.Errorf("%d %s", got[0].status, got[0].body)
	}
}

func TestBodyLimits(t *testing.T) {
	small := endpoint("echo", guest(echoArgs))
	small.MaxBody = 100
	s := start(t, small)
	body := func(size int) string { return `{"a":"` + strings.Repeat("x", size-8) + `"}` }

	if got := s.post(t, "echo/run", body(100)); got.status != 200 {
		t.Errorf("at the limit: %d %s", got.status, got.body)
	}
	above := request("POST", echoPath, body(101))
	answers := s.parse(t, s.raw(t, above+above), "POST", "POST") // the connection goes on
	for _, got := range answers {
		checkError(t, "above the limit", got, 413, "PayloadTooLarge")
		if !strings.Contains(got.body, "101 bytes") || !strings.Contains(got.body, "at most 100") {
			t.Errorf("%s does not name both sizes", got.body)
		}
	}
	checkError(t, "chunked", s.parse(t, s.raw(t, "POST "+echoPath+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"+
		"\r\n\r\n65\r\n"+body(101)+"\r\n0\r\n\r\n"), "POST")[0], 413, "PayloadTooLarge")

	// Above the limit of all endpoints nothing of the body is read.
	huge := s.parse(t, s.raw(t, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", echoPath,
		manifest.MaxBody+1)), "POST")
	checkError(t, "above the server's limit", huge[0], 413, "PayloadTooLarge")
	if !huge[0].closes {
		t.Error("above the server's limit: the connection is to go on")
	}
}

func TestLargestBody(t *testing.T) {
	large := endpoint("echo", guest(func([]byte) ([]byte, error) {
		return abi.AppendResult(nil, value(abi.AppendNil(nil))), nil
	}))
	large.MaxBody = manifest.MaxBody
	s := start(t, large)
	body := `{"a":"` + strings.Repeat("x", manifest.MaxBody-8) + `"}`
	if got := s.post(t, "echo/run", body); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestHeadLimits(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	line := "POST " + echoPath + "? HTTP/1.1"
	fields := "Host: x\r\nX-Large: \r\n\r\n"
	for _, test := range []struct {
		name                          string
		query, value, headers, status int
		errorType                     string
	}{
		{"line at the limit", maxRequestLine - len(line), 0, 0, 200, ""},
		{"line above", maxRequestLine - len(line) + 1, 0, 0, 414, "URITooLong"},
		{"line far above", 4 * maxRequestLine, 0, 0, 414, "URITooLong"},
		{"headers at the limit", 0, maxFields - len(fields), 0, 200, ""},
		{"headers above", 0, maxFields - len(fields) + 1, 0, 431, "HeaderTooLarge"},
		{"headers far above", 0, 4 * maxFields, 0, 431, "HeaderTooLarge"},
		{"lines at the limit", 0, 0, maxFieldLines - 2, 200, ""},
		{"lines above", 0, 0, maxFieldLines - 1, 431, "HeaderTooLarge"},
		{"line and headers at the limit", maxRequestLine - len(line), maxFields - len(fields), 0, 200, ""},
	} {
		text := "POST " + echoPath + "?" + strings.Repeat("x", test.query) + " HTTP/1.1\r\nHost: x\r\nX-Large: " +
			strings.Repeat("x", test.value) + "\r\n" + strings.Repeat("A: b\r\n", test.headers) + "\r\n"
		got := s.parse(t, s.raw(t, text), "POST")[0]
		if test.status != 200 {
			checkError(t, test.name, got, test.status, test.errorType)
			if !got.closes {
				t.Errorf("%s: the connection is to go on", test.name)
			}
		} else if got.status != 200 {
			t.Errorf("%s: %d %s", test.name, got.status, got.body)
		}
	}
}

func TestBrokenRequests(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	for name, text := range map[string]string{
		"no HTTP":            "hello\r\n\r\n",
		"no version":         "POST " + echoPath + "\r\n\r\n",
		"two lengths":        "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		"negative length":    "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
		"length no number":   "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\n{}",
		"space before colon": "POST " + echoPath + " HTTP/1.1\r\nHost : x\r\n\r\n",
		"NUL in a header":    "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
		"bad chunk":          "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"cut body":           "POST " + echoPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
	} {
		got := s.parse(t, s.raw(t, text), "POST")
		checkError(t, name, got[0], 400, "IllegalArgument")
		if !got[0].closes {
			t.Errorf("%s: the connection is to go on", name)
		}
	}
	if got := s.post(t, "echo/run", ""); got.status != 200 {
		t.Errorf("afterwards: %d %s", got.status, got.body)
	}
}

func TestHead(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	got := s.parse(t, s.raw(t, request("HEAD", "/isAlive", "")+request("HEAD", echoPath, "")+
		request("HEAD", "/nope", "")+request("GET", "/isAlive", "")), "HEAD", "HEAD", "HEAD", "GET")
	for i, status := range []int{200, 405, 404, 200} {
		if got[i].status != status {
			t.Errorf("answer %d: %d, want %d", i, got[i].status, status)
		}
		checkVersions(t, fmt.Sprint("answer ", i), got[i])
	}
}

func TestPipelinedAnswersKeepTheirOrder(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	var text strings.Builder
	var methods []string
	for i := range 100 {
		text.WriteString(request("POST", echoPath, fmt.Sprintf(`{"i":%d}`, i)))
		methods = append(methods, "POST")
	}
	for i, got := range s.parse(t, s.raw(t, text.String()), methods...) {
		if want := fmt.Sprintf(`{"response":{"i":%d},`, i); !strings.HasPrefix(got.body, want) {
			t.Errorf("answer %d is %s", i, got.body)
		}
	}
}

func TestExpectContinue(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, "POST "+echoPath+
		" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, `{"a":1}`); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || !strings.HasPrefix(string(body), `{"response":{"a":1},`) {
		t.Errorf("%d %q, %v", res.StatusCode, body, err)
	}
}

func TestConnectionClose(t *testing.T) {
	s := start(t, endpoint("echo", guest(echoArgs)))
	two := request("POST", echoPath, "", "Connection: close") + request("POST", echoPath, "")
	if got := s.parse(t, s.raw(t, two), "POST"); got[0].status != 200 || !got[0].closes {
		t.Errorf("%+v", got[0])
	}
	old := s.parse(t, s.raw(t, "POST "+echoPath+" HTTP/1.0\r\nContent-Length: 0\r\n\r\n"), "POST")
	if old[0].status != 200 || !old[0].closes {
		t.Errorf("HTTP/1.0: %+v", old[0])
	}
}

// TestDocumentedLimits reads the README's table of limits.
func TestDocumentedLimits(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Limits on the wire\n")
	if !ok {
		t.Fatal("the section is not there")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	table := make(map[string]string)
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, " | "); len(cells) == 3 {
			table[strings.TrimPrefix(cells[0], "| ")] = cells[1]
		}
	}
	size := func(n int) string { return strings.TrimSuffix(manifest.FormatSize(int64(n)), "KiB") + " KiB" }
	seconds := func(d time.Duration) string { return fmt.Sprint(d.Seconds(), " s") }
	thousands := func(n int) string { return fmt.Sprintf("%d,%03d", n/1000, n%1000) }
	want := map[string]string{
		"limit": "value", "---": "---",
		"request line":                       size(maxRequestLine),
		"all headers":                        size(maxFields),
		"number of headers":                  fmt.Sprint(maxFieldLines),
		"a chunk's size with its extensions": fmt.Sprint(maxChunkLine, " bytes"),
		"body":                               "the endpoint's `limits.body`, as received and inflated",
		"body that is read when it is refused, so that the connection goes on": size(freeBody),
		"time for a whole request, from its first byte":                        seconds(readTimeout),
		"time for a response":                    seconds(writeTimeout),
		"time between two requests":              seconds(idleTimeout),
		"time to read why a request was refused": seconds(lingerTimeout),
		"requests of a connection":               thousands(maxRequests),
		"connections":                            thousands(maxConnections),
	}
	if !maps.Equal(table, want) {
		t.Errorf("the table says\n%v, want\n%v", table, want)
	}
}
