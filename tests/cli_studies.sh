#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: full timeout=900
# cli_studies.sh - sweep and plan as a user types them: exit codes, messages, pictures; and every
# shipped study, scaled down (with MX_FULL=1 as it is).
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

cat >s.cfg <<'EOF'
pools = { p = { ips = ( { name = "ip"; age = "400d"; daily_volume = "1M"; } ); }; };
campaigns = { c = { pool = "p"; recipients = 500; window = "10m"; mix = { x = "100%"; }; }; };
providers = { x = { }; };
sources = { assumed = "silent"; };
EOF
study() { # NAME TEXT: on top of two parameters
    {
        echo 'scenario = "s.cfg"; replications = 2; parameters = {'
        echo '  n = { path = "campaigns.c.recipients"; from = 100; to = 500; count = 5; }; };'
        echo "$2"
    } >"$1.cfg"
}

# --- sweep ---
study a 'expect = ( "sent >= 200" );'
expect 4 'expectation of points not met' sweep a.cfg --out a
expect 4 'delivered_rate' sweep a.cfg --out a # all is there: the same table
[ -s a/sweep.csv ] || fail "no sweep.csv"
expect 0 '' plot a
[ -s a/sweep.svg ] && [ -s a/sweep.png ] || fail "no picture of a sweep"
expect 2 'one of --out DIR and --db FILE' sweep a.cfg
expect 2 'needs a --precision' sweep a.cfg --out b --replications auto
expect 2 'goes with --replications auto' sweep a.cfg --out b --precision sent:1
expect 3 'b.cfg|--precision: "0x1" is not a width' sweep a.cfg --out b --replications auto \
    --precision sent:0x1
expect 4 '^4,500,2,500,500,500,1,.*,chance alone,$' sweep a.cfg --out a --format csv
cmp out a/sweep.csv || fail "the csv on standard output is not sweep.csv"
expect 4 '' sweep a.cfg --out a --format json --quiet
jq -e 'length == 5 and .[4].n == "500" and .[4].delivered_rate == 1' out >/dev/null || fail "json"
expect 4 '^\| 4 \| 500 \|' sweep a.cfg --out a --format markdown
study auto 'metrics = ( "sent" );'
sed -i 's/replications = 2/replications = "auto"; precision = ( "delivered_rate:0.01" )/' auto.cfg
expect 0 '^ +4 +500 +30 +precision +500 +100%$' sweep auto.cfg --out auto
expect 3 'replications: a plan adds replications by itself' plan <(
    sed "s|s.cfg|$work/s.cfg|" auto.cfg
    echo 'plan = { find = "smallest"; targets = "sent >= 1"; };'
)
expect 3 'no/such.cfg' sweep no/such.cfg --out b
expect 3 'did you mean "constraints"' sweep <(echo 'scenario = "s.cfg"; constraint = ( );') --out b
study b 'metrics = ( "delivered_rat" );'
expect 3 'b.cfg:3: metrics\[0\]: .*did you mean delivered_rate' sweep b.cfg --out b
study c 'constraints = ( "n > 1000" );'
expect 3 'leave none of the 5 points' sweep c.cfg --out c
expect 1 'cannot write' sweep a.cfg --out /dev/null/x
expect 3 'there is no campaigns.d' sweep a.cfg --out d --set campaigns.d.window=1h

# --- plan ---
study e 'plan = { find = "smallest"; targets = ( "sent >= 321", "delivered_rate >= 10%" ); };'
expect 0 'n: 321 is the smallest of 100 to 500 that meets all targets' plan e.cfg --out e
grep -q '"kind": *"plan"' e/answer.json || fail "answer.json"
[ -s e/plan.svg ] && [ -s e/plan.png ] || fail "no picture of a plan"
rm e/plan.*
expect 0 '' plot e plan
[ -s e/plan.png ] || fail "no picture drawn anew"
expect 0 '' plot e plan --out e.csv
grep -q '^sent,,321,met,321,321,' e.csv || fail "data of a plan: $(cat e.csv)"
expect 0 '321 is the smallest' plot e plan --terminal
expect 0 '"binding": *"sent >= 321"' plan e.cfg --json
jq -e '.answer.number == 321 and (.points | length) > 3' out >/dev/null || fail "plan --json"
expect 0 '^,321,321,2,pass,,sent >= 321,(321,){3}0,pass,chance alone,1$' \
    plan e.cfg --format csv --quiet
expect 0 '^\| 321 \| 2 \| 321 \(321 .. 321\) yes \|' plan e.cfg --format markdown
expect 2 'format' plan e.cfg --format csv --json
study f 'plan = { find = "smallest"; targets = ( "sent >= 501" ); };'
expect 4 'no value from 100 to 500 meets the target; in the way: sent >= 501' plan f.cfg --out f
[ -s f/answer.json ] || fail "an infeasible plan leaves its answer"
expect 3 'plan: missing' plan a.cfg
expect 3 'a holds no answer.json' plot a plan

# --- what is shipped ---
shipped=$root/scenarios/studies
scaled() { # CODES COMMAND STUDY OPTIONS...
    local codes=$1 command=$2 name=$3 picture=$2
    shift 3
    [ "$command" != sensitivity ] || picture=tornado
    [ "${MX_FULL-}" != 1 ] || set --
    expect "$codes" '' "$command" "$shipped/$name.cfg" --out "results/$name" --quiet "$@"
    [ "$command" = plan ] || expect 0 '' plot "results/$name"
    [ -s "results/$name/$picture.png" ] || fail "$name: no picture"
}
scaled '0|4' plan ips-needed --set campaigns.newsletter.recipients=4k --replications 2
scaled '0|4' plan warm-up-speed --set campaigns.launch.recipients=2k --replications 2
scaled 0 sweep retry-policy-choice --set campaigns.newsletter.recipients=300 --replications 1
scaled 0 sweep spike-vs-window --set campaigns.load.recipients=1k --replications 1
# These set the number of messages themselves, or take many points: begun, interrupted, kept.
for study in sweep:busy-cost-collapse plan:biggest-campaign sensitivity:what-matters; do
    command=${study%:*} name=${study#*:}
    if [ "${MX_FULL-}" = 1 ]; then
        scaled 0 $command $name
        continue
    fi
    timeout --foreground -s INT 2 "$MXSIM" $command "$shipped/$name.cfg" --out "results/$name" \
        --quiet 2>err
    code=$?
    [ $code = 124 ] || [ $code = 130 ] || [ $code = 0 ] || { fail "$name: $code"; cat err; }
    [ $code = 0 ] || grep -q interrupted err || { fail "$name: not interrupted"; cat err; }
done
for file in "$shipped"/*.cfg; do
    grep -q "$(basename "$file" .cfg)" "$root/tests/cli_studies.sh" || fail "$file has no test"
done

finish "all well"
