package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skep/host/hosttest"
)

const pageSize = 4 << 10 // of what a rollback copies

// modules are the endpoints of BenchmarkScale by name.
type modules map[string][]byte

// buildModules compiles two examples. The third module is testdata/pages.
func buildModules(b *testing.B) modules {
	b.Helper()
	m := modules{"text": textModule(b)}
	built := b.TempDir()
	hosttest.Build(b, filepath.Join("..", "modules", service, "plain"), built, service)
	for name, file := range map[string]string{
		"plain": filepath.Join(built, service, "generations", generation, "plain.wasm"),
		"pages": pagesFile,
	} {
		module, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		m[name] = module
	}
	return m
}

// put writes an endpoint of the service docs, with what stands beside it.
func (m modules) put(b *testing.B, root, endpoint, sidecar string) {
	b.Helper()
	dir := filepath.Join(root, service, "generations", generation)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	write(b, filepath.Join(dir, endpoint+".wasm"), string(m[endpoint]))
	write(b, filepath.Join(dir, endpoint+".toml"), sidecar)
}

func oneEndpoint(endpoint, sidecar string) func(*testing.B, modules, string, int) {
	return func(b *testing.B, m modules, root string, _ int) { m.put(b, root, endpoint, sidecar) }
}

// perModule is how many endpoints a module has where there are many.
const perModule = 10

func manyEndpoints(b *testing.B, m modules, root string, endpoints int) {
	restartServices(b, m["text"], root, max(1, endpoints/perModule), min(perModule, endpoints))
}

func sendMany(endpoints int) (queries []query) {
	for i := range endpoints {
		queries = append(queries, query{
			path: fmt.Sprintf("/public/api/v1/s%d/e%d/run", i/perModule, i%perModule), body: "{}", want: greeting,
		})
	}
	return queries
}

// sendFirst leaves all endpoints but one alone.
func sendFirst(int) []query { return sendMany(1) }

func sendText(int) []query { return []query{queries["text"]} }

// sendBody is a body of some length: none at all, or a text with what is around it.
func sendBody(length int) []query {
	q := query{path: pathPlain, want: `{"response":{},"timing":{`}
	if length > 0 {
		const open, end = `{"text":"`, `"}`
		q.body = open + strings.Repeat("x", length-len(open)-len(end)) + end
		q.want = `{"response":` + q.body + `,"timing":{`
	}
	return []query{q}
}

// heldPages is a guest with many pages in its image: so many bytes, or MiB by the value of the axis.
func heldPages(isolation string, held int) func(*testing.B, modules, string, int) {
	return func(b *testing.B, m modules, root string, value int) {
		size := held
		if size == 0 {
			size = value << 20
		}
		m.put(b, root, "pages", fmt.Sprintf("isolation = %q\nlimits.memory = \"80MiB\"\n[[test]]\nbody = { do = %q }\n",
			isolation, fmt.Sprintf("h%07d", size/pageSize)))
	}
}

// sendPages has the guest do something to a number of pages for each value.
func sendPages(what byte, each int) func(int) []query {
	return func(value int) []query {
		return []query{{
			path: "/public/api/v1/docs/pages/run",
			body: fmt.Sprintf(`{"do":"%c%07d"}`, what, value*each),
			want: `{"response":true,"timing":{`,
		}}
	}
}

func sendOnePage(int) []query { return sendPages('w', 1)(1) }
