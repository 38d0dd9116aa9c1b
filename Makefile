# GNU make. "make help" lists the targets, CONTRIBUTING.md says how they are used.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
# SANITIZE=address,undefined   WERROR=1   PQTYPES=yes|no   CC=clang   V=1 (show commands)
SANITIZE ?=
WERROR ?=
PQTYPES ?=
V ?=
# Make's built-in default is "cc"; a CC of the command line or the environment wins.
ifeq ($(origin CC),default)
CC := gcc
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# A short line for each command, or with V=1 the command itself.
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2);)

# The libraries: looked for once, and not at all for the targets that compile nothing.
WITHOUT_CONFIG := help clean lint format uninstall bench-peers check-sanitize check-tsan \
    check-fallback check-fuzz check-valgrind check-cli check-pg check-pooler check-versions
ifneq ($(if $(MAKECMDGOALS),$(filter-out $(WITHOUT_CONFIG),$(MAKECMDGOALS)),all),)
CONFIG := $(BUILD)/config.mk
PROBED := $(shell [ $(CONFIG) -nt scripts/probe ] || { mkdir -p $(BUILD) && \
    $(if $(filter undefined,$(origin CHART_JS)),,CHART_JS=given) \
    CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' scripts/probe >$(CONFIG).new && \
    mv $(CONFIG).new $(CONFIG); } && echo yes)
ifneq ($(PROBED),yes)
$(error nothing was built, see above)
endif
include $(CONFIG)
endif

ifeq ($(PQTYPES),)
PQTYPES := $(PQTYPES_FOUND)
endif
ifeq ($(PQTYPES)$(PQTYPES_FOUND),yesno)
$(error PQTYPES=yes, but libpqtypes was not found (Debian 12: libpqtypes-dev, then make clean))
endif

# Two implementations of one header: *_pqtypes.c, or *_plain.c and *_none.c without libpqtypes.
ifeq ($(PQTYPES),yes)
OTHER := %_plain.c %_none.c
PQTYPES_LIBS := -lpqtypes
else
OTHER := %_pqtypes.c
PQTYPES_CPPFLAGS := -DPGWRITE_NO_LIBPQTYPES
endif

VERSION := $(shell cat VERSION)
ALL_CFLAGS = -std=c17 $(CFLAGS) -fno-omit-frame-pointer -pthread \
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
    $(if $(filter 1 yes,$(WERROR)),-Werror) \
    $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)
ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc $(PQTYPES_CPPFLAGS) $(CPPFLAGS) $(PKG_CFLAGS) \
    -DPGWRITE_VERSION='"$(VERSION)"'
ALL_LDFLAGS = -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)
ALL_LIBS = $(PQTYPES_LIBS) $(PKG_LIBS) -lm $(LIBS)
TEST_LIBS = $(shell $(PKG_CONFIG) --libs cmocka) $(ALL_LIBS)

# Chart.js goes into the program, for its HTML page. CHART_JS= builds without: the page then has its
# tables and pictures that need no script.
CHART_JS ?= $(CHART_JS_FOUND)

EMBED := $(sort $(wildcard workloads/*.yaml schemas/*.sql src/*/*.sql src/*/*.yaml src/*/*.css \
    src/*/*.js src/cli/*.mdoc src/cli/*.bash src/cli/*.zsh)) $(addprefix chart.js=,$(CHART_JS))
SOURCES := $(filter-out $(OTHER),$(sort $(wildcard src/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/embedded.o
LIBRARY := $(BUILD)/libpgwrite.a
PROGRAM := $(BUILD)/pgwrite

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,\
    $(filter-out $(OTHER),$(sort $(wildcard tests/unit/test_*.c))))
# Not a program: it is loaded into those that flush, to make a disk slow.
SLOW_FSYNC := $(BUILD)/tests/slow_fsync.so
HELPERS := $(patsubst tests/pg/%.c,$(BUILD)/tests/%,\
    $(filter-out $(OTHER) tests/pg/slow_fsync.c,$(sort $(wildcard tests/pg/*.c))))
# They write pages for the browser, and so are no server's.
PAGES := $(patsubst tests/browser/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/browser/*.c)))
BROWSER_TESTS := $(sort $(wildcard tests/browser/test_*.mjs))
CLI_TESTS := $(sort $(wildcard tests/cli/*.bats tests/cli/*/*.bats))
# Those of a pooler and of other versions have targets of their own.
PG_TESTS := $(filter-out tests/pg/pooler.bats tests/pg/versions.bats,\
    $(sort $(wildcard tests/pg/*.bats tests/pg/*/*.bats)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 20

# Written by the program itself, from the tables of its options.
MANUAL := $(BUILD)/pgwrite.1
COMPLETIONS := $(BUILD)/completion.bash $(BUILD)/completion.zsh

.PHONY: all
all: $(PROGRAM) ## build build/pgwrite (the default)

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'
	@echo
	@echo 'Variables: BUILD=dir CC=clang CFLAGS=-O3 WERROR=1 SANITIZE=address,undefined'
	@echo '           PQTYPES=yes|no V=1 PREFIX=/usr/local DESTDIR= PROVE_FLAGS=-v FUZZ_SECONDS=20'
	@echo '           CHART_JS=file (of Chart.js 3, for the HTML page)'
	@echo '           PGWRITE_TEST_BIN=dir (of the server that tests start)'

.PHONY: tests
tests: $(UNIT_TESTS) $(HELPERS) $(SLOW_FSYNC) ## build the test programs

# The server that the tests start, where it is not the one that pgwrite would find.
ifneq ($(PGWRITE_TEST_BIN),)
export PATH := $(PGWRITE_TEST_BIN):$(PATH)
endif

# The longest first: what is short fills the gaps at the end.
KINDS ?= pg cli unit
TESTS_unit = $(UNIT_TESTS)
TESTS_cli = $(CLI_TESTS)
TESTS_pg = $(PG_TESTS)
TESTS = $(foreach kind,$(KINDS),$(TESTS_$(kind)))

# The others run beside each other. These run alone, after them: they hold times against each other, or
# kill servers, whose shared memory would be taken for what another test has left behind.
ALONE := $(patsubst %,tests/pg/%.bats,ceiling companions engine exits load lock_log modes pooler \
    predict reconnect size statistics throwaway truth tune versions waits)

prove = PGWRITE_BUILD=$(BUILD) prove $(1) $(PROVE_FLAGS) --exec scripts/tap-run $(2)
prove_if_any = $(if $(strip $(2)),$(call prove,$(1),$(2)) || code=1;)

# Programs that the wanted kinds of tests need: a build with a sanitizer is slow enough.
NEEDED_unit = $(UNIT_TESTS)
NEEDED_pg = $(HELPERS) $(SLOW_FSYNC)
NEEDED = $(foreach kind,$(KINDS),$(NEEDED_$(kind)))

.PHONY: check
check: all $(NEEDED) ## run the unit, command-line and server tests
	@code=0; \
	$(call prove_if_any,-j4,$(filter-out $(ALONE),$(TESTS))) \
	$(call prove_if_any,,$(filter $(ALONE),$(TESTS))) \
	exit $$code

.PHONY: check-unit
check-unit: $(UNIT_TESTS) ## run the unit tests: seconds, no server
	$(call prove,-j2,$(UNIT_TESTS))

.PHONY: check-cli
check-cli: ## run the command-line tests
	$(MAKE) KINDS=cli check

.PHONY: check-pg
check-pg: ## run the tests against throwaway servers
	$(MAKE) KINDS=pg check

# The variants build into folders of their own, so that a change of flags never rebuilds the other. Each
# runs the server tests in which it can find something that the plain run can't.
server_tests = PG_TESTS='$(1:%=tests/pg/%.bats)'

.PHONY: check-sanitize
check-sanitize: ## unit and server tests under AddressSanitizer and UBSan
	$(MAKE) BUILD=build-sanitize SANITIZE=address,undefined KINDS='pg unit' \
	    $(call server_tests,paths type_agree waits lock_log write threads) check

.PHONY: check-tsan
check-tsan: ## server tests under ThreadSanitizer
	$(MAKE) BUILD=build-tsan SANITIZE=thread KINDS=pg $(call server_tests,paths waits threads metrics) \
	    check

.PHONY: check-valgrind
check-valgrind: ## unit tests under valgrind
	TAP_WRAPPER='valgrind --quiet --error-exitcode=99 --leak-check=full' $(MAKE) check-unit

.PHONY: check-fallback
check-fallback: ## server tests of a build without libpqtypes
	$(MAKE) BUILD=build-fallback PQTYPES=no KINDS=pg \
	    $(call server_tests,paths type_agree waits) check

.PHONY: check-pooler
check-pooler: ## tests through pgbouncer
	$(MAKE) KINDS=pg $(call server_tests,pooler) check

.PHONY: check-html
check-html: $(BUILD)/tests/test_html ## hold the HTML page against the W3C's own checker (needs Java)
	PGWRITE_BUILD=$(BUILD) scripts/check-html

.PHONY: check-versions
check-versions: ## a short test on each other version of PostgreSQL (all tests: scripts/check-versions)
	scripts/check-versions --short 13 14 16 17 18

.PHONY: check-browser
check-browser: all $(PAGES) ## look at the HTML report in a real browser (chromium)
	$(call prove,,$(BROWSER_TESTS))

.PHONY: docs-screenshots
docs-screenshots: all ## take the pictures of the HTML report in docs/
	PGWRITE=$(PROGRAM) scripts/browser tests/browser/screenshots.mjs docs

.PHONY: check-hlog
check-hlog: all ## read a histogram log by another's reader (npm fetches it once)
	scripts/check-hlog $(PROGRAM)

.PHONY: check-fuzz
check-fuzz: ## fuzz each parser for FUZZ_SECONDS (needs clang)
	$(MAKE) BUILD=build-fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined run-fuzzers

.PHONY: run-fuzzers
run-fuzzers: $(FUZZERS)
	@set -e; for fuzzer in $(FUZZERS); do \
	    name=$${fuzzer##*/fuzz_}; \
	    new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	    echo "fuzz_$$name: $(FUZZ_SECONDS) s"; \
	    $$fuzzer -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1 \
	        -artifact_prefix=$(BUILD)/ "$$new" tests/fuzz/corpus/$$name; \
	    rm -rf "$$new"; \
	done

.PHONY: lint
lint: ## check layers, sizes, format, clang-tidy, cppcheck
	scripts/lint

.PHONY: format
format: ## reformat every C file
	clang-format -i $(wildcard src/*.[ch] src/*/*.[ch] tests/*/*.[ch])

.PHONY: study-aa
study-aa: all ## count false alarms: 100 studies of the same variant twice, half an hour
	@scripts/study-aa

.PHONY: study-fsync
study-fsync: all tests ## hold the model of other disks against slow ones, six minutes
	@scripts/study-fsync

.PHONY: study-size
study-size: all ## run the capacity that size finds again, and 1.15 times it: half an hour
	@scripts/study-size

.PHONY: study-known
study-known: all ## size a server whose capacity is known: four minutes
	@scripts/study-known

.PHONY: bench-peers
bench-peers: ## measure pgwrite beside pgbench and other tools
	scripts/bench-peers

SHARE = $(DESTDIR)$(PREFIX)/share
INSTALLED_MANUAL = $(SHARE)/man/man1/pgwrite.1
INSTALLED_BASH = $(SHARE)/bash-completion/completions/pgwrite
INSTALLED_ZSH = $(SHARE)/zsh/site-functions/_pgwrite

.PHONY: install
install: all $(MANUAL) $(COMPLETIONS) ## install under PREFIX (/usr/local), below DESTDIR if set
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/pgwrite/workloads \
	    $(DESTDIR)$(PREFIX)/share/pgwrite/schemas $(dir $(INSTALLED_MANUAL) \
	    $(INSTALLED_BASH) $(INSTALLED_ZSH))
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/pgwrite
	install -m 644 $(wildcard workloads/*.yaml) $(DESTDIR)$(PREFIX)/share/pgwrite/workloads
	install -m 644 $(wildcard schemas/*.sql) $(DESTDIR)$(PREFIX)/share/pgwrite/schemas
	install -m 644 $(MANUAL) $(INSTALLED_MANUAL)
	install -m 644 $(BUILD)/completion.bash $(INSTALLED_BASH)
	install -m 644 $(BUILD)/completion.zsh $(INSTALLED_ZSH)

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/pgwrite $(INSTALLED_MANUAL) $(INSTALLED_BASH) $(INSTALLED_ZSH)
	rm -rf $(DESTDIR)$(PREFIX)/share/pgwrite

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD) build-sanitize build-tsan build-fallback build-fuzz build-clang

# Stamps: rewritten only when what they hold differs, so a change of flags, of the list of sources
# or of the embedded files rebuilds what depends on it and nothing else does.
quote = '$(subst ','\'',$(1))'
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(1)) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
endef

.PHONY: FORCE
FORCE:

$(BUILD)/flags: FORCE
	$(call stamp,$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(ALL_LIBS))

$(BUILD)/objects: FORCE
	$(call stamp,$(OBJECTS))

$(BUILD)/embed-list: FORCE
	$(call stamp,$(EMBED))

$(BUILD)/embedded.c: scripts/embed $(patsubst chart.js=%,%,$(EMBED)) $(BUILD)/embed-list
	$(call say,EMBED,$@) scripts/embed $(EMBED) >$@

$(BUILD)/embedded.o: $(BUILD)/embedded.c $(BUILD)/flags
	$(call say,CC,$<) $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# Made anew: ar would keep the members of sources that are gone.
$(LIBRARY): $(OBJECTS) $(BUILD)/objects
	@rm -f $@
	$(call say,AR,$@) $(AR) rcs $@ $(OBJECTS)

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LINK,$@) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(ALL_LIBS) -o $@

$(MANUAL): $(PROGRAM)
	$(call say,MAN,$@) $(PROGRAM) man >$@

$(COMPLETIONS): $(BUILD)/completion.%: $(PROGRAM)
	$(call say,WRITE,$@) $(PROGRAM) completion $* >$@

.PHONY: cmocka
cmocka:
	@$(PKG_CONFIG) --exists cmocka || { \
	    echo 'pgwrite: the tests need cmocka (Debian package libcmocka-dev);' >&2; \
	    echo '    ./scripts/install-deps test   installs what tests need' >&2; exit 1; }

define test_program
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(filter %.o %.a,$^) $(TEST_LIBS) -o $@
endef

$(UNIT_TESTS): $(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIBRARY) | cmocka
	$(test_program)

$(HELPERS): $(BUILD)/tests/%: $(BUILD)/tests/pg/%.o $(LIBRARY) | cmocka
	$(test_program)

$(PAGES): $(BUILD)/tests/%: $(BUILD)/tests/browser/%.o $(LIBRARY) | cmocka
	$(test_program)

# Without a sanitizer: it goes into programs that have none.
$(SLOW_FSYNC): tests/pg/slow_fsync.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(CC) -fPIC -shared $(filter-out -fsanitize=% -fno-sanitize-recover=%,\
	    $(ALL_CPPFLAGS) $(ALL_CFLAGS)) $< -ldl -o $@

$(FUZZERS): $(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBRARY)
	$(call say,LINK,$@) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer \
	    $(filter %.o %.a,$^) $(ALL_LIBS) -o $@

.SECONDARY:
-include $(wildcard $(BUILD)/*.d $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)
