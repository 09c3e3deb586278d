# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# support_cli.sh - what cli_*.sh share; each sources it from the root of the tree:
#
#   . tests/support_cli.sh || exit 1
#   cd "$work" || exit 1             # where it works in a folder of its own
#   expect 0 'delivered' run "$root/scenarios/reference.cfg"
#   finish "all well"
#
# MXSIM, BUILD, root: absolute paths of the program, the build and the tree. work: a folder, removed
# at the end, before which clean_up runs: a script that starts something defines it anew.
set -uo pipefail
export LC_ALL=C TZ=UTC

root=$PWD
MXSIM=$(realpath -e "${MXSIM:-build/mxsim}") || exit 1
BUILD=$(realpath -m "${BUILD:-build}")
export MXSIM_PATH=$root/scenarios
work=$(mktemp -d) || exit 1
clean_up() { :; }
trap 'clean_up; rm -rf "$work"' EXIT

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
# The last line of a script: WORDS where nothing failed, and the exit status (a count of failures
# would do for none: 77 means skipped, 256 is 0).
finish() {
    [ $failures = 0 ] && echo "$*"
    exit $((failures > 0))
}
# expect CODES TEXT ARGUMENTS...: exit code, one of CODES (such as 0 or "0|4"), and an extended
# regular expression that a line of the output (either stream) matches. They stay in out and err.
expect() {
    local wanted=$1 text=$2 code
    shift 2
    "$MXSIM" "$@" >out 2>err </dev/null
    code=$?
    [[ $code =~ ^($wanted)$ ]] || { fail "mxsim $*: $code instead of $wanted"; cat err; }
    [ -z "$text" ] || grep -qE -- "$text" out err || {
        fail "mxsim $*: does not say $text"
        head -n 20 out err
    }
}
