#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_study_precision.sh - run --replications auto, steady states, expectations with their
# intervals: exit codes, what is said, the same results for any number of jobs.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

# without_times FILE: what is reproducible of a summary.json
without_times() {
    grep -v '"performance"\|"scenario"' "$1"
}

cat >small.cfg <<'CFG'
pools = { main = { ips = ( { name = "ip"; } ); }; };
mta = { throttle = "none"; };
campaigns = { c = { kind = "transactional"; pool = "main"; recipients = "200"; window = "10m";
    mix = { p = "60%"; q = "40%"; }; }; };
providers = { p = { content = { reject = "0%"; busy = "50%"; }; }; q = { content = {
    reject = "10%"; busy = "0%"; }; }; };
engine = { window = "60s"; };
CFG

# --- usage ---
expect 2 'auto needs a --precision' run small.cfg --replications auto
expect 2 'goes with --replications auto' run small.cfg --precision sent:1
expect 2 'goes with --replications auto' run small.cfg --replications 40 --precision sent:1
expect 2 'goes with --replications auto' run small.cfg --replications-max 50
expect 2 '30 or more' run small.cfg -n auto --precision sent:1 --replications-max 29
expect 2 'whole number' run small.cfg -n auto --precision sent:1 --replications-max many
expect 2 'did you mean delivered_rate' run small.cfg -n auto --precision delivered_rat:1
expect 2 'no "gmail" among the providers' run small.cfg -n auto --precision providers.gmail.sent:1
expect 2 'not a width' run small.cfg -n auto --precision sent:0
expect 2 'allowed: a metric' run small.cfg -n auto --precision sent
expect 2 'lacks its METRIC:HALFWIDTH' run small.cfg -n auto --precision
expect 2 'no option --precision|others do' check small.cfg --precision sent:1

# --- it stops by the statistics alone ---
for jobs in 1 2 7; do
    expect 0 '' run small.cfg -n auto --precision providers.p.deferrals_per_message:3% \
        --precision delivered_rate:0.01 --out "auto$jobs" --jobs $jobs --quiet
done
for jobs in 2 7; do
    cmp -s <(without_times auto1/summary.json) <(without_times auto$jobs/summary.json) ||
        fail "$jobs jobs give another summary.json than one"
    cmp -s auto1/plan.cfg auto$jobs/plan.cfg || fail "$jobs jobs give another plan.cfg than one"
done
made=$(sed -n 's/.*"replications": \([0-9]*\),/\1/p' auto1/summary.json)
[ "$made" -gt 30 ] || fail "stopped at $made replications: nothing was sequential"
grep -q '"providers.p.deferrals_per_message": .*"reached": true' auto1/summary.json ||
    fail "summary.json does not say that the precision was reached"
grep -q "^replications = $made;" auto1/plan.cfg ||
    fail "plan.cfg lacks the replications that were made"
expect 0 '' run auto1/plan.cfg --out fixed --quiet
cmp -s <(without_times auto1/summary.json | grep -v '"half_width"\|"precision"\|^  },$') \
    <(without_times fixed/summary.json | grep -v '^  },$') || fail "plan.cfg gives other results"
expect 0 'reached +deferrals' run small.cfg -n auto --precision deferrals:5%

# --- the cap, and what is never defined ---
expect 5 'stopped by the cap of 35 replications' run small.cfg -n auto --precision deferrals:0.01 \
    --replications-max 35 --out capped
[ -s capped/summary.json ] || fail "no results where the cap stopped it"
grep -q '"reached": false' capped/summary.json ||
    fail "summary.json does not say that it was not reached"
expect 5 'undefined in [0-9]+ of 30' run small.cfg -n auto \
    --precision providers.q.time_until_95pct_s:1 --quiet

# --- expectations ---
expect 0 'pass +delivered_rate >= 0.9 ' run small.cfg -n 30 --set 'expect=("delivered_rate >= 0.9")'
expect 4 'FAIL +delivered_rate >= 0.99' run small.cfg -n 30 \
    --set 'expect=("delivered_rate >= 0.99")'
expect 5 'undecided +delivered_rate >= 0.96 ' run small.cfg -n 5 \
    --set 'expect=("delivered_rate >= 0.96")'
expect 4 'FAIL' run small.cfg -n 5 --set 'expect=("delivered_rate >= 0.96", "sent < 1")'
expect 4 'says nothing of chance' run small.cfg --set 'expect=("sent < 1")'
expect 4 '"sent < 1": .*"outcome": "fail"' run small.cfg -n 3 --set 'expect=("sent < 1")' --json
expect 4 'FAIL' run small.cfg -n auto --replications-max 30 --precision deferrals:0.01 \
    --set 'expect=("sent < 1")'

# --- percentiles: a median that counts what is never reached as infinite ---
expect 0 '"time_until_90pct_s": .*"median": [0-9.]+, "median_ci95": \[[0-9.]+, ' run small.cfg \
    -n 12 --json
expect 0 '"time_until_99pct_s": .*"mean": null.*"median": null' run small.cfg -n 12 --json

# --- steady states ---
cat >steady.cfg <<'CFG'
pools = { main = { ips = ( { name = "ip"; } ); }; };
mta = { connections = "none"; messages_per_connection = "none"; connect_time = "0s";
    transaction_time = "0s"; throttle = "none"; };
campaigns = { c = { kind = "transactional"; pool = "main"; recipients = "20000";
    window = "5000s"; shape = "poisson"; mix = { r = "100%"; }; }; };
providers = { r = { capacity = { kind = "servers"; servers = 5; service = { law = "exponential";
    mean = "500ms"; }; waiting_room = "none"; }; }; };
steady_state = true;
horizon = "2h";
CFG
expect 0 'steady state: .*MSER-5' run steady.cfg --out s --seed 5
grep -q '"steady_state": {"found": true, "cut_s": ' s/summary.json ||
    fail "summary.json says nothing of the cut"
expect 0 '' run s/plan.cfg --out s2 --quiet --seed 5
cmp -s <(without_times s/summary.json) <(without_times s2/summary.json) ||
    fail "plan.cfg of a steady state gives other results"
expect 0 'pass +time_to_deliver_mean_s > 0.4 ' run steady.cfg --seed 5 \
    --set 'expect=("time_to_deliver_mean_s > 0.4")'
jq -e '.steady_state | .warning == null and .batch_s >= 20 * .memory_s and .memory_s > 0' \
    s/summary.json >/dev/null ||
    fail "a run that is long enough: $(jq -c .steady_state s/summary.json)"
# servers busy for 96 % of the time forget in minutes: batches of 4 minutes are no batches
busy=(--set providers.r.capacity.service.mean=1.2s --seed 5)
expect 5 'warning.*: the run is too short' run steady.cfg "${busy[@]}"
expect 5 'the run is too short' run steady.cfg "${busy[@]}" --quiet --out short
jq -e '.steady_state | (.warning | startswith("the run is too short")) and
    .batch_s < 20 * .memory_s' short/summary.json >/dev/null || fail "summary.json does not warn"
"$MXSIM" report short >/dev/null 2>&1
grep -q 'Warning: the run is too short' short/report.html || fail "the report does not warn"
# two thirds more than the servers can do: the queue grows for ever
expect 5 'no steady state' run steady.cfg --quiet --set campaigns.c.window=1200s
expect 2 'one long run' run steady.cfg -n 3
expect 2 'one long run' run steady.cfg -n auto --precision sent:1
expect 3 'warmup: a steady_state finds its own' check steady.cfg --set warmup=1m
expect 3 'replications: a steady_state is one long run' check steady.cfg --set replications=3

finish "all well"
