#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_packages.sh - what the package script says and does, with stand-ins for dpkg and apt.
# mxtest: check no-asan
set -eu

script=$PWD/tests/tools/install_packages.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"

# have PACKAGE...: what dpkg-query knows; "rc" is a removed one whose settings remain.
have() {
    printf '#!/bin/sh\nprintf "%%b" "%s"\n' \
        "$(printf 'ii %s\\n' "$@")rc jq\\n" >"$work/bin/dpkg-query"
    chmod +x "$work/bin/dpkg-query"
}
stand_in() { # NAME STATUS: notes its calls
    printf '#!/bin/sh\necho "%s $*" >>"%s"\necho said by %s\nexit %s\n' "$1" "$work/calls" "$1" \
        "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
    : >"$work/calls"
}
run() {
    status=0
    PATH=$work/bin:$PATH "$script" "$@" >"$work/out" 2>&1 || status=$?
}
fail() {
    echo "$1; status $status, printed:"
    cat "$work/out"
    exit 1
}
build="gcc libc6-dev make libgsl-dev libconfig-dev librandom123-dev libjansson-dev libzstd-dev
    libssl-dev libcurl4-openssl-dev libsqlite3-dev tzdata"

printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo" # when the test is not run by root
chmod +x "$work/bin/sudo"
stand_in apt-get 0

have $build
run build
[ "$status" = 0 ] && [ ! -s "$work/out" ] && [ ! -s "$work/calls" ] || fail "all there: no word"
run --look build
[ "$status" = 0 ] && [ ! -s "$work/out" ] || fail "all there: no word"

run --look demo
[ "$status" = 1 ] && [ ! -s "$work/calls" ] || fail "looking installs nothing"
grep -q 'missing: gnuplot-nox fonts-dejavu-core$' "$work/out" || fail "names what is missing"
grep -q "make deps" "$work/out" || fail "says what to do"

run demo
[ "$status" = 0 ] || fail "installs"
head -n 1 "$work/out" | grep -q 'missing: gnuplot-nox fonts-dejavu-core$' || fail "named first"
grep -q '^apt-get install -y .*gnuplot-nox fonts-dejavu-core$' "$work/calls" || fail "asked apt"

run check
grep -q 'install.* jq' "$work/calls" || fail "a removed package is missing"

stand_in apt-get 100
run demo
[ "$status" = 1 ] && grep -q 'said by apt-get' "$work/out" || fail "shows why apt failed"
run nonsense
[ "$status" = 2 ] || fail "unknown target"

# a browser is wanted, not needed
stand_in apt-get 0
run test
all=$(sed -n 's/.*missing://p' "$work/out")
have $build $all
stand_in apt-get 0
run test
[ "$status" = 0 ] && grep -q 'install.* chromium' "$work/calls" || fail "the browser"
stand_in apt-get 100
run test
[ "$status" = 0 ] && grep -q 'the test that needs it will say so' "$work/out" ||
    fail "without the browser"
run --look test
[ "$status" = 0 ] || fail "looking passes over it"
