#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: no-check
# cli_without_mpi.sh - the program as `make MPI=0` builds it: the one file that differs, and what it
# says when it is started several times at once.
set -uo pipefail

BUILD=${BUILD:-build}
MXSIM=$(realpath -e "${MXSIM:-$BUILD/mxsim}") || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# As it was built, but for MPI.
{ read -r compile; read -r link; } <"$BUILD/flags"
compile=${compile%% -DMX_HAVE_MPI*}
link="$link "
link=${link// -lmpi / }
$compile -c -o "$work/ranks.o" sim/study/ranks.c || fail "does not compile without MPI"
# shellcheck disable=SC2086 # words are wanted
set -- $link
libraries=()
options=()
for word; do
    case $word in -l* | -L*) libraries+=("$word") ;; *) options+=("$word") ;; esac
done
alone=$work/mxsim
"${options[@]}" -o "$alone" "$BUILD/obj/sim/cli/main.o" "$work/ranks.o" "$BUILD/libmxsim.a" \
    "${libraries[@]}" || fail "does not link without MPI"
! ldd "$alone" | grep -q 'libmpi' || fail "it needs libmpi"

export MXSIM_PATH=$PWD/scenarios
cd "$work" || exit 1
cat >s.cfg <<'TEXT'
pools = { p = { ips = ( { name = "ip"; age = "400d"; daily_volume = "1M"; } ); }; };
campaigns = { c = { pool = "p"; recipients = 500; window = "10m"; mix = { x = "100%"; }; }; };
providers = { x = { }; };
sources = { assumed = "silent"; };
TEXT
cat >study.cfg <<'TEXT'
scenario = "s.cfg"; replications = 2; metrics = ( "sent" );
parameters = { n = { path = "campaigns.c.recipients"; from = 100; to = 500; count = 5; }; };
TEXT

# Alone it gives the rows of the other one.
"$alone" sweep study.cfg --db alone.db --format csv >alone.csv || fail "alone: $?"
"$MXSIM" sweep study.cfg --db other.db --format csv >other.csv || fail "the other: $?"
cmp alone.csv other.csv || fail "other rows without MPI"

# By a launcher: each would do all of it, so none does.
for variable in OMPI_COMM_WORLD_SIZE=2 PMIX_RANK=0 PMI_RANK=1; do
    env "$variable" "$alone" sweep study.cfg --db launched.db >out 2>err
    [ $? = 1 ] || fail "$variable: not refused"
    grep -q 'built without MPI and cannot share a sweep' err || { fail "$variable"; cat err; }
    [ ! -e launched.db ] || fail "$variable: it wrote"
done
"$alone" --version >/dev/null || fail "--version"

# Where nothing tells of the launcher, the second one finds the database in use.
sed -i 's/500; count = 5/50000; count = 400/' study.cfg
"$alone" sweep study.cfg --db two.db --jobs 1 --quiet 2>first &
pid=$!
until [ -s two.db-wal ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
"$alone" sweep study.cfg --db two.db --quiet 2>second
[ $? = 1 ] || fail "a second one was not refused"
grep -q 'two.db: another process is using it' second || { fail "second"; cat second; }
kill -0 $pid || fail "the first did not go on"
kill -KILL $pid
wait $pid 2>/dev/null

[ $failures = 0 ]
