#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_live.sh - the live view in a terminal (one of script's) and without one.
set -uo pipefail

MXSIM=$(realpath -e "${MXSIM:-build/mxsim}") || exit 1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export MXSIM_PATH=$root/scenarios MXSIM
long=$root/scenarios/black-friday.cfg
escape=$'\033'

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
# Run in a terminal of so many columns until its live view has said `until` (or it ends), then
# Ctrl-C. What came is in ./seen.
watch() { # COLUMNS UNTIL ENVIRONMENT... -- ARGUMENTS...
    local columns=$1 until=$2 variables=() i
    shift 2
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    rm -f seen keys
    mkfifo keys
    exec 7<>keys
    env --default-signal=INT "${variables[@]}" SHELL=/bin/sh script -qefc \
        "trap : INT; stty cols $columns rows 24; $(printf '%q ' "$MXSIM" \
        "$@"); echo ended with \$?" seen <keys >/dev/null 2>&1 &
    for ((i = 0; i < 600; i++)); do
        grep -qE -- "$until" seen 2>/dev/null && break
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    printf '\003' >&7
    wait $!
    exec 7<&- 7>&-
}
drawn() { tr '\r' '\n' <seen | sed "s/$escape\[J//g; s/$escape\[[0-9]*A//g; s/\^C//" | grep '%'; }

for columns in 40 80 200; do
    watch $columns '[1-9]% .*delivered' TERM=xterm -- run "$long"
    grep -q 'ended with 130' seen || fail "$columns columns: $(tail -n 2 seen)"
    [ "$(drawn | wc -L)" -le $((columns - 3)) ] ||
        fail "$columns columns: a line of $(drawn | wc -L)"
    [ "$(drawn | wc -L)" -ge 15 ] || fail "$columns columns: nothing was drawn"
    # The last that was drawn is erased before the message comes.
    tr '\r' '\n' <seen | grep -qE "^$escape\[Jmxsim: interrupted" ||
        fail "$columns columns: the line is left on Ctrl-C"
    grep -q "$escape\[?" seen && fail "$columns columns: the terminal's settings are changed"
done
drawn | tail -n 1 |
    grep -qE '^\[#*\.+\] +[0-9]+% .* at .* of .* delivered .* deferrals .* pending$' ||
    fail "200 columns: $(drawn | tail -n 1)"
drawn | sed 's/.*\] *\([0-9]*\)%.*/\1/' | sort -nc || fail "the percentage falls"
watch 80 'ended' NO_COLOR=1 TERM=xterm -- run "$root/scenarios/oracles/erlang-loss.cfg"
grep -qE "$escape\[[0-9;]*m" seen && fail "NO_COLOR: colour"
watch 80 'ended' TERM=dumb -- run "$root/scenarios/reference.cfg"
grep -q "$escape" seen && fail "TERM=dumb: escape sequences"
watch 80 'ended' TERM=xterm -- run "$root/scenarios/reference.cfg" --quiet
[ "$(grep -v '^Script ' seen | tr -d '\r' | sed 's:\^C::g')" = 'ended with 0' ] ||
    fail "--quiet says something"
"$MXSIM" run "$root/scenarios/reference.cfg" 2>err >out
grep -q "$escape" err out && fail "on a pipe: escape sequences"
[ $failures = 0 ] || exit 1
echo "live view: 40, 80 and 200 columns, Ctrl-C, dumb, no colour, quiet, pipe"
