# SPDX-License-Identifier: GPL-3.0-or-later
# Makefile - build, test, install. `make help` lists what there is to make.
#
# Sources are found by name: a new file in a folder that exists needs no change here. Everything
# made lies in $(BUILD).

VERSION := 0.1.0

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ifeq ($(origin CC),default)
CC := gcc
endif
AR ?= ar

# --- flags -------------------------------------------------------------------------------------
# MX_ flags are what the program needs to be right; CFLAGS and LDFLAGS are the user's.
CFLAGS ?= -O2 -g
MX_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -pthread -I. \
    -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes
MX_LDFLAGS := -pthread
MX_LIBS := -lcurl -lsqlite3 -lconfig -ljansson -lzstd -lcrypto -lgsl -lgslcblas -lm
# `mxsim sweep` over many machines: with OpenMPI where it is installed. MPI=0: without. Sanitizers find
# fault with the library itself, so their builds do without.
MPI ?= $(if $(SANITIZE),0,$(shell pkg-config --exists ompi-c 2>/dev/null && echo 1))
ifeq ($(MPI),1)
MPI_CFLAGS := -DMX_HAVE_MPI $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I ompi-c))
MX_LIBS += $(shell pkg-config --libs ompi-c)
MX_LDFLAGS += -Wl,--as-needed
endif
# What a compiler guesses at -march=native differs from processor to processor; a build for this one
# must not fail where others pass.
ifeq ($(NATIVE),1)
MX_CFLAGS += -march=native
WERROR ?= 0
endif
ifneq ($(WERROR),0)
MX_CFLAGS += -Werror
endif
# SANITIZE=address,undefined or thread; also fuzzer-no-link (clang).
ifneq ($(SANITIZE),)
MX_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
MX_LDFLAGS += -fsanitize=$(SANITIZE)
endif

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-5s %s\n'
endif

# --- what there is -----------------------------------------------------------------------------
TOOLS := tests/tools
MAIN := sim/cli/main.c
SOURCES := $(filter-out $(MAIN),$(sort $(wildcard models/*.c sim/*/*.c)))
# The library that a mail server could link: schedules, and what messages share at a destination.
RETRY_SOURCES := $(sort $(wildcard models/retry*.c models/exact_math.c models/destination.c \
    models/concurrency_window.c models/backoff_mode.c models/route_penalty.c sim/scheduler/*.c \
    sim/base/check.c))
TEST_NAMES := $(sort $(basename $(notdir $(wildcard tests/test_*.c tests/long_*.c))))
BENCH_NAMES := $(sort $(basename $(notdir $(wildcard tests/bench_*.c))))
FUZZ_NAMES := $(sort $(basename $(notdir $(wildcard tests/fuzz_*.c))))
SUPPORT_SOURCES := $(sort $(wildcard tests/support_*.c))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
MXSIM := $(if $(wildcard $(MAIN)),$(BUILD)/mxsim)
TEST_PROGRAMS := $(TEST_NAMES:%=$(BUILD)/tests/%)
BENCH_PROGRAMS := $(BENCH_NAMES:%=$(BUILD)/tests/%)
REPLAY_PROGRAMS := $(FUZZ_NAMES:%=$(BUILD)/tests/replay_%)
FUZZ_PROGRAMS := $(FUZZ_NAMES:%=$(BUILD)/tests/%)

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all tests benches fuzzers objects deps demo check test test-long lint format asan tsan \
    bench fuzz install uninstall clean help force

all: $(MXSIM) $(BUILD)/libmxretry.a $(BUILD)/libmxsim.a
objects: $(call object,$(SOURCES))
tests: $(MXSIM) $(TEST_PROGRAMS) $(REPLAY_PROGRAMS)
benches: $(MXSIM) $(BENCH_PROGRAMS)
fuzzers: $(FUZZ_PROGRAMS)

# --- compiling ---------------------------------------------------------------------------------
# Changed flags or another compiler build everything anew.
COMPILE := $(CC) $(MX_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK := $(CC) $(MX_LDFLAGS) $(CFLAGS) $(LDFLAGS)

# Write standard input to the target unless it holds just that already.
replace = { mkdir -p $(@D); cat >$@.new; cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@; }

$(BUILD)/flags: force
	@printf '%s\n' '$(COMPILE) $(MPI_CFLAGS)' '$(LINK) $(MX_LIBS)' | $(replace)

# Names what is missing and how to get it; silent, and no network, where nothing is.
$(BUILD)/packages: $(TOOLS)/install_packages.sh
	@mkdir -p $(@D)
	@$(TOOLS)/install_packages.sh --look build
	@touch $@

# The program's version, the commit it was built from, and where it looks for presets.
$(BUILD)/generated/build_facts.h: force
	@$(TOOLS)/build_facts.sh '$(VERSION)' '$(PREFIX)' '$(CC)' '$(CFLAGS)' | $(replace)

# Style and script of reports, built in.
REPORT_TEXTS := plots/report.css plots/report.js
$(BUILD)/generated/report_texts.h: $(REPORT_TEXTS) $(TOOLS)/embed.sh
	@$(TOOLS)/embed.sh $(REPORT_TEXTS) | $(replace)
	@touch $@

$(BUILD)/obj/sim/result/report_assets.o: $(BUILD)/generated/report_texts.h
$(BUILD)/obj/sim/result/report_assets.o: MX_CFLAGS += -I$(BUILD)/generated
$(BUILD)/obj/sim/base/version.o: $(BUILD)/generated/build_facts.h
$(BUILD)/obj/sim/base/version.o: MX_CFLAGS += -I$(BUILD)/generated

$(BUILD)/obj/sim/study/ranks.o: MX_CFLAGS += $(MPI_CFLAGS)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(BUILD)/packages
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(MX_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A source that came or went makes the archives anew, though no object is younger than they are.
$(BUILD)/archived: force
	@printf '%s\n' '$(SOURCES)' '$(RETRY_SOURCES)' '$(SUPPORT_SOURCES)' | $(replace)

archive = rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/libmxsim.a: $(call object,$(SOURCES)) $(BUILD)/archived
	$(say) AR $@
	$(Q)$(archive)
$(BUILD)/libmxretry.a: $(call object,$(RETRY_SOURCES)) $(BUILD)/archived
	$(say) AR $@
	$(Q)$(archive)
$(BUILD)/libmxtest.a: $(call object,$(SUPPORT_SOURCES)) $(BUILD)/archived
	@mkdir -p $(@D)
	$(Q)$(archive)

$(BUILD)/mxsim: $(call object,$(MAIN)) $(BUILD)/libmxsim.a
	$(say) LD $@
	$(Q)$(LINK) -o $@ $^ $(MX_LIBS)

TEST_LIBS := $(BUILD)/libmxtest.a $(BUILD)/libmxsim.a
$(TEST_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_LIBS)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ -lcmocka $(MX_LIBS)
$(BENCH_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_LIBS)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(MX_LIBS)
$(REPLAY_PROGRAMS): $(BUILD)/tests/replay_%: $(BUILD)/obj/tests/%.o \
    $(BUILD)/obj/tests/replay_main.o $(TEST_LIBS)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(MX_LIBS)
$(FUZZ_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_LIBS)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(MX_LIBS)

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)

# --- doing -------------------------------------------------------------------------------------
# Packages first, then a make of its own that may use all processors.
PARALLEL := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(MAKE) -j$(JOBS) --no-print-directory
SETTINGS = $(MAKEOVERRIDES)

deps:
	@$(TOOLS)/install_packages.sh all

demo:
	@$(TOOLS)/install_packages.sh demo
	@$(PARALLEL) all $(SETTINGS)
	@BUILD='$(BUILD)' $(TOOLS)/demo.sh

check test test-long:
	@$(TOOLS)/install_packages.sh $@
	@BUILD='$(BUILD)' CC='$(CC)' JOBS='$(JOBS)' V='$(V)' $(TOOLS)/run_tests.sh $@

asan tsan fuzz:
	@$(TOOLS)/install_packages.sh test
	@BUILD='$(BUILD)' CC='$(CC)' JOBS='$(JOBS)' V='$(V)' $(TOOLS)/run_tests.sh --groups $@

lint:
	@$(TOOLS)/install_packages.sh lint
	@BUILD='$(BUILD)' JOBS='$(JOBS)' $(TOOLS)/lint.sh

# Puts files into the shape that lint asks for: make format FILES="sim/base/check.c"
FILES ?= $(wildcard models/*.[ch] sim/*/*.[ch] tests/*.[ch])
format:
	@clang-format -i $(FILES)

bench:
	@$(TOOLS)/install_packages.sh bench
	@$(PARALLEL) benches $(SETTINGS)
	@BUILD='$(BUILD)' CC='$(CC)' FLAGS='$(MX_CFLAGS) $(CFLAGS)' $(TOOLS)/bench.sh

# --- installing --------------------------------------------------------------------------------
SHARE := $(DESTDIR)$(PREFIX)/share/mxsim
install: all
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BUILD='$(BUILD)' $(TOOLS)/install.sh install

uninstall:
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BUILD='$(BUILD)' $(TOOLS)/install.sh uninstall

clean:
	rm -rf $(BUILD)

help:
	@echo 'make            build $(BUILD)/mxsim and $(BUILD)/libmxretry.a, optimised'
	@echo 'make demo       install what is missing, build, run the Black Friday scenario, draw it'
	@echo 'make check      quick tests, under a minute'
	@echo 'make test       all tests, under ten minutes; ends in "N passed, N failed"'
	@echo 'make test-long  the same at full counts, all compilers and sanitizers'
	@echo 'make lint       format, clang-tidy, cppcheck, include floors, sizes, symbols'
	@echo 'make format     put the sources into shape (FILES="..." for some of them)'
	@echo 'make asan tsan  the tests under sanitizers;  make fuzz   a minute of fuzzing'
	@echo 'make bench      measure speed and memory; table and $(BUILD)/bench.json'
	@echo 'make deps       install the Debian packages that all of this needs'
	@echo 'make install    [DESTDIR=] [PREFIX=$(PREFIX)]; make uninstall takes it away again'
	@echo 'make clean      remove $(BUILD)'
	@echo
	@echo 'Settings: CC=clang  CFLAGS="-O3"  NATIVE=1 (this processor only)  BUILD=folder'
	@echo '          SANITIZE=address,undefined  MPI=0  WERROR=0  JOBS=2  V=1 (show commands)'
