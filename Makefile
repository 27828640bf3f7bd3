# djscript: make TARGET
#
# The lines that begin with ## are the help that "make" prints.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint lint-go lint-windows lint-lua fmt fuzz bench build doc clean needs-go

GO ?= go
LINTER_VERSION := v2.15.0
LINTER := bin/golangci-lint-$(LINTER_VERSION)
FUZZTIME ?= 30s
BENCH ?= -size 300MB -rounds 5
TESTFLAGS ?=
MUTANTS ?=

# The release stands in main.go; the commit is added to it.
COMMIT := $(shell git describe --always --dirty --exclude '*' 2>/dev/null)
VERSION := $(shell sed -n 's/^var version = "\(.*\)"$$/\1/p' main.go)$(addprefix +,$(COMMIT))
LDFLAGS := -X main.version=$(VERSION)

LUA = $(wildcard builtin/*.lua builtin/*/*.lua examples scripts host/primitive/*.lua host/sim/*.lua)
STYLED = builtin examples scripts
STYLUA := npx --yes --package=@johnnymorganz/stylua-bin@2.5.2 stylua

# Firebird's tools, engine and server; PROOF=PACKAGE, as .ci/install reads them.
FIREBIRD := gbak=firebird3.0-utils firebird=firebird3.0-server \
  $(if $(wildcard /opt/firebird/plugins /usr/lib64/firebird/plugins),,'/usr/lib/*/firebird/*/plugins/libEngine*.so=firebird3.0-server-core')
# The race detector wants a C compiler; the tests read Firebird's own example database, hold our zips against unzip, our
# language against PUC's Lua, and what an editor is told against luacheck; drives are images of real filesystems.
TESTS := gcc=gcc '/usr/include/stdlib.h=libc6-dev' unzip=unzip age=age lua5.1=lua5.1 luacheck=lua-check \
  mkfs.ext4=e2fsprogs mkfs.xfs=xfsprogs mkfs.btrfs=btrfs-progs \
  mkfs.exfat=exfatprogs mount.exfat-fuse=exfat-fuse ntfs-3g=ntfs-3g \
  '/usr/share/doc/firebird3.0-examples/examples/employee.sql.gz=firebird3.0-examples'

TEST = $(GO) test -parallel 3 -timeout 60m -json $(TESTFLAGS)
# Rooms that start goroutines are tested with the race detector, which doubles the time that tests take. "make race" has it
# watch the stories of the whole program and all other rooms, too.
RACED = $(shell grep -rlE --include='*.go' --exclude='*_test.go' '^\s*go [a-z]|\.Go.func' lua host | xargs -n1 dirname | sort -u | sed 's|^|./|')

help:
	@sed -n 's/^## \{0,1\}//p' Makefile

## The two that a newcomer wants:

##   make demo     a proven copy of a demonstration store, in about a minute; installs Firebird with apt when it is absent
demo: needs-go
	@.ci/install $(FIREBIRD)
	@$(GO) build -ldflags '$(LDFLAGS)' -o djscript .
	@./djscript demo

##   make test     every test, with real Firebird; installs what the tests use with apt when absent
test: needs-go
	@.ci/install $(FIREBIRD) $(TESTS)
	@$(GO) build -o bin/tally ./.ci/tally
	@{ status=0; \
	  $(TEST) -race $(RACED) || status=1; \
	  $(TEST) $$($(GO) list ./... | grep -vxF "$$($(GO) list $(RACED))") || status=1; \
	  exit $$status; } | bin/tally

##
## The others:

##   make lint     golangci-lint, the Windows build, luacheck on all Lua and the form of it
lint: lint-go lint-windows lint-lua

lint-go: needs-go $(LINTER)
	$(LINTER) run --allow-parallel-runners

lint-windows: needs-go $(LINTER)
	GOOS=windows $(GO) vet ./...
	GOOS=windows $(GO) build ./...
	GOOS=windows $(LINTER) run --allow-parallel-runners

lint-lua:
	@.ci/install luacheck=lua-check npx=npm
	luacheck --quiet --no-color $(LUA)
	$(STYLUA) --check $(STYLED)

##   make fmt      formats Go and Lua
fmt: needs-go $(LINTER)
	$(LINTER) fmt
	@.ci/install npx=npm
	$(STYLUA) $(STYLED)

##   make fuzz     each fuzz target in turn, FUZZTIME=30s each
fuzz: needs-go
	@.ci/install $(FIREBIRD)
	@for room in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$room | grep '^Fuzz' || true); do \
	    echo "$$room $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$room; \
	  done; \
	done

##   make bench    djscript beside bare gbak, what resellers do today and restic, as docs/performance.md shows it; BENCH="-size 1GB"
bench: needs-go
	@.ci/install $(FIREBIRD) zip=zip unzip=unzip restic=restic
	@$(GO) build -ldflags '$(LDFLAGS)' -o bin/djscript .
	@$(GO) run ./tests/bench -program bin/djscript $(BENCH)
ifeq ($(findstring -only,$(BENCH)),)
	@$(GO) test -run "^$$" -bench "Calls|FreshState|GuardedAgainstBare" ./lua
	@$(GO) test -run "^$$" -bench FiveHundredTests -benchtime 3x ./host/sim
	@$(GO) test -run "^$$" -bench HalfAMillionRows -benchtime 3x ./host/company
endif

##   make race     every test once more, all of them with the race detector: about twice as long
.PHONY: race
race: needs-go
	@.ci/install $(FIREBIRD) $(TESTS)
	@$(GO) build -o bin/tally ./.ci/tally
	@$(TEST) -race ./... | bin/tally

##   make soak     a million random histories against every promise of rotation; HISTORIES=20000, SEED=1 for the same again
.PHONY: soak
soak: needs-go
	@HISTORIES=$${HISTORIES:-1000000} $(GO) test -v -count 1 -timeout 6h -run "TestI[0-9]|TestNights" ./host/retention

##   make mutants  plants bugs, one or more for each promise of rotation and of restoring, and tells which of them the tests find; MUTANTS="-only I-8"
.PHONY: mutants
mutants: needs-go
	@$(GO) run ./tests/mutants $(MUTANTS)

##   make build    djscript for Linux and djscript.exe for Windows, in bin/
build: needs-go
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 $(GO) build -trimpath -ldflags '-s -w $(LDFLAGS)' -o bin/djscript .
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) build -trimpath -ldflags '-s -w $(LDFLAGS)' -o bin/djscript.exe .

##   make doc      the pages of the manual that are made of the stubs: reference.md, in both languages
doc: needs-go
	@for language in en pt-BR; do \
	  page=$$($(GO) run . docs --markdown --lang $$language); printf '%s\n' "$$page" > docs/manual/$$language/reference.md; \
	done

##   make clean    removes what was built; the demonstration store, which holds copies, stays
clean:
	rm -rf bin djscript djscript.exe

needs-go:
	@command -v $(GO) >/dev/null || { echo "Go 1.26 or later is needed: https://go.dev/dl/" >&2; exit 1; }

# Built here from its own module, so that nothing of it is in ours.
$(LINTER):
	@echo "Building golangci-lint $(LINTER_VERSION) into bin/ (once; a few minutes)"
	@GOBIN="$(CURDIR)/bin" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)
	@mv bin/golangci-lint $(LINTER)
