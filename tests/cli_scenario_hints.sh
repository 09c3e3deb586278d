#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_scenario_hints.sh - what the first lines of a shipped scenario propose to vary can be varied,
# and every preset loads without a mistake; what check prints fits into 100 columns.
. tests/support_cli.sh || exit 1
hints=0
plan=$work/plan

# A hint is a line of the header with one or more "--set PATH=VALUE".
for file in scenarios/*.cfg; do
    { "$MXSIM" check "$file" && "$MXSIM" check "$file" --format table; } >"$plan" ||
        fail "$file"
    if grep -nE '.{101}| $' "$plan"; then
        fail "$file: check prints lines that are too long or end in blanks"
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
        "$MXSIM" check "$file" "${options[@]}" >/dev/null ||
            fail "$file: the hint ${options[*]} does not work"
    done < <(sed -n '/^#/!q; s/^# *//p' "$file" | tr -d '`')
done
for file in scenarios/oracles/*.cfg; do
    "$MXSIM" check "$file" >/dev/null || fail "$file"
done
[ "$hints" -ge 40 ] || fail "only $hints hints"
finish "$hints hints"
