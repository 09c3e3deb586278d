#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bench.sh - measure speed and memory; prints a table and writes BUILD/bench.json.
#
# From the environment: BUILD, CC, FLAGS (told, not used), SIZES (recipients of the Black Friday
# scenario, default 1M to 100M), RUNS (each is run so often, the fastest counts; default 3, the
# largest once), MESSAGES (of real mail, default 100000). Nothing here passes or fails: the budget
# stands beside what was measured.
set -u
export LC_ALL=C TZ=UTC

BUILD=${BUILD:-build}
SIZES=${SIZES:-1000000 12000000 100000000}
RUNS=${RUNS:-3}
MXSIM=$BUILD/mxsim
NS_PER_MESSAGE=40 NS_PER_ATTEMPT=60 BYTES_PER_PENDING=24 GROWTH_MAX=1.3 SPEEDUP_MAX=1.1
lines=$BUILD/bench.lines
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
: >"$lines"

keep() { # JSON-LINE
    echo "$1" >>"$lines"
}

# --- machine ---------------------------------------------------------------------------------
machine=$(jq -n \
    --arg cpu "$(lscpu | sed -n 's/^Model name: *//p' | head -n 1)" \
    --arg cores "$(nproc)" \
    --arg memory "$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)" \
    --arg compiler "$(${CC:-gcc} --version | head -n 1)" \
    --arg flags "${FLAGS:-}" \
    --arg version "$("$MXSIM" --version 2>/dev/null | head -n 1)" \
    --arg load "$(cut -d ' ' -f 1 /proc/loadavg)" \
    --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    '{cpu: $cpu, cores: ($cores | tonumber), memory_bytes: ($memory | tonumber),
      compiler: $compiler, flags: $flags, version: $version,
      load_before: ($load | tonumber), date: $date}')
jq -r '"\(.cpu), \(.cores) cores, \(.memory_bytes / 1073741824 | round) GiB; load \(.load_before)",
    "\(.compiler)", "\(.flags)", "\(.version)"' <<<"$machine"
if jq -e '.load_before > 0.5' <<<"$machine" >/dev/null; then
    echo "Something else is running (load above 0.5): the figures below are too high."
fi

# --- parts -----------------------------------------------------------------------------------
echo
printf '%-44s %12s\n' 'part alone' 'ns'
for source in tests/bench_*.c; do
    [ -e "$source" ] || continue
    "$BUILD/tests/$(basename "$source" .c)" >"$work/part" || echo "$source failed"
    while read -r line; do
        keep "$line"
        jq -r '[([.bench, .queue // empty, (.pending // empty | "\(. / 1e6) M pending")]
            | join(" ")), .ns_per_operation, .bytes_per_pending // empty] | @tsv' <<<"$line" |
            awk -F '\t' '{ printf "%-44s %12.1f%s\n", $1, $2, $3 ? "   " $3 " bytes each" : "" }'
    done <"$work/part"
done

# --- the program -----------------------------------------------------------------------------
# run NAME RUNS OPTIONS...: the fastest of RUNS, its "performance" in $work/NAME.json.
run() {
    local name=$1 runs=$2 best='' wall cpu
    local TIMEFORMAT='%U %S'
    shift 2
    for ((i = 0; i < runs; i++)); do
        if ! { time "$MXSIM" run "$@" --json --quiet >"$work/summary.json" 2>"$work/error"; } \
            2>"$work/cpu"; then
            echo "$name failed: $(head -n 3 "$work/error")"
            return 1
        fi
        wall=$(jq .performance.wall_s "$work/summary.json")
        cpu=$(awk '{ print $1 + $2 }' "$work/cpu")
        if [ -z "$best" ] || awk "BEGIN { exit !($wall < $best) }"; then
            best=$wall
            jq -c --argjson cpu "$cpu" \
                '.performance + {cpu_s: $cpu, delivered_rate: .total.delivered_rate.mean}' \
                "$work/summary.json" >"$work/$name.json"
        fi
    done
}

# The same scenario at another size: list, addresses, habit and receivers' capacity along with it.
scaled() { # RECIPIENTS: options, one a line
    awk -v n="$1" 'BEGIN {
        f = n / 12e6
        ips = int(20 * f + 0.5); if (ips < 1) ips = 1
        print "--set"; printf "campaigns.sale.recipients=%d\n", n * 0.975
        print "--set"; printf "campaigns.receipts.recipients=%d\n", n - int(n * 0.975)
        for (i = 0; i < 2; i++) {
            print "--set"; printf "pools.main.ips[%d].count=%d\n", i, ips
            print "--set"; printf "pools.main.ips[%d].daily_volume=%d\n", i, n / 10 / (2 * ips)
        }
        split("apple 200 3000 130 comcast 150 2250 100", c, " ")
        for (i = 1; i <= 8; i += 4) {
            p = "providers." c[i] ".capacity."
            print "--set"; printf "%srate=%g/s\n", p, c[i + 1] * f
            print "--set"; printf "%sbacklog=%d\n", p, c[i + 2] * f
            print "--set"; printf "%sbackground.rate=%g/s\n", p, c[i + 3] * f
        }
    }'
}

scenario=scenarios/black-friday.cfg
if [ ! -x "$MXSIM" ] || [ ! -e "$scenario" ]; then
    echo "There is no program or no scenario yet: the rest is left out."
else
    echo
    printf '%-12s %9s %8s %8s %9s %8s %9s %8s %9s %8s\n' black-friday attempts wall 'CPU s' \
        'CPU ns' budget 'CPU ns' pending bytes peak
    printf '%-12s %9s %8s %8s %9s %8s %9s %8s %9s %8s\n' recipients '/message' s '' '/message' ns \
        '/attempt' 'peak M' '/pending' MiB
    for size in $SIZES; do
        runs=$RUNS
        [ "$size" -lt 50000000 ] || runs=1
        mapfile -t options < <(scaled "$size")
        run "bf-$size" "$runs" "$scenario" --replications 1 --jobs 1 "${options[@]}" || continue
        line=$(jq -c --argjson size "$size" \
            --argjson m $NS_PER_MESSAGE --argjson a $NS_PER_ATTEMPT \
            '. + {bench: "black-friday", recipients: $size,
                  attempts_per_message: (.attempts / .messages),
                  ns_per_message: (.cpu_s * 1e9 / .messages),
                  ns_per_attempt: (.cpu_s * 1e9 / .attempts),
                  budget_ns_per_message: ($m + $a * .attempts / .messages)}' "$work/bf-$size.json")
        keep "$line"
        jq -r '[.recipients / 1e6, .attempts_per_message, .wall_s, .cpu_s, .ns_per_message,
            .budget_ns_per_message, .ns_per_attempt, .pending_peak / 1e6, .bytes_per_pending,
            .peak_rss_bytes / 1048576] | @tsv' <<<"$line" |
            awk '{ printf "%-12s %9.2f %8.2f %8.2f %9.1f %8.1f %9.1f %8.2f %9.1f %8.0f\n",
                $1 " M", $2, $3, $4, $5, $6, $7, $8, $9, $10 }'
    done
    jq -s -r --argjson growth $GROWTH_MAX --argjson bytes $BYTES_PER_PENDING \
        'map(select(.bench == "black-friday")) | select(length > 1) | sort_by(.recipients) |
        "cost per attempt, largest against smallest: \(.[-1].ns_per_attempt / .[0].ns_per_attempt
            * 100 | round / 100) (wanted: at most \($growth)); wanted bytes/pending: \($bytes)"' \
        "$lines"

    # Two replications on two cores against one on one.
    mapfile -t options < <(scaled 4000000)
    if run one "$RUNS" "$scenario" --replications 1 --jobs 1 "${options[@]}" &&
        run two "$RUNS" "$scenario" --replications 2 --jobs 2 "${options[@]}"; then
        line=$(jq -s -c '{bench: "two-replications", one_s: .[0].wall_s, two_s: .[1].wall_s,
            ratio: (.[1].wall_s / .[0].wall_s)}' "$work/one.json" "$work/two.json")
        keep "$line"
        echo
        jq -r --argjson most $SPEEDUP_MAX '"two replications on two cores: \(.two_s) s against " +
            "\(.one_s) s for one, ratio \(.ratio * 100 | round / 100) (wanted: at most \($most))"' \
            <<<"$line"
    fi

    # A plain M/M/1 queue at 90 % load.
    if run mm1 "$RUNS" scenarios/oracles/erlang-c.cfg --replications 1 --jobs 1 \
        --set providers.receiver.capacity.servers=1 --set campaigns.c.recipients=2000000 \
        --set campaigns.c.window=2222222s --set warmup=0s; then
        line=$(jq -c '. + {bench: "mm1", customers_per_s: (.messages / .cpu_s)}' "$work/mm1.json")
        keep "$line"
        jq -r '"M/M/1 at 90 % load: \(.customers_per_s / 1000 | round)k customers a second of" +
            " processor time"' <<<"$line"
    fi
fi

# --- a sweep ---------------------------------------------------------------------------------
# The same study on one and two threads, and on one and two processes. 100 % is twice as fast.
# Processes get a longer one: OpenMPI takes 0.4 s to start, whatever there is to do.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl=self,vader
wall_of() { # RUNS COMMAND...: seconds, the fastest of RUNS; nothing when it failed
    local best='' wall i runs=$1 TIMEFORMAT=%R
    shift
    for ((i = 0; i < runs; i++)); do
        rm -f "$work"/sweep.db*
        wall=$({ time "$@" --quiet --db "$work/sweep.db" >/dev/null 2>"$work/error"; } 2>&1) ||
            return
        if [ -z "$best" ] || awk "BEGIN { exit !($wall < $best) }"; then best=$wall; fi
    done
    echo "$best"
}
study=scenarios/studies/spike-vs-window.cfg
pair() { # NAME REPLICATIONS ONE TWO: seconds of one worker and of two
    local line
    [ -n "$3" ] && [ -n "$4" ] || { echo "sweep, $1: could not run"; return; }
    line=$(jq -n -c --arg name "sweep-$1" --argjson n "$2" --argjson one "$3" --argjson two "$4" \
        '{bench: $name, replications: $n, one_s: $one, two_s: $two, efficiency: ($one / $two / 2)}')
    keep "$line"
    jq -r --arg what "$1" '"sweep of 48 points, \(.replications) times each, two \($what): " +
        "\(.two_s) s against \(.one_s) s for one, \(.efficiency * 1000 | round / 10) % of twice " +
        "the speed (wanted: at least 95)"' <<<"$line"
}
if [ -x "$MXSIM" ]; then
    echo
    short=("$MXSIM" sweep "$study" --replications 5)
    pair threads 5 "$(wall_of 3 "${short[@]}" --jobs 1)" "$(wall_of 3 "${short[@]}" --jobs 2)"
    if command -v mpirun >/dev/null; then
        long=("$MXSIM" sweep "$study" --replications 30)
        pair processes 30 "$(wall_of 2 mpirun -n 1 "${long[@]}")" \
            "$(wall_of 2 mpirun -n 2 "${long[@]}")"
    fi
fi

# --- real mail -------------------------------------------------------------------------------
MESSAGES=${MESSAGES:-100000} MXSIM=$MXSIM tests/tools/bench_send.sh "$lines"

jq -s --argjson machine "$machine" '{machine: $machine, results: .}' "$lines" >"$work/bench.json" &&
    mv "$work/bench.json" "$BUILD/bench.json" && rm -f "$lines"
echo
echo "written to $BUILD/bench.json"
