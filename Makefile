# Everything here works after a fresh clone with Go and make; each target does its own set-up.

GO        ?= go
FUZZTIME  ?= 20s
BENCHTIME ?= 1s

export GOFLAGS := -buildvcs=false $(filter-out -buildvcs=%,$(GOFLAGS))

# The race detector needs a C compiler. It does not look at that of the engine, which is then six times as fast: it works
# in a process of its own, where each goroutine has functions of its own.
CC_FOUND := $(firstword $(foreach c,$(CC) gcc clang,$(shell command -v $(c) 2>/dev/null)))
COMPILER := $(addprefix github.com/tetratelabs/wazero/internal/engine/wazevo/,frontend ssa backend/...)
RACE     := $(if $(CC_FOUND),-race $(foreach p,$(COMPILER),-gcflags=$(p)=-race=false))

# What a module is made of: its sources, the SDK and the builder.
sources := $(shell find abi guest-sdk modules host/internal/guestbuild host/internal/manifest host/internal/wasmbin -type f -not -name "*_test.go" -not -path "*/testdata/*")

.PHONY: help build modules run test test-client race-note check hostile bench bench-peers bench-plots check-peers fuzz toolchains install clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/skep
	$(GO) build -o bin/skep ./host/cmd/skep

modules: build/services/.built ## the example endpoints, from modules/ to build/services/

build/services/.built: $(sources) go.mod go.sum | build
	bin/skep build modules --into build/services
	@touch $@

run: build modules ## serve the example endpoints on 127.0.0.1:12000
	@bin/skep serve --root build/services --request-metadata

test: race-note ## all tests, and every benchmark once, but for that of make hostile
	$(GO) test -run '^$$' -bench . -skip Hostile -benchtime 1x ./...
	$(if $(RACE),CGO_ENABLED=1 GORACE=atexit_sleep_ms=0) $(GO) test -shuffle=on $(RACE) ./...

test-client: build/client/.installed ## the Python client of the API node against this host; needs Python with venv
	SKEP_REQUIRE_ALL=1 $(GO) test -count=1 -run TestConformance ./host

build/client/.installed: host/testdata/client/requirements.txt
	rm -rf build/client
	python3 -m venv build/client
	build/client/bin/pip install --quiet --require-hashes -r $<
	@touch $@

race-note:
	@$(if $(RACE),:,echo "no C compiler found: the tests run without the race detector")

check: ## formatting, vet for host and guests, tidy modules, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet ./...
	cd bench/peers && $(GO) vet . && GOOS=wasip1 GOARCH=wasm $(GO) vet ./model ./work ./picture ./guests/...
	GOOS=wasip1 GOARCH=wasm $(GO) vet ./abi ./guest-sdk/go/skep ./modules/...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

hostile: ## the hostile guests, against the whole host and with its defences off; then how late each is ended
	$(GO) test -count=1 -run 'Hostile|Without' ./host ./host/internal/sandbox ./host/internal/ingress ./host/internal/frame
	$(GO) test -run '^$$' -bench Hostile -benchtime 1x ./host

bench: ## the figures of bench/README.md
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -timeout 30m ./...

bench-peers: build/peers/bench ## the same next to other servers, as ARGS="-run hello -peers native,skep-go,workerd -rounds 1"
	build/peers/bench $(ARGS)

check-peers: build/peers/bench ## whether those servers that need nothing but Go answer alike
	cd bench/peers && $(GO) test ./...
	build/peers/bench -check -peers native,net/http,skep-go,skep-go-instance,wazero-fresh-go

build/peers/bench: build
	cd bench/peers && $(GO) build -o ../../$@ .

bench-plots: ## how the host scales: some ten minutes, then the drawings of bench/plots
	$(GO) test -run '^$$' -bench Scale -benchtime 5x -timeout 60m ./bench -scale.full -scale.cache $(CURDIR)/build/scale/cache
	$(GO) test -count=1 -run TestScalePlots ./bench -scale.plots plots

fuzz: ## every fuzz target for FUZZTIME each, as 20s or 1000x
	@for pkg in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

toolchains: build ## the guest languages, and which compilers were found
	@bin/skep toolchains

install: ## skep, to where Go puts programs
	$(GO) install ./host/cmd/skep

clean: ## remove what was built
	rm -rf bin build
