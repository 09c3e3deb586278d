#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_scenario_hints.sh - what the first lines of a shipped scenario propose to vary can be varied,
# and every preset loads without a mistake; what check prints fits into 100 columns.
set -u
export LC_ALL=C
mxsim=${MXSIM:-build/mxsim}
hints=0 failed=0
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT

# A hint is a line of the header with one or more "--set PATH=VALUE".
for file in scenarios/*.cfg; do
    { "$mxsim" check "$file" && "$mxsim" check "$file" --format table; } >"$plan" ||
        failed=$((failed + 1))
    if grep -nE '.{101}| $' "$plan"; then
        echo "$file: check prints lines that are too long or end in blanks"
        failed=$((failed + 1))
    fi
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
