package host_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of the project each package may import: only what stands further down. A package that is
// not in the table may not exist.
var allowed = map[string][]string{
	"abi":        nil,
	"abi/golden": nil,

	"guest-sdk":                         {"abi"},
	"guest-sdk/go/skep/internal/codec":  {"abi"},
	"guest-sdk/go/skep/internal/inproc": {"abi"},
	"guest-sdk/go/skep":                 {"abi", "guest-sdk/go/skep/internal/codec", "guest-sdk/go/skep/internal/inproc"},
	"guest-sdk/go/skep/skeptest": {"abi", "guest-sdk/go/skep", "guest-sdk/go/skep/internal/codec",
		"guest-sdk/go/skep/internal/inproc"},
	"guest-sdk/go/skep/skeptest/internal/classifier": nil, // its code is tests
	"host/internal/schema":                           {"abi"},
	"host/internal/action":                           {"abi"},
	"host/internal/manifest":                         {"abi", "host/internal/action", "host/internal/schema"},
	"host/internal/clock":                            nil,
	"host/internal/pace":                             nil,
	"host/internal/observe":                          nil,
	"host/internal/service":                          {"abi", "host/internal/observe", "host/internal/schema"},
	"host/internal/infra":                            nil,
	"host/internal/machine":                          nil,
	"host/internal/resources":                        nil,
	"host/internal/confine":                          nil,
	"host/internal/wasmbin":                          {"abi"},

	"host/internal/sandbox": {"abi", "host/internal/clock", "host/internal/confine", "host/internal/manifest", "host/internal/pace", "host/internal/resources",
		"host/internal/service", "host/internal/wasmbin"},
	"host/internal/frame":      {"abi", "host/internal/action", "host/internal/schema", "host/internal/service"},
	"host/internal/swagger":    {"abi", "host/internal/action", "host/internal/schema", "host/internal/service"},
	"host/internal/store":      {"host/internal/pace", "host/internal/service"},
	"host/internal/guestbuild": {"abi", "host/internal/manifest", "host/internal/wasmbin"},

	"host/internal/activate": {"abi", "host/internal/action", "host/internal/frame", "host/internal/infra", "host/internal/manifest",
		"host/internal/observe", "host/internal/pace", "host/internal/resources", "host/internal/sandbox", "host/internal/service",
		"host/internal/store", "host/internal/wasmbin"},
	"host/internal/auth": {"host/internal/manifest", "host/internal/store"},
	"host/internal/ingress": {"abi", "host/internal/action", "host/internal/auth", "host/internal/clock", "host/internal/frame",
		"host/internal/manifest", "host/internal/observe", "host/internal/service", "host/internal/swagger"},
	"host/internal/rollout": {"host/internal/activate", "host/internal/service", "host/internal/store"},
	"host/internal/admin": {"host/internal/activate", "host/internal/auth", "host/internal/manifest",
		"host/internal/observe", "host/internal/rollout", "host/internal/service", "host/internal/store"},
	"host/internal/admin/client": nil,

	"host": {"host/internal/action", "host/internal/activate", "host/internal/admin", "host/internal/auth",
		"host/internal/confine", "host/internal/infra", "host/internal/ingress", "host/internal/machine",
		"host/internal/manifest", "host/internal/observe", "host/internal/pace", "host/internal/rollout", "host/internal/sandbox",
		"host/internal/service",
		"host/internal/store"},
	"host/hosttest": {"abi", "host", "host/internal/guestbuild"},
	"bench":         nil, // its code is tests
	"host/cmd/skep": {"abi", "guest-sdk", "host", "host/internal/admin/client", "host/internal/auth", "host/internal/guestbuild", "host/internal/machine",
		"host/internal/manifest", "host/internal/service", "host/internal/store"},
}

// owners says which packages alone import a third-party module; tests may import any. There is one for each, but for
// the module that stands for the operating system.
var owners = map[string]string{
	"github.com/tetratelabs/wazero":      "host/internal/sandbox",
	"github.com/valyala/fasthttp":        "host/internal/ingress",
	"github.com/vmihailenco/msgpack/v5":  "host/internal/frame",
	"github.com/go-json-experiment/json": "host/internal/frame",
	"github.com/pelletier/go-toml/v2":    "host/internal/manifest",
	"github.com/spf13/cobra":             "host/cmd/skep",
	"github.com/spf13/pflag":             "host/cmd/skep",
	"golang.org/x/sys":                   "host/internal/sandbox host/internal/confine",
	"github.com/MicahParks/jwkset":       "host/internal/auth",
	"github.com/MicahParks/keyfunc/v3":   "host/internal/auth",
	"github.com/golang-jwt/jwt/v5":       "host/internal/auth",
	"github.com/fsnotify/fsnotify":       "host/internal/store",

	"github.com/prometheus/client_golang": "host/internal/observe",
	"github.com/prometheus/client_model":  "host/internal/observe",
	"gopkg.in/natefinch/lumberjack.v2":    "host/internal/observe",
}

func TestLayout(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "skep/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		imports := strings.Fields(line)
		pkg := strings.TrimPrefix(imports[0], "skep/")
		seen[pkg] = true
		if endpoint(pkg) {
			continue
		}
		down, ok := allowed[pkg]
		if !ok {
			t.Errorf("package %s has no place in the layout", pkg)
			continue
		}
		for _, imp := range imports[1:] {
			if own, ok := strings.CutPrefix(imp, "skep/"); ok {
				if !slices.Contains(down, own) {
					t.Errorf("%s imports %s, which does not stand below it", pkg, own)
				}
			} else if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") {
				checkOwner(t, pkg, imp)
			}
		}
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("package %s is in the layout, but not in the tree", pkg)
		}
	}
}

// endpoint says whether a package is an example endpoint, or serves one: those stand on the guest SDK only.
func endpoint(pkg string) bool {
	return strings.HasPrefix(pkg, "modules/") || strings.HasPrefix(pkg, "guest-sdk/templates/") || strings.Contains(pkg, "/testdata/")
}

func checkOwner(t *testing.T, pkg, imp string) {
	t.Helper()
	for module, owner := range owners {
		if imp == module || strings.HasPrefix(imp, module+"/") {
			if !slices.Contains(strings.Fields(owner), pkg) {
				t.Errorf("%s imports %s, which only %s may", pkg, imp, owner)
			}
			return
		}
	}
	t.Errorf("%s imports %s, which has no owner", pkg, imp)
}
