#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_compare.sh - mxsim compare: words, comparison.json, the selection of the
# best; the same for any number of jobs; every mistake of its options.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

cat >a.cfg <<'CFG'
pools = { main = { ips = ( { name = "ip"; count = 3; } ); }; };
mta = { throttle = "none"; };
campaigns = { c = { kind = "transactional"; pool = "main"; recipients = "300"; window = "10m";
    mix = { p = "60%"; q = "40%"; }; }; };
providers = { p = { content = { reject = "0%"; busy = "50%"; }; }; q = { content = {
    reject = "10%"; busy = "0%"; }; }; };
engine = { window = "60s"; };
CFG
sed 's/busy = "50%"/busy = "40%"/' a.cfg >b.cfg

# --- usage ---
expect 2 'lacks its SCENARIO' compare
expect 2 'takes 2 to 100 scenarios' compare a.cfg
expect 2 'PATH=VALUE' compare a.cfg --with campaigns
expect 2 'PATH=VALUE' compare a.cfg --with 'name:'
expect 2 'PATH=VALUE' compare a.cfg --with 'seed=1;;seed=2'
expect 2 'with seed: all scenarios have the same draws' compare a.cfg --with seed=3
expect 2 'with seed: ' compare a.cfg --with 'x: mta.throttle=none; seed=3'
expect 2 'with replications: ' compare a.cfg --with replications=3
expect 3 'did you mean|recipents' compare a.cfg --with campaigns.c.recipents=3
expect 3 'cannot open missing.cfg|missing.cfg' compare a.cfg missing.cfg --with x.y=3
expect 2 'did you mean delivered_rate' compare a.cfg b.cfg --metric delivered_rat
expect 2 'no "nobody" among the providers' compare a.cfg b.cfg --metric providers.nobody.sent
expect 2 '50% to 99.99%' compare a.cfg b.cfg --confidence 30%
expect 2 '50% to 99.99%' compare a.cfg b.cfg --confidence often
expect 2 'takes best' compare a.cfg b.cfg --select worst
expect 2 'one --metric and an --indifference' compare a.cfg b.cfg --select best --metric sent
expect 2 'one --metric and an --indifference' compare a.cfg b.cfg --select best --indifference 1
expect 2 'number above 0' compare a.cfg b.cfg --select best --metric sent --indifference none
expect 2 'goes with --select' compare a.cfg b.cfg --indifference 1
expect 2 'decides itself' compare a.cfg b.cfg --select best --metric sent --indifference 1 -n auto
expect 2 'total.sent is named twice' compare a.cfg b.cfg --metric sent --metric total.sent
expect 2 'has one already' compare a.cfg b.cfg --metric sent -n auto --precision sent:1 \
    --precision sent:2
expect 2 'begins with 20 replications: more than its cap of 5' compare a.cfg b.cfg --select best \
    --metric sent --indifference 1 --replications-max 5
expect 2 'more than its cap of 1000' compare a.cfg b.cfg --select best --metric sent \
    --indifference 1 -n 1001
expect 2 'takes 2 or more here' compare a.cfg b.cfg -n 1
expect 2 'needs 2 or more' compare a.cfg b.cfg --select best --metric sent --indifference 1 -n 1
expect 2 'auto needs a --precision' compare a.cfg b.cfg -n auto
expect 2 'is a steady_state' compare a.cfg b.cfg --set steady_state=true
expect 1 'cannot write' compare a.cfg b.cfg --out a.cfg/x

# --- what differs, in words; the same for any number of jobs ---
for jobs in 1 2 7; do
    expect 0 '' compare a.cfg b.cfg \
        --with 'fewer: campaigns.c.recipients=200; providers.q.content.reject=0%' \
        -n 12 --jobs $jobs --out "jobs$jobs" --metric deferrals_per_message \
        --metric providers.q.sent
    cp out "out$jobs"
done
for jobs in 2 7; do
    cmp -s jobs1/comparison.json jobs$jobs/comparison.json ||
        fail "$jobs jobs give another comparison.json"
    cmp -s out1 out$jobs || fail "$jobs jobs give another table"
done
grep -Eq '^  deferrals_per_message: B is lower than A; C cannot be told apart from A\.' out1 ||
    fail "deferrals: $(grep '^  deferrals' out1)"
grep -Eq '^  providers.q.sent: C is lower than A; B equals A in every replication\.' out1 ||
    fail "sent: $(grep 'providers.q.sent:' out1)"
[ "$(wc -L <out1)" -le 80 ] || fail "the table has $(wc -L <out1) columns"
jq -e '.kind == "comparison" and .comparisons == 4 and .replications == 12
    and .interval_of == "chance alone"
    and .metrics["providers.q.sent"].differences.C.mean == -40
    and .systems.C.settings == "campaigns.c.recipients=200; providers.q.content.reject=0%"' \
    jobs1/comparison.json >/dev/null || fail "comparison.json: $(head -20 jobs1/comparison.json)"
# the line that it names gives the same again
(eval "$(jq -r .command jobs1/comparison.json | sed "s|^mxsim|'$MXSIM'|") --json" >again.json) ||
    fail "command failed"
cmp -s again.json jobs1/comparison.json ||
    fail "the command line of comparison.json gives something else"

# --- against the best of all: by hand for two, where a one-sided bound at 95 % is that of a
# two-sided interval at 90 %; of three, B is far ahead and the others are not the best ---
expect 0 '' compare a.cfg b.cfg -n 12 --metric deferrals_per_message --json
cp out two.95
# the least confidence with a single pair: a bound of one half has no width
expect 0 '' compare a.cfg b.cfg -n 3 --metric deferrals_per_message --confidence 50% --json
jq -e '.metrics[].best.B | .outcome == "best" and .ahead[1] > 0' out >/dev/null ||
    fail "half: $(cat out)"
expect 0 '' compare a.cfg b.cfg -n 12 --metric deferrals_per_message --confidence 90% --json
jq -e --slurpfile narrow out '.metrics.deferrals_per_message.best as $best |
    $narrow[0].metrics.deferrals_per_message.differences.B.interval as $d |
    $best.B.outcome == "best" and $best.A.outcome == "not the best" and $best.B.ahead[0] == 0 and
    ($best.B.ahead[1] + $d[0] | fabs) < 1e-8 and ($best.A.ahead[0] - $d[0] | fabs) < 1e-8' two.95 \
    >/dev/null || fail "the best of two: $(jq -c .metrics two.95)"
[ "$(jq -r '.metrics.deferrals_per_message.best | map_values(.outcome) | [.A, .B, .C] |
    join(", ")' \
    jobs1/comparison.json)" = "not the best, best, not the best" ] ||
    fail "the best of three: $(jq -c .metrics jobs1/comparison.json)"
grep -Eq '^  deferrals_per_message: B is the best; A, C are not\.' out1 ||
    fail "no words on the best"

# --- the same numbers in the other formats ---
for format in csv json markdown; do
    expect 0 '' compare a.cfg b.cfg --with 'fewer: campaigns.c.recipients=200' -n 12 --quiet \
        --metric deferrals_per_message --metric providers.q.sent --format $format --out formats
    cp out "formats.$format"
done
wanted=$(jq -r '.metrics as $m | ["deferrals_per_message", "providers.q.sent"][] | . as $name |
    ($m[$name].systems | keys[]) as $s | $m[$name].differences[$s] as $d |
    [$name, $s, $m[$name].systems[$s].mean, $d.mean, $d.interval[0], $d.interval[1], $d.outcome] |
    map(. // "" | tostring) | join(",")' formats/comparison.json)
[ "$(jq -r '.[] | [.metric, .system, .mean, .difference, .low, .high, .outcome] |
    map(. // "" | tostring) | join(",")' formats.json)" = "$wanted" ] ||
    fail "json: $(jq -c . formats.json), not $wanted"
[ "$(tail -n +2 formats.csv | cut -d, -f1,2,4,5,6,7,9)" = "$wanted" ] ||
    fail "csv: $(cat formats.csv), not $wanted"
[ "$(head -n 1 formats.csv | cut -d, -f1-5)" = metric,system,name,mean,difference ] ||
    fail "csv: $(head -n 1 formats.csv)"
[ "$(jq -r '.[] | select(.system == "B").interval_of' formats.json | sort -u)" = "chance alone" ] &&
    grep -q ',chance alone$' formats.csv && grep -q '| chance alone |$' formats.markdown ||
    fail "the formats do not say of what their intervals are"
# Markdown rounds; names, outcomes and the shape are the same.
[ "$(sed -n '3,$p' formats.markdown | sed 's/\\_/_/g' |
    awk -F' *[|] *' '{ print $2 "," $3 "," $10 }')" = \
    "$(cut -d, -f1,2,7 <<<"$wanted")" ] || fail "markdown: $(cat formats.markdown)"
[ "$(awk '{ print gsub(/\|/, "") }' formats.markdown | sort -u)" = 11 ] ||
    fail "markdown: rows of different widths"
for format in csv json markdown; do
    expect 0 '' compare a.cfg b.cfg --select best --metric deferrals_per_message --quiet \
        --indifference 0.05 -n 10 --format $format
    cp out "selected.$format"
done
[ "$(jq -r '.[] | select(.selected).system' selected.json)" = B ] ||
    fail "selection, json: $(cat selected.json)"
[ "$(awk -F, '$7 == 1 { print $1 }' selected.csv)" = B ] ||
    fail "selection, csv: $(cat selected.csv)"
grep -q '^| B | .* | yes |$' selected.markdown || fail "selection: $(cat selected.markdown)"

# --- until the difference is known; the cap ---
expect 0 '' compare a.cfg b.cfg -n auto --precision deferrals_per_message:0.01 --json
jq -e '.replications > 30 and .metrics.deferrals_per_message.precision.reached and
    (.metrics.deferrals_per_message.differences.B.interval | (.[1] - .[0]) / 2
        <= 0.01)' out >/dev/null ||
    fail "not until it was known: $(cat out)"
expect 5 'not as precise as wanted' compare a.cfg b.cfg -n auto --precision deferrals:0.001 \
    --replications-max 31

# --- the best ---
expect 0 'B is selected' compare a.cfg b.cfg --with 'providers.p.content.busy=60%' --select best \
    --metric deferrals_per_message --indifference 0.05 -n 10 --out best
cp out best.txt
grep -Eq '^  C .*out after [0-9]+, B was too far ahead' best.txt ||
    fail "no elimination shown: $(cat best.txt)"
grep -q 'probability 95 % or more the best is selected' best.txt || fail "the promise is not stated"
jq -e '.selection.best == "B" and .selection.eliminated.C.by == "B"
    and .systems.C.replications < 1000' \
    best/comparison.json >/dev/null ||
        fail "comparison.json of a selection: $(cat best/comparison.json)"
"$MXSIM" report best --out best.html >/dev/null 2>&1
grep -q '<h1.*B is selected for the smallest deferrals_per_message' best.html &&
    grep -q 'With probability 95 % or more the best is selected' best.html ||
    fail "the page of a selection does not say who was selected"
for jobs in 1 7; do
    expect 0 '' compare a.cfg b.cfg --with 'providers.p.content.busy=60%' --select best \
        --jobs $jobs \
        --metric deferrals_per_message --indifference 0.05 -n 10 --out "best$jobs"
    cmp -s best/comparison.json "best$jobs/comparison.json" ||
        fail "a selection depends on $jobs jobs"
done
expect 5 'none selected: [23] scenarios are left after 10' compare a.cfg \
    --with campaigns.c.window=20m \
    --with providers.p.content.busy=50.1% --select best --metric deferrals_per_message \
        --indifference 0.0001 -n 10 \
    --replications-max 10
expect 5 'undefined in replication' compare a.cfg b.cfg --select best \
    --metric providers.q.time_until_99pct_s \
    --indifference 1

finish "all well"
