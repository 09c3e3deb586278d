#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_schedule.sh - attempt times of policies when every attempt is refused.
set -uo pipefail

MXSIM=$(realpath -e "${MXSIM:-build/mxsim}") || exit 1
export MXSIM_PATH=$PWD/scenarios
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
# prints ATTEMPTS EXPIRES EXPIRY ARGUMENTS...
prints() {
    local wanted="{\"policy\": \"bluecore\", \"attempts_s\": [$1], \"expires_s\": $2"
    wanted="$wanted, \"expiry\": \"$3\"}"
    shift 3
    got=$("$MXSIM" schedule "$@" --json) || fail "schedule $* fails"
    [ "$got" = "$wanted" ] || fail "schedule $*:
$got
instead of
$wanted"
}

# minutes 0 2 7 17 37 77 157 317 637 1277 2557, and 72 h
bluecore='0, 120, 420, 1020, 2220, 4620, 9420, 19020, 38220, 76620, 153420'
prints "$bluecore" 259200 deadline bluecore
prints '0, 120, 420' 1020 deadline bluecore --set lifetime=17m
prints '0, 120, 420' 420 early bluecore --set lifetime=17m --set expiry=early \
    --set 'gaps=["2m","5m","11m"]'
prints '0, 0.25, 0.5' 0.5 attempts bluecore --set 'gaps=["250ms"]' --set then=repeat \
    --set expiry=attempts --set max_attempts=3

"$MXSIM" schedule bluecore >"$work/table" || fail "the table"
grep -qE '^ +11 +21h 20m +1d 18h 37m +153420$' "$work/table" || fail "row 11 of the table"
grep -qE '^ *expiry +3d +259200$' "$work/table" || fail "expiry in the table"
grep -q 'one soft bounce' "$work/table" || fail "what expiry means"

# without an end: cut where it is said
"$MXSIM" schedule bluecore --set lifetime=none --set 'gaps=["1h"]' --set then=repeat \
    >"$work/table" || fail "a policy without an end"
[ "$(grep -cE '^ +[0-9]+ ' "$work/table")" = 1000 ] || fail "not cut at 1000 attempts"
grep -q 'Cut after 1000 attempts' "$work/table" || fail "the cut is not stated"
"$MXSIM" schedule bluecore --set lifetime=none --json |
    grep -q '"expires_s": null, "expiry": "none"}' || fail "no expiry in JSON"

[ $failures = 0 ] && echo "on time"
exit $failures
