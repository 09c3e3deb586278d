#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# demo.sh - the Black Friday scenario from start to pictures, in out/black-friday (or OUT).
set -eu

BUILD=${BUILD:-build}
out=${OUT:-out/black-friday}

"$BUILD/mxsim" run scenarios/black-friday.cfg --out "$out"
"$BUILD/mxsim" plot "$out"
missing=
for name in summary.json timeseries.csv plan.cfg; do
    [ -s "$out/$name" ] || missing="$missing $name"
done
for kind in svg png; do
    compgen -G "$out/*.$kind" >/dev/null || missing="$missing *.$kind"
done
if [ -n "$missing" ]; then
    echo "$out lacks:$missing" >&2
    exit 1
fi
echo
echo "Written to $out:"
(cd "$out" && find . -type f | sort | sed 's|^\./|  |')
