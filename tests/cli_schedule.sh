#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_schedule.sh - attempt times of policies when every attempt is refused.
. tests/support_cli.sh || exit 1

# prints ATTEMPTS EXPIRES EXPIRY ARGUMENTS...
prints() {
    local wanted="{\"policy\": \"bluecore\", \"attempts_s\": [$1], \"expires_s\": $2"
    wanted="$wanted, \"expiry\": \"$3\"}"
    shift 3
    got=$("$MXSIM" schedule "$@" --json) || fail "schedule $* fails"
    [ "$got" = "$wanted" ] || fail "schedule $*:
$got
instead of
$wanted"
}

# minutes 0 2 7 17 37 77 157 317 637 1277 2557, and 72 h
bluecore='0, 120, 420, 1020, 2220, 4620, 9420, 19020, 38220, 76620, 153420'
prints "$bluecore" 259200 deadline bluecore
prints '0, 120, 420' 1020 deadline bluecore --set lifetime=17m
prints '0, 120, 420' 420 early bluecore --set lifetime=17m --set expiry=early \
    --set 'gaps=["2m","5m","11m"]'
prints '0, 0.25, 0.5' 0.5 attempts bluecore --set 'gaps=["250ms"]' --set then=repeat \
    --set expiry=attempts --set max_attempts=3

"$MXSIM" schedule bluecore >"$work/table" || fail "the table"
grep -qE '^ +11 +21h 20m +1d 18h 37m +153420$' "$work/table" || fail "row 11 of the table"
grep -qE '^ *expiry +3d +259200$' "$work/table" || fail "expiry in the table"
grep -q 'one soft bounce' "$work/table" || fail "what expiry means"

# without an end: cut where it is said
"$MXSIM" schedule bluecore --set lifetime=none --set 'gaps=["1h"]' --set then=repeat \
    >"$work/table" || fail "a policy without an end"
[ "$(grep -cE '^ +[0-9]+ ' "$work/table")" = 1000 ] || fail "not cut at 1000 attempts"
grep -q 'Cut after 1000 attempts' "$work/table" || fail "the cut is not stated"
"$MXSIM" schedule bluecore --set lifetime=none --json |
    grep -q '"expires_s": null, "expiry": "none"}' || fail "no expiry in JSON"

# --- real senders ---------------------------------------------------------------------------------
# json WANTED ARGUMENTS...
json() {
    local wanted=$1
    shift
    got=$("$MXSIM" schedule "$@" --json) || fail "schedule $* fails"
    [ "$got" = "$wanted" ] || fail "schedule $*: $got instead of $wanted"
}
json '{"policy": "postfix", "attempts_s": [0, 3, 7, 13, 25, 49, 97, 161, 225, 289, 353], '\
'"expires_s": 353, "expiry": "after_failure"}' postfix --set minimal_backoff=4s \
    --set maximal_backoff=64s --set scan_interval=2s --set scan_phase=1s --set lifetime=300s
json '{"policy": "exim", "attempts_s": [0, 5, 10, 15, 20, 30, 45, 67, 100, 149, 209, 269, 300], '\
'"expires_s": 300, "expiry": "after_failure"}' exim \
    --set 'rule=F,20s,5s; G,120s,10s,1.5; F,300s,60s'
json '[{"policy": "mailgun", "attempts_s": [0, 600, 1500, 3300, 6900, 14100, 28500], '\
'"expires_s": 28800, "expiry": "deadline"}, {"policy": "mox", "attempts_s": '\
'[0, 450, 1350, 3150, 6750, 13950, 28350, 57150], "expires_s": 57150, "expiry": "attempts"}]' \
    mailgun mox

# the overview: every preset, a line each, within 100 columns
"$MXSIM" schedule --all >"$work/all" || fail "--all"
[ "$(sed -n '/^policy/,/^$/p' "$work/all" | grep -c '^[a-z].* [DFENW] ')" = 24 ] ||
    fail "24 presets in the overview"
[ "$(awk 'length > 100' "$work/all" | wc -l)" = 0 ] || fail "the overview is too wide"
grep -q ' $' "$work/all" && fail "blanks at the ends of lines"
grep -qE '^bluecore +5 +10 +11  2m 5m 10m 20m +43h +3d D ' "$work/all" || fail "bluecore's row"
grep -qE '^ses .* D +\* third parties$' "$work/all" || fail "ses is not marked as assumed"
grep -B 1 '^What the policy' "$work/all" | grep -q ';$' && fail "a list that ends in a semicolon"
grep -q 'ses: gaps, then, max_gap, lifetime,' "$work/all" || fail "what is assumed of ses"
[ "$("$MXSIM" schedule --all --json | grep -o '"policy"' | wc -l)" = 24 ] || fail "--all --json"

# side by side
"$MXSIM" schedule bluecore postfix kumomta exim qmail >"$work/beside" || fail "five policies"
[ "$(awk 'length > 100' "$work/beside" | wc -l)" = 0 ] || fail "side by side is too wide"
grep -qE '^ +11 +1d 18h 37m 21h20m +7h 10m ' "$work/beside" || fail "row 11 side by side"
[ "$(grep -c '^attempt' "$work/beside")" = 2 ] || fail "two blocks of policies"
grep -qE '^ number +11 +108 +9 +28' "$work/beside" || fail "numbers of attempts side by side"

# chance: the middle without a seed, the same draws with the same seed
"$MXSIM" schedule kumomta --seed 7 >"$work/a" && "$MXSIM" schedule kumomta --seed 7 >"$work/b"
cmp -s "$work/a" "$work/b" || fail "the same seed draws other times"
grep -q 'Drawn with seed 7' "$work/a" || fail "the seed is not stated"
grep -qE ' [-+][0-9.]+ s$' "$work/a" || fail "what was drawn is not shown"
"$MXSIM" schedule kumomta --seed 8 | cmp -s - "$work/a" && fail "another seed, the same times"
"$MXSIM" schedule kumomta | grep -q 'middle of its range' || fail "the middle is not stated"
"$MXSIM" schedule mox --seed 3 --json | grep -q '"seed": 3}' || fail "no seed in JSON"
"$MXSIM" schedule postfix --seed 3 --json | grep -q seed && fail "a seed where nothing is drawn"

# refused STATUS PART ARGUMENTS...
refused() {
    local status=$1 part=$2 got
    shift 2
    got=$("$MXSIM" schedule "$@" 2>&1 >"$work/out")
    [ $? = "$status" ] || fail "schedule $*: not refused with $status"
    [ ! -s "$work/out" ] || fail "schedule $*: output in spite of a mistake"
    grep -qF -- "$part" <<<"$got" || fail "schedule $*: $got"
}
refused 2 'lacks its POLICY' --json
refused 2 'takes no "exim"' --all exim
refused 3 'did you mean "postfix"?' postfx
refused 3 'did you mean "maximal_backoff_time"?' postfix --set maximal_backof_time=1h
refused 3 'the same setting; give one of them' postfix --set queue_run_delay=60s \
    --set scan_interval=60s
refused 3 'max_age: unknown key' postfix --set max_age=1d
refused 3 '"x" is no unit here' kumomta --set max_age=5x
refused 3 'is not a segment' exim --set 'rule=F,20s'
refused 3 'never advances' postfix --set scan_interval=none --set minimal_backoff=0s
refused 3 'did you mean "exim"?' bluecore exm
refused 2 'takes a whole number' kumomta --seed x
refused 2 '.svg or .png' bluecore --plot "$work/picture.pdf"
refused 1 'No such file' bluecore --plot "$work/none/picture.svg"

# assumed values are announced where a scenario uses them
cat >"$work/s.cfg" <<END
pools = { p = { ips = ( { name = "ip"; } ); }; };
mta = { retry = { preset = "sendmail-max-queue-age"; MaxQueueAge = "2h"; }; };
campaigns = { c = { pool = "p"; recipients = 10; window = "1h"; mix = { x = "100%"; }; }; };
providers = { x = { }; };
END
"$MXSIM" check "$work/s.cfg" >"$work/plan" || fail "check of a scenario with a real sender"
grep -q '#   mta.retry.scan_interval = 30m .*\[10m .. 1h\]' "$work/plan" || fail "not ASSUMED"
grep -q '#   mta.retry.maximal_backoff' "$work/plan" && fail "ASSUMED though written"
grep -q 'maximal_backoff = "2h"' "$work/plan" || fail "the server's own name is not in the plan"

# a run under an outage that outlasts them makes as many attempts, and one soft bounce each; where
# the messages of a destination share their retry data, that is so of one message by itself
for case in postal:100 mox:100 exim:1 postfix:1; do
    name=${case%:*} recipients=${case#*:}
    attempts=$("$MXSIM" schedule $name --json | sed 's/.*\[//; s/\].*//' | tr ',' '\n' | wc -l)
    "$MXSIM" run scenarios/oracles/schedule-exact.cfg --set "mta.retry={ preset=\"$name\"; }" \
        --set 'providers.receiver.outages[0].to=300h' --set campaigns.c.window=1s \
        --set campaigns.c.recipients="$recipients" --json |
        tr -d ' \n' >"$work/summary"
    grep -q "\"deferrals\":{\"mean\":$((attempts * recipients))," "$work/summary" ||
        fail "$name in a run"
    grep -q "\"soft_bounced_expired\":{\"mean\":$recipients," "$work/summary" ||
        fail "$name expires in a run"
done

# --- the table of scenarios/mtas/README.md says what the program says ---
"$MXSIM" schedule --all --json | jq -r '.[] | [.policy,
    (.attempts_s | map(select(. < 3600)) | length),
    (.attempts_s | map(select(. < 259200)) | length), (.attempts_s | length), .expiry]
    | @tsv' |
    while read -r name hour days all expiry; do
        assumed=$("$MXSIM" schedule "$name" |
            sed -n 's/^ASSUMED, no public source states it: \([^ ]*\) =.*/\1/p' |
            paste -sd, | sed 's/,/, /g')
        echo "$name|$hour|$days|$all|$expiry|$assumed"
    done >"$work/said"
sed -n 's/^| \([a-z]\)/\1/p' scenarios/mtas/README.md |
    sed 's/ (the default)//; s/ *| */|/g; s/|$//' |
    awk -F'|' '$1 != "preset" { print $1 "|" $2 "|" $3 "|" $4 "|" $6 "|" $8 }' >"$work/told"
cmp -s "$work/said" "$work/told" ||
    fail "scenarios/mtas/README.md: $(diff "$work/told" "$work/said")"
[ "$(wc -l <"$work/said")" -ge 24 ] || fail "presets are missing"

# pictures
if command -v gnuplot >/dev/null; then
    "$MXSIM" schedule --all --plot "$work/all.svg" >/dev/null || fail "a picture of all"
    for name in bluecore-offsets sendmail-max-queue-age adobe-ajo; do
        grep -q "$name" "$work/all.svg" || fail "no $name in the picture"
    done
    grep -q 'from 7 to 432 attempts' "$work/all.svg" || fail "the finding in the picture"
    "$MXSIM" schedule bluecore exim --plot "$work/two.png" >"$work/out" || fail "a PNG"
    [ "$(head -c 4 "$work/two.png" | tail -c 3)" = PNG ] || fail "no PNG"
    grep -q 'under 2 retry policies' "$work/out" || fail "no table beside the picture"
fi

finish "on time"
