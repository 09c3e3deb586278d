#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_live.sh - the live view in a terminal (one of script's) and without one.
. tests/support_cli.sh || exit 1
export MXSIM
cd "$work" || exit 1
long=$root/scenarios/black-friday.cfg
escape=$'\033'

seen_in_time() { # PATTERN PROCESS: waits until it is in ./seen, or the process ends
    local i
    for ((i = 0; i < 600; i++)); do
        grep -qE -- "$1" seen 2>/dev/null && return
        kill -0 "$2" 2>/dev/null || return
        sleep 0.1
    done
}
# Run in a terminal of so many columns until its live view has said `until` (or it ends), then
# Ctrl-C. COLUMNS may be two numbers, "120:50": the window becomes so narrow when `until` has been
# said, and Ctrl-C comes when a line of that width was drawn. What came is in ./seen, whose first
# line holds the command.
watch() { # COLUMNS UNTIL ENVIRONMENT... -- ARGUMENTS...
    local columns=${1%:*} narrow=${1#*:} until=$2 variables=()
    shift 2
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    rm -f seen keys resize
    mkfifo keys resize
    exec 7<>keys
    env --default-signal=INT "${variables[@]}" SHELL=/bin/sh script -qefc \
        "trap : INT; stty cols $columns rows 24
        (read word <resize && stty -F /dev/tty cols $narrow && echo re''sized) 2>&1 &
        $(printf '%q ' "$MXSIM" \
        "$@"); echo ended with \$?; kill \$! 2>&1" seen <keys >/dev/null 2>&1 &
    seen_in_time "$until" $!
    if [ "$columns" != "$narrow" ]; then
        exec 8<>resize
        echo now >&8
        exec 8<&- 8>&-
        seen_in_time "$escape\[J[^$escape]{10,$((narrow - 2))}$escape" $! # a CR with it
    fi
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
# Narrower on the way: the next line fits, and nothing above the cursor is touched.
watch 120:50 '[1-9]% .*delivered' TERM=xterm -- run "$long"
grep -q 'ended with 130' seen || fail "resize: $(tail -n 2 seen)"
[ "$(drawn | wc -L)" -gt 60 ] || fail "resize: no wide line was drawn"
tr '\r' '\n' <seen | sed -n '/resized/,$p' | sed "s/$escape\[J//g; s/\^C//" | grep '%' >after
[ "$(tail -n 1 after | wc -L)" -le 47 ] || fail "resize: a line of $(tail -n 1 after | wc -L)"
# wide are the line that there was, and one that may have been under way
[ "$(grep -cE '^.{48}' after)" -le 2 ] ||
    fail "resize: $(grep -cE '^.{48}' after) wide lines after it"
grep -qE "$escape\[[0-9]*[AFHd]|${escape}M" seen && fail "resize: the cursor goes up"
# Tables have colour, unless it is not wanted.
watch 80 'ended with [0-9]' TERM=xterm -- run "$root/scenarios/oracles/erlang-loss.cfg"
grep -qE "$escape\[[0-9;]*m" seen || fail "no colour in a terminal"
watch 80 'ended with [0-9]' NO_COLOR=1 TERM=xterm -- run "$root/scenarios/oracles/erlang-loss.cfg"
grep -qE "$escape\[[0-9;]*m" seen && fail "NO_COLOR: colour"
watch 80 'ended with [0-9]' TERM=dumb -- run "$root/scenarios/reference.cfg"
grep -q "$escape" seen && fail "TERM=dumb: escape sequences"
watch 80 'ended with [0-9]' TERM=xterm -- run "$root/scenarios/reference.cfg" --quiet
[ "$(grep -v '^Script ' seen | tr -d '\r' | sed 's:\^C::g')" = 'ended with 0' ] ||
    fail "--quiet says something"
"$MXSIM" run "$root/scenarios/reference.cfg" 2>err >out
grep -q "$escape" err out && fail "on a pipe: escape sequences"
finish "live view: resized, 40, 80 and 200 columns, Ctrl-C, dumb, no colour, quiet, pipe"
