#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_runner.sh - the test runner itself: what fails, hangs, crashes or runs nothing turns it red.
# mxtest: check no-asan
set -eu

runner=$PWD/tests/tools/run_tests.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests" "$work/build/tests"

# program NAME TEXT STATUS: a stand-in for a compiled test.
program() {
    printf '#!/bin/sh\nprintf "%%b" "%s"\nexit %s\n' "$2" "$3" >"$work/build/tests/$1"
    chmod +x "$work/build/tests/$1"
    echo "// $1 ${4-}" >"$work/tests/$1.c"
}
# expect STATUS CLOSING-LINE: run the unit group over what there is, then clear it away.
expect() {
    local status=0
    (cd "$work" && BUILD=build JOBS=2 MX_TESTS_DIR=tests "$runner" --groups unit) \
        >"$work/out" 2>&1 || status=$?
    if [ "$status" != "$1" ] || [ "$(tail -n 1 "$work/out")" != "$2" ]; then
        echo "expected status $1 and '$2', got $status and:"
        cat "$work/out"
        exit 1
    fi
    rm -f "$work"/tests/* "$work"/build/tests/*
}

program test_a '[  PASSED  ] 3 test(s).\n' 0
program test_b '[  PASSED  ] 2 test(s).\n' 0
expect 0 '5 passed, 0 failed'

program test_a '[  PASSED  ] 2 test(s).\n[  FAILED  ] 1 test(s), listed below:\n' 1
program test_b '[  PASSED  ] 2 test(s).\n' 0
expect 1 '4 passed, 1 failed'
grep -q 'test_a failed; it printed' "$work/out"

program test_a '[  PASSED  ] 2 test(s).\n' 134 # a crash at the end
expect 1 '2 passed, 1 failed'

program test_a 'nothing\n' 0 # no case
expect 1 '0 passed, 1 failed'

program test_a 'wrong\n[  FAILED  ] 1 test(s), listed below:\n' 0 # red, though it ends with 0
expect 1 '0 passed, 1 failed'

program test_a '[  PASSED  ] 1 test(s).\n' 0
rm "$work/build/tests/test_a" # was not built
expect 1 '0 passed, 1 failed'

program test_a '' '0; sleep 60' 'mxtest: timeout=1'
sed -i 's/^exit.*/sleep 60/' "$work/build/tests/test_a"
expect 1 '0 passed, 1 failed'
grep -q 'ended after 1 s' "$work/out"

expect 1 '0 passed, 1 failed' # there is no test at all
grep -q 'nothing to run' "$work/out"

# Marks: no-check stays out of the quick group, check brings a script into it.
mkdir -p "$work/build"
program test_a '[  PASSED  ] 1 test(s).\n' 0
program test_b '[  PASSED  ] 1 test(s).\n' 0 'mxtest: no-check'
printf '# mxtest: check\nexit 0\n' >"$work/tests/cli_a.sh"
printf '# mxtest: no-check\nexit 1\n' >"$work/tests/cli_b.sh"
(cd "$work" && BUILD=build JOBS=1 MX_TESTS_DIR=tests "$runner" --groups quick) >"$work/out"
[ "$(tail -n 1 "$work/out")" = '2 passed, 0 failed' ]
program test_c '[  PASSED  ] 3 test(s).\n' 0
(cd "$work" && BUILD=build JOBS=1 MX_TESTS_DIR=tests "$runner" --groups quick) >"$work/out"
[ "$(tail -n 1 "$work/out")" = '5 passed, 0 failed' ]

# Full counts are for the groups that are for them.
rm -f "$work"/tests/* "$work"/build/tests/*
printf '# mxtest: full check\necho "full: ${MX_FULL-no}"\n' >"$work/tests/cli_a.sh"
(cd "$work" && unset MX_FULL && BUILD=build JOBS=1 MX_TESTS_DIR=tests "$runner" --groups cli full) \
    >"$work/out"
[ "$(cat "$work/build/test-logs/cli/cli_a.sh.log" "$work/build/test-logs/full/cli_a.sh.log")" = \
    'full: no
full: 1' ]
program test_a '[  PASSED  ] 1 test(s).\n' 0
printf '# mxtest: check\nexit 0\n' >"$work/tests/cli_a.sh"

# What asks for full counts has the mark, or would never have them.
for file in $(grep -lE 'mx_test_full\(|MX_FULL' tests/test_*.c tests/cli_*.sh); do
    [ "$file" = tests/cli_runner.sh ] || head -n 20 "$file" | grep -q 'mxtest:.* full' || {
        echo "$file asks for full counts, and lacks the mark"
        exit 1
    }
done

# A group beside another counts as any other, and comes last.
program test_a '' '0; sleep 60' 'mxtest: timeout=1'
sed -i 's/^exit.*/sleep 60/' "$work/build/tests/test_a"
rm -f "$work"/tests/test_[bc].c
(cd "$work" && BUILD=build JOBS=1 MX_TESTS_DIR=tests "$runner" --groups 'unit&' quick) \
    >"$work/out" && exit 1
[ "$(grep -c 'test_a failed' "$work/out")" = 2 ]
[ "$(tail -n 1 "$work/out")" = '1 passed, 2 failed' ]
[ "$(awk '$3 == "passed" { print $1 }' "$work/out" | tr '\n' ' ')" = 'quick unit ' ]
