#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: timeout=300 no-asan
# cli_determinism.sh - the same scenario, seed and version give the same bytes: for any number of
# jobs, from gcc and clang builds, under valgrind, with the processor's FMA and AVX2 hidden from
# libm, by the exact loop, with and without a trace.
. tests/support_cli.sh || exit 1
set -e

# Every shipped mechanism, small: Black Friday with a few thousand recipients.
scenario=scenarios/black-friday.cfg
settings=(--set campaigns.sale.recipients=6000 --set campaigns.receipts.recipients=300
    --set 'pools.main.ips[0].count=2' --set 'pools.main.ips[1].count=1'
    --set 'pools.main.ips[0].daily_volume=300' --set 'pools.main.ips[1].daily_volume=300'
    --set providers.gmail.allowance.floor=100/day --set providers.yahoo.allowance.floor=100/day)

# run NAME PROGRAM... : a run into work/NAME.
run() {
    local name=$1
    shift
    "$@" --seed "${seed:-7}" "${settings[@]}" --quiet --out "$work/$name" >"$work/$name.log" 2>&1 ||
        { cat "$work/$name.log"; fail "$name did not run"; return; }
    # all but "performance" is to be the same: it is the last member of the file
    sed '/"performance"/,$d' "$work/$name/summary.json" >"$work/$name/summary"
}

# same NAME [FILE...]: as the first run.
same() {
    local name=$1 file
    shift
    for file in "$@"; do
        cmp "$work/first/$file" "$work/$name/$file" || fail "$name: $file differs"
    done
}
results=(summary timeseries.csv delivered_by_age.csv reputation.csv attempts_by_number.csv
    warm_up.csv plan.cfg)

traced() { # NAME PROGRAM...
    local name=$1
    shift
    mkdir -p "$work/$name"
    run "$name" "$@" --trace "$work/$name/trace.csv"
}

traced first "$MXSIM" run $scenario --replications 3 --jobs 1
[ "$(wc -l <"$work/first/trace.csv")" -gt 10000 ] || fail "few rows: nothing to compare"
for jobs in 2 7; do
    traced "jobs$jobs" "$MXSIM" run $scenario --replications 3 --jobs $jobs
    same "jobs$jobs" "${results[@]}" trace.csv
done

run untraced "$MXSIM" run $scenario --replications 3 --jobs 2
same untraced "${results[@]}"

run exact "$MXSIM" run $scenario --replications 3 --jobs 2 --exact
same exact "${results[@]}"

# That hiding FMA takes effect shows in libm itself: its last bits differ, on a processor with FMA.
no_fma=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX,-AVX512F
cat >"$work/libm.c" <<'EOF'
#include <math.h>
#include <stdio.h>
int main(void)
{
    for (int i = 1; i < 20000; i++)
        printf("%a %a %a %a\n", exp(i * 0.0007), log(i * 0.7), pow(i, 1.3), sin(i));
}
EOF
if "${CC:-gcc}" -O1 -ffp-contract=off -o "$work/libm" "$work/libm.c" -lm; then
    "$work/libm" >"$work/libm.bits"
    GLIBC_TUNABLES=$no_fma "$work/libm" >"$work/libm.no_fma"
    if ! grep -qw fma /proc/cpuinfo; then
        echo "this processor has no FMA: that hiding it changes nothing says nothing here"
    elif cmp -s "$work/libm.bits" "$work/libm.no_fma"; then
        fail "libm computes the same with FMA hidden: the tunable does nothing here"
    else
        echo "of 19999 lines by libm" \
            "$(diff "$work/libm.bits" "$work/libm.no_fma" | grep -c '^<') differ without FMA"
    fi
else
    fail "the program that looks at libm does not compile"
fi
GLIBC_TUNABLES=$no_fma \
    traced no_fma "$MXSIM" run $scenario --replications 3 --jobs 2
same no_fma "${results[@]}" trace.csv

if [ -x "$BUILD/clang/mxsim" ]; then
    traced clang "$BUILD/clang/mxsim" run $scenario --replications 3 --jobs 2
    same clang "${results[@]}" trace.csv
fi

if command -v valgrind >/dev/null; then
    traced valgrind valgrind -q --error-exitcode=9 "$MXSIM" run $scenario --replications 1
    traced plain "$MXSIM" run $scenario --replications 1
    for file in summary timeseries.csv reputation.csv trace.csv; do
        cmp "$work/plain/$file" "$work/valgrind/$file" || fail "valgrind: $file differs"
    done
fi

# looking more often, or less, changes nothing that is seen: only the name of what was run
for every in 1m 3h; do
    traced "every$every" "$MXSIM" run $scenario --replications 3 \
        --set output.timeseries_every=$every
    same "every$every" trace.csv
    for name in first "every$every"; do
        jq 'del(.performance, .scenario)' "$work/$name/summary.json" >"$work/$name/metrics"
    done
    same "every$every" metrics
    ! cmp -s "$work/first/timeseries.csv" "$work/every$every/timeseries.csv" ||
        fail "output.timeseries_every=$every changes nothing at all"
done

# and another seed is another run
seed=8 run other "$MXSIM" run $scenario --replications 3
! cmp -s "$work/first/timeseries.csv" "$work/other/timeseries.csv" ||
    fail "the seed changes nothing"

finish "all the same"
