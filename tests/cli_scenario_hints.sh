#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_scenario_hints.sh - what the first lines of a shipped scenario propose to vary can be varied,
# and every preset loads without a mistake.
set -u
export LC_ALL=C
mxsim=${MXSIM:-build/mxsim}
hints=0 failed=0

# A hint is a line of the header with one or more "--set PATH=VALUE".
for file in scenarios/*.cfg; do
    "$mxsim" check "$file" >/dev/null || failed=$((failed + 1))
    while read -r line; do
        read -r -a words <<<"$line"
        options=()
        for ((i = 0; i + 1 < ${#words[@]}; i++)); do
            if [ "${words[i]}" = --set ]; then
                value=${words[i + 1]#\'}
                options+=(--set "${value%\'}")
            fi
        done
        [ ${#options[@]} -gt 0 ] || continue
        hints=$((hints + 1))
        if ! "$mxsim" check "$file" "${options[@]}" >/dev/null; then
            echo "$file: the hint ${options[*]} does not work"
            failed=$((failed + 1))
        fi
    done < <(sed -n '/^#/!q; s/^# *//p' "$file" | tr -d '`')
done
for file in scenarios/oracles/*.cfg; do
    "$mxsim" check "$file" >/dev/null || failed=$((failed + 1))
done
echo "$hints hints, $failed failures"
[ "$hints" -ge 40 ] && [ "$failed" = 0 ]
