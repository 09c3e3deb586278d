#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run_one.sh LOGS NAME SECONDS-MAX COMMAND... - one test of a group, its output kept.
#
# Writes LOGS/NAME.log and LOGS/NAME.result: "passed failed seconds", counted in cases where the
# test is a cmocka program (its closing lines tell), else the test is one case. A cmocka program
# that ran no case has failed.
set -u

logs=$1 name=$2 seconds_max=$3
shift 3
log=$logs/$name.log

start=$EPOCHREALTIME
timeout --kill-after=10 "$seconds_max" "$@" >"$log" 2>&1 </dev/null
status=$?
seconds=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')

passed=1 failed=0
case $(basename "$1") in
test_* | long_*)
    counts=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/p \1/p
        s/^\[  FAILED  \] \([0-9]*\) test(s).*/f \1/p' "$log")
    if [ -n "$counts" ] || [[ $1 != *.sh ]]; then
        passed=$(awk '$1 == "p" { n += $2 } END { print n + 0 }' <<<"$counts")
        failed=$(awk '$1 == "f" { n += $2 } END { print n + 0 }' <<<"$counts")
    fi
    ;;
esac
if [ "$status" = 77 ] && [[ $1 == *.sh ]]; then
    passed=0 # skipped: said so itself
elif [ "$status" != 0 ]; then
    [ "$failed" != 0 ] || failed=1
    [[ $1 != *.sh ]] || passed=0
    case $status in
    124 | 137) echo "$name: ended after $seconds_max s" >>"$log" ;;
    *) echo "$name: ended with status $status" >>"$log" ;;
    esac
elif [ $((passed + failed)) = 0 ]; then
    failed=1
    echo "$name: ran no test" >>"$log"
fi
echo "$passed $failed $seconds" >"$logs/$name.result"
[ "$failed" = 0 ]
