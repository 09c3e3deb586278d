#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_sensitivity.sh - run --uncertain and mxsim sensitivity from outside: what they print and
# write, the same for any number of threads, and what they say when they cannot.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

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

# --- run --uncertain ---
expect 0 'chance and what is not known' run small.cfg --uncertain --replications 5
grep -q 'with a probability of 67 %' out || fail "five outcomes do not give 67 %"
for jobs in 1 2 7; do
    "$MXSIM" run small.cfg -u -n 6 --jobs $jobs --json 2>/dev/null |
        jq 'del(.performance)' >"json.$jobs"
done
cmp -s json.1 json.2 && cmp -s json.1 json.7 || fail "--uncertain depends on the number of threads"
jq -e '.uncertain.values > 30 and (.uncertain.probability * 7 | . > 4.999 and . < 5.001)' \
    json.1 >/dev/null || fail "values, probability"
jq -e '.uncertain.providers.other.delivered_rate |
    (.chance_and_unknown[2] - .chance_and_unknown[0]) > 5 * (.chance[2] - .chance[0])' \
    json.1 >/dev/null || fail "what is not known is no wider than chance"
# the plain part is what it is without the option
"$MXSIM" run small.cfg -n 6 --json 2>/dev/null | jq 'del(.performance)' >json.plain
jq 'del(.uncertain)' json.1 | cmp -s - json.plain || fail "--uncertain changes the plain results"
"$MXSIM" run small.cfg -u -q --out default >/dev/null 2>&1
[ "$(jq .replications default/summary.json)" -eq 19 ] || fail "not 19 replications by default"
# both ranges by age: what is not known is wider than chance, at the last age and on the whole
awk -F, 'NR == 1 { if ($7 "," $8 "," $9 != "drawn_share,drawn_lo,drawn_hi") exit 1; next }
    !($8 <= $7 && $7 <= $9) { exit 1 }
    { chance += $5 - $4; both += $9 - $8; age = $1; last = $9 - $8 - 5 * ($5 - $4) }
    END { exit !(NR > 400 && age >= 259200 && last > 0 && both > 5 * chance) }' \
    default/delivered_by_age.csv || fail "delivered_by_age.csv has no ranges of both kinds"
"$MXSIM" run small.cfg -n 19 -q --out plain-out >/dev/null 2>&1
cut -d, -f1-6 default/delivered_by_age.csv | cmp -s - plain-out/delivered_by_age.csv ||
    fail "--uncertain changes delivered_by_age.csv"
"$MXSIM" plot default delivered-over-time --out ages.csv >/dev/null 2>&1
head -n 1 ages.csv | grep -q 'lo,hi,drawn_lo,drawn_hi$' || fail "the picture's data lack a range"
"$MXSIM" plot default delivered-over-time --out ages.svg >/dev/null 2>&1
"$MXSIM" plot plain-out delivered-over-time --out plain.svg >/dev/null 2>&1
grep -q 'chance and what is not known' ages.svg || fail "the picture does not name its bands"
[ -s plain.svg ] && ! grep -q 'not known' plain.svg ||
    fail "a plain picture speaks of what is not known"
"$MXSIM" report default >/dev/null 2>&1
grep -q 'points wide by chance, [0-9.]* with what is not known' default/report.html ||
    fail "the report does not name the bands"
# the ranges in every format: those of summary.json
ranges='[.chance[], .chance_and_unknown[]] | @csv'
"$MXSIM" run small.cfg -u -n 6 --format json 2>/dev/null >rows.json
for metric in delivered_rate time_until_99pct_s; do
    list=$(printf ".${metric}_%s," chance_{lo,middle,hi} drawn_{lo,middle,hi})
    for scope in total: provider:gmail campaign:c; do
        got=$(jq -r ".[] | select(.scope == \"${scope%:*}\" and .name == \"${scope#*:}\") |
            [${list%,}] | @csv" rows.json)
        path=${scope/total:/total} && path=${path/:/s.}
        [ "$got" = "$(jq -r ".uncertain.$path.$metric | $ranges" json.1)" ] ||
            fail "--format json: $metric of $path: $got"
    done
done
"$MXSIM" run small.cfg -u -n 6 --format csv 2>/dev/null >rows.csv
[ "$(head -n 1 rows.csv | tr -d '\r' | sed 's/,/","/g; s/.*/"&"/')" = \
    "$(jq -r '.[0] | keys_unsorted | @csv' rows.json)" ] || fail "--format csv: other columns"
[ "$(sed -n 2p rows.csv | tr -d '\r' | cut -d, -f3-)" = \
    "$(jq -r '.[0] | [.[]][2:] | @csv' rows.json)" ] || fail "--format csv: other numbers"
"$MXSIM" run small.cfg --uncertain -n 6 >rows.txt 2>/dev/null
"$MXSIM" run small.cfg --uncertain -n 6 --format markdown >rows.md 2>/dev/null
[ "$(sed -n '/^| provider | metric/,$p' rows.md | tail -n +3 | grep '^| total' | tr -d '|' |
    awk '{ print $(NF - 5), $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF }')" = \
    "$(sed -n '/^How far/,$p' rows.txt | sed -n '/^total/,/^$/p' | grep . |
        awk '{ print $(NF - 5), $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF }')" ] ||
    fail "--format markdown has other ranges than the table: $(tail -n 20 rows.md)"
# the page's command gives the same again, ranges and all
"$MXSIM" run small.cfg -u -n 3 -q --set campaigns.c.recipients=500 --out set >/dev/null 2>&1
"$MXSIM" report set >/dev/null 2>&1
command=$(sed -n 's/.*aria-label="Command of[^>]*><code>\(.*\)<\/code>.*/\1/p' set/report.html)
wanted='mxsim run small.cfg --set campaigns.c.recipients=500 --seed 1 --replications 3 --uncertain'
[ "$command" = "$wanted --out again" ] ||
    fail "the command in the page: $command"
(eval "${command/mxsim/\"$MXSIM\"} -q" >out 2>&1) || fail "$command: $(cat out)"
cmp -s <(jq 'del(.performance)' set/summary.json) <(jq 'del(.performance)' again/summary.json) ||
    fail "the command in the page gives something else"
grep -q 'The numbers are means with the values as they are written' set/report.html ||
    fail "the page does not say of what its numbers are"
# a share that some replications never reach is neither "never" nor "reached"; an address without
# mail has no such time
"$MXSIM" run known.cfg -n 6 -q --set providers.x.content.reject=1% --out some >/dev/null 2>&1
"$MXSIM" report some >/dev/null 2>&1
reached=$(jq '.total.time_until_99pct_s.reached // 0' some/summary.json)
((0 < reached && reached < 6)) || fail "reached in $reached of 6"
grep -q ">not always</strong>.*>reached in $reached of 6 replications<" some/report.html ||
    fail "the page does not say that 99 % is reached in $reached of 6"
grep '>(none)<' some/report.html | grep -q never && fail "no mail is \"never\" delivered"
# nothing assumed: nothing changes
expect 0 'changes nothing' run known.cfg --uncertain -n 3 --json
jq 'del(.performance)' out >json.uncertain
"$MXSIM" run known.cfg -n 3 --json 2>/dev/null |
    jq 'del(.performance)' | cmp -s - json.uncertain || fail "--uncertain changed a known scenario"
expect 2 'at least 2 replications' run small.cfg --uncertain --replications 1
expect 3 'wrong.cfg:5: providers.other.content.reject: .*is not a range such as' run wrong.cfg
"$MXSIM" check "$root/scenarios/reference.cfg" >plan.cfg
expect 3 'use the scenario that it was made of' run plan.cfg --uncertain -n 2

# --- compare, sweep and plan with --uncertain ---
cat >many.cfg <<END
scenario = "small.cfg"; replications = 5;
parameters = { n = { path = "campaigns.c.recipients"; from = 1000; to = 2000; count = 2; }; };
metrics = ( "delivered_rate" );
plan = { find = "largest"; targets = ( "providers.other.delivered_rate >= 60%" ); };
END
with=(--with campaigns.c.window=10m --metric delivered_rate -n 6)
for jobs in 1 2 7; do
    "$MXSIM" compare small.cfg "${with[@]}" -u --jobs $jobs --json >"compare.$jobs"
    "$MXSIM" plan many.cfg -u --jobs $jobs --json >"plan.$jobs"
    "$MXSIM" sweep many.cfg -u --jobs $jobs -q --db "sweep.$jobs"
    sqlite3 "sweep.$jobs" 'SELECT point, replication, quote(value) FROM results' >"rows.$jobs"
done
for what in compare plan rows; do
    cmp -s $what.1 $what.2 && cmp -s $what.1 $what.7 || fail "$what depends on threads"
done
both='chance and what is not known'
# the draws are common: half of a percentage point between systems that vary by several
jq -e --arg both "$both" '.interval_of == $both and (.metrics.delivered_rate |
    .systems.A.sd > 0.02 and .differences.B.sd < 0.005 and
    .differences.B.variance_reduction > 50)' compare.1 >/dev/null ||
    fail "a comparison has no common draws of what is not known"
# what one system sets is known there, and unknown in the other: the difference shows it
"$MXSIM" compare small.cfg --with providers.other.content.reject=10% --metric delivered_rate -n 6 \
    -u --json >one.json
jq -e '.metrics.delivered_rate | .systems.B.sd < 0.01 and .differences.B.sd > 0.02' one.json \
    >/dev/null || fail "what a system sets was drawn all the same"
expect 0 "mean difference, of $both" compare small.cfg "${with[@]}" -u
expect 0 ",$both\$" compare small.cfg "${with[@]}" -u --format csv
for folder in compare sweep plan; do
    case $folder in
    compare) "$MXSIM" compare small.cfg "${with[@]}" -u -q --out said-compare ;;
    *) "$MXSIM" $folder many.cfg -u -q --out said-$folder ;;
    esac >/dev/null 2>&1
    "$MXSIM" plot said-$folder >/dev/null 2>&1
    "$MXSIM" report said-$folder >/dev/null 2>&1
    grep -q "$both" said-$folder/*.svg || fail "the picture of $folder: intervals of what?"
    sed 's/<svg.*<\/svg>//g' said-$folder/report.html >page
    grep -q "$both" page ||
        fail "the report of $folder: intervals of what?"
done
expect 0 'mean difference, of chance alone' compare small.cfg "${with[@]}"
expect 0 "Intervals are of $both" plan many.cfg -u
jq -e --arg both "$both" '.interval_of == $both and (.command | endswith("--uncertain"))' plan.1 \
    >/dev/null || fail "answer.json does not say of what its intervals are"

# An assurance: delivered is (1 - u)(1 - r), u the unknown, r drawn from 0 .. 40 %. At least 60 % on
# average as long as u <= 25 %; in 90 % of the states (r < 36 %) only while u <= 6.25 %.
cat >states.cfg <<END
mta = { throttle = "none"; transaction_time = "500ms"; };
pools = { p = { ips = ( { name = "ip"; } ); }; };
lists = { l = { unknown = "1%"; }; };
campaigns = { c = { pool = "p"; list = "l"; recipients = 2000; window = "1h";
    mix = { x = "100%"; }; }; };
providers = { x = { content = { reject = "10%"; }; }; };
assumed = ( { key = "providers.x.content"; range = "reject 0% .. 40%"; } );
END
for assurance in '' 'assurance = "90%";' 'assurance = "30%";'; do
    cat >states-plan.cfg <<END
scenario = "states.cfg";
parameters = { u = { path = "lists.l.unknown"; from = "1%"; to = "41%"; step = "2%"; }; };
plan = { find = "largest"; $assurance replications_max = 400;
    targets = ( "delivered_rate >= 60%" ); };
END
    case $assurance in
    '') expect 0 'met on average over chance and what is not known' plan states-plan.cfg -u ;;
    *90*)
        expect 0 'in at least 90 % of the outcomes of chance and what is not known' \
            plan states-plan.cfg -u
        expect 0 'in at least 90 % of the outcomes of chance alone' plan states-plan.cfg
        ;;
    *) expect 3 '"30%" is out of range; allowed: 50% to 99.9%' plan states-plan.cfg -u ;;
    esac
    "$MXSIM" plan states-plan.cfg -u --json >"states$(tr -dc 0-9 <<<"$assurance").json" 2>/dev/null
done
jq -e '.assurance == null and (.answer.number | . >= 0.15 and . <= 0.25)' states.json >/dev/null ||
    fail "a mean over the states does not end at 25 %: $(jq -c .answer states.json)"
jq -e '.assurance == 0.9 and (.answer.number | . >= 0.01 and . <= 0.0625) and
    ([.points[].targets[0].mean] | min >= 0 and max <= 1) and
    ([.points[].targets[0] | select(.outcome == "pass") | .interval[0]] | min >= 0.9)' \
    states90.json >/dev/null ||
    fail "nine states of ten do not end at 6.25 %: $(jq -c .answer states90.json)"
expect 0 "which differ by $both" sweep many.cfg -u --out swept
grep -q ",$both,$" swept/sweep.csv || fail "sweep.csv does not say of what its intervals are"
# points share the draws: what a point adds is far less than what is not known
sqlite3 swept/sweep.db 'SELECT max(abs(a.value - b.value)) < 0.02 AND
    max(a.value) - min(a.value) > 0.04 FROM results a JOIN results b USING (replication, metric)
    WHERE a.point = 0 AND b.point = 1 AND metric = 0' |
    grep -qx 1 || fail "points have no common draws"
expect 3 "given once and once not \($both there, chance alone now\)" sweep many.cfg --out swept
expect 3 'use the scenario that it was made of' compare plan.cfg plan.cfg -u -n 2

# --- wherever an interval is shown, it says of which of the two it is ---
# pages WORDS OTHER [-u]: each study's page and picture have WORDS with the intervals, not OTHER
pages() {
    local words=$1 other=$2 kind
    shift 2
    rm -rf page.*
    "$MXSIM" compare small.cfg "${with[@]}" -q --out page.compare "$@" &&
        "$MXSIM" plan many.cfg -q --out page.plan "$@" &&
        "$MXSIM" sweep many.cfg -q --out page.sweep "$@" || fail "studies for pages"
    for kind in compare plan sweep; do
        "$MXSIM" report page.$kind --out page.$kind.html || fail "page of $kind $*"
        grep -q "<caption>[^<]*\(intervals of\|differ by\) $words" page.$kind.html ||
            fail "$kind $*: a table of the page does not say \"of $words\""
        grep -q "<p class=\"note\">[^<]*$words" page.$kind.html ||
            fail "$kind $*: the picture does not say \"$words\""
        grep -q "$other" page.$kind.html && fail "$kind $*: the page speaks of $other"
    done
}
expect 0 ',interval_of,' plan many.cfg --format csv
grep -q ',chance alone,' out || fail "a plan as CSV does not say of what its intervals are"
expect 0 ",$both," plan many.cfg -u --format csv
if command -v gnuplot >/dev/null; then
    pages 'chance alone' 'and what is not known'
    pages "$both" 'chance alone' -u
fi

# --- sensitivity ---
expect 0 'It hangs on' sensitivity study.cfg --out found
for jobs in 1 7; do
    "$MXSIM" sensitivity study.cfg --jobs $jobs --json >"found.$jobs" 2>/dev/null
    cmp -s "found.$jobs" found/sensitivity.json ||
        fail "sensitivity depends on the number of threads"
done
jq -e '.kind == "sensitivity" and .method == "morris" and (.metrics.delivered_rate |
    (.groups["providers.other.content"] | .hangs and .mu < 0) and
    .one_at_a_time["providers.other.content.reject"].high < -0.1)' found/sensitivity.json \
    >/dev/null || fail "it does not hang on the rejected share"
jq -e '[.metrics[].groups[] | select(.mu_star > 0.05)] | any(.mu_star_interval[0] == 0) and
    all(.hangs == (.mu_star_interval[0] > 0))' found/sensitivity.json >/dev/null ||
    fail "it hangs on what its interval does not tell from nothing"
grep -q 'It may hang on these' out || fail "what it may hang on is not told"
command=$(jq -r .command found/sensitivity.json)
PATH="$(dirname "$MXSIM"):$PATH" bash -c "$command --json" 2>/dev/null |
    cmp -s - found/sensitivity.json || fail "the command in it gives something else: $command"
if command -v gnuplot >/dev/null; then
    "$MXSIM" plot found || fail "plot found"
    [ -s found/tornado.svg ] && [ -s found/influence.png ] || fail "no pictures"
    "$MXSIM" report found --out found.html || fail "page of a sensitivity study"
    for words in 'first; intervals of the choice of' 'range; intervals of chance alone'; do
        grep -q "<caption>[^<]*$words" found.html || fail "the page does not say \"$words\""
    done
fi
expect 2 'not "auto"' sensitivity study.cfg --replications auto
expect 3 ':3: sensitivity.method: ' sensitivity <(sed 's/points = 3/method = "guess"/' study.cfg)

finish "all well"
