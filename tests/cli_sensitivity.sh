#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_sensitivity.sh - run --uncertain and mxsim sensitivity from outside: what they print and
# write, the same for any number of threads, and what they say when they cannot.
set -u
mxsim=$(realpath "${MXSIM:-build/mxsim}")
scenarios=$(realpath scenarios)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect CODE PATTERN ARGUMENTS...: exit code, and a pattern in either output
expect()
{
    local code=$1 pattern=$2
    shift 2
    "$mxsim" "$@" >"$work/out" 2>"$work/err"
    local got=$?
    [ "$got" -eq "$code" ] || fail "mxsim $*: exit $got, not $code: $(cat "$work/err")"
    grep -q -- "$pattern" "$work/out" "$work/err" ||
        fail "mxsim $*: no \"$pattern\": $(cat "$work/out" "$work/err")"
}

cat >"$work/small.cfg" <<END
pools = { p = { ips = ( { name = "ip"; count = 2; age = "400d"; daily_volume = "1k"; } ); }; };
campaigns = { c = { pool = "p"; recipients = 3000; window = "1h";
  mix = { gmail = "60%"; other = "40%"; }; }; };
providers = { gmail = { preset = "gmail"; }; other = { content = { reject = "10%"; }; }; };
assumed = ( { key = "providers.other.content.reject"; range = "1% .. 50%"; } );
END
sed 's/1% .. 50%/1% - 50%/' "$work/small.cfg" >"$work/wrong.cfg"
cat >"$work/known.cfg" <<END
pools = { p = { ips = ( { name = "ip"; } ); }; };
mta = { throttle = "none"; transaction_time = "500ms"; };
campaigns = { c = { pool = "p"; recipients = 500; window = "1h"; mix = { x = "100%"; }; }; };
providers = { x = { content = { reject = "10%"; }; }; };
END
cat >"$work/study.cfg" <<END
scenario = "small.cfg";
metrics = ( "delivered_rate", "providers.gmail.time_until_99pct_s" );
sensitivity = { points = 3; refine = 2; };
END
cd "$work" || exit 1
export MXSIM_PATH=$scenarios

# --- run --uncertain ---
expect 0 'chance and what is not known' run small.cfg --uncertain --replications 5
grep -q 'with a probability of 67 %' out || fail "five outcomes do not give 67 %"
for jobs in 1 2 7; do
    "$mxsim" run small.cfg -u -n 6 --jobs $jobs --json 2>/dev/null |
        jq 'del(.performance)' >"json.$jobs"
done
cmp -s json.1 json.2 && cmp -s json.1 json.7 || fail "--uncertain depends on the number of threads"
jq -e '.uncertain.values > 30 and (.uncertain.probability * 7 | . > 4.999 and . < 5.001)' \
    json.1 >/dev/null || fail "values, probability"
jq -e '.uncertain.providers.other.delivered_rate |
    (.chance_and_unknown[2] - .chance_and_unknown[0]) > 5 * (.chance[2] - .chance[0])' \
    json.1 >/dev/null || fail "what is not known is no wider than chance"
# the plain part is what it is without the option
"$mxsim" run small.cfg -n 6 --json 2>/dev/null | jq 'del(.performance)' >json.plain
jq 'del(.uncertain)' json.1 | cmp -s - json.plain || fail "--uncertain changes the plain results"
"$mxsim" run small.cfg -u -q --out default >/dev/null 2>&1
[ "$(jq .replications default/summary.json)" -eq 19 ] || fail "not 19 replications by default"
# nothing assumed: nothing changes
expect 0 'changes nothing' run known.cfg --uncertain -n 3 --json
jq 'del(.performance)' out >json.uncertain
"$mxsim" run known.cfg -n 3 --json 2>/dev/null |
    jq 'del(.performance)' | cmp -s - json.uncertain || fail "--uncertain changed a known scenario"
expect 2 'at least 2 replications' run small.cfg --uncertain --replications 1
expect 3 'wrong.cfg:5: providers.other.content.reject: .*is not a range such as' run wrong.cfg
"$mxsim" check "$scenarios/reference.cfg" >plan.cfg
expect 3 'use the scenario that it was made of' run plan.cfg --uncertain -n 2

# --- sensitivity ---
expect 0 'It hangs on' sensitivity study.cfg --out found
for jobs in 1 7; do
    "$mxsim" sensitivity study.cfg --jobs $jobs --json >"found.$jobs" 2>/dev/null
    cmp -s "found.$jobs" found/sensitivity.json ||
        fail "sensitivity depends on the number of threads"
done
jq -e '.kind == "sensitivity" and .method == "morris" and (.metrics.delivered_rate |
    (.groups["providers.other.content"] | .hangs and .mu < 0) and
    .one_at_a_time["providers.other.content.reject"].high < -0.1)' found/sensitivity.json \
    >/dev/null || fail "it does not hang on the rejected share"
command=$(jq -r .command found/sensitivity.json)
PATH="$(dirname "$mxsim"):$PATH" bash -c "$command --json" 2>/dev/null |
    cmp -s - found/sensitivity.json || fail "the command in it gives something else: $command"
if command -v gnuplot >/dev/null; then
    "$mxsim" plot found || fail "plot found"
    [ -s found/tornado.svg ] && [ -s found/influence.png ] || fail "no pictures"
fi
expect 2 'not "auto"' sensitivity study.cfg --replications auto
expect 3 ':3: sensitivity.method: ' sensitivity <(sed 's/points = 3/method = "guess"/' study.cfg)

[ "$failures" -eq 0 ] && echo "all well"
exit $((failures > 0))
