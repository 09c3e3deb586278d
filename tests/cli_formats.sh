#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_formats.sh - tables as CSV, JSON and Markdown; traces as mail servers' logs, read back by
# parsers of this file's own and compared with the summary's counts.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

same() { # WHAT WANTED GOT
    [ "$2" = "$3" ] || fail "$1: $3 instead of $2"
}

# Fields of RFC 4180, a row a line, by tabs; rows of another width than the first are an error.
csv() {
    awk '{
        sub(/\r$/, "")
        n = 0; field = ""; quoted = 0
        for (i = 1; i <= length($0); i++) {
            c = substr($0, i, 1)
            if (quoted) {
                if (c != "\"") field = field c
                else if (substr($0, i + 1, 1) == "\"") { field = field c; i++ }
                else quoted = 0
            } else if (c == "\"") quoted = 1
            else if (c == ",") { f[++n] = field; field = "" }
            else field = field c
        }
        f[++n] = field
        if (NR == 1) width = n
        if (n != width || quoted) { print "row " NR " has " n " fields" >"/dev/stderr"; exit 1 }
        line = f[1]
        for (i = 2; i <= n; i++) line = line "\t" f[i]
        print line
    }' "$1"
}

# Everything that can happen to a message, short.
cat >all.cfg <<'CFG'
name = "all"; start = "2026-11-27 23:59"; time_zone = "UTC"; utc_offset = "-05:00"; seed = 7;
lists = { readers = { unknown = "6%"; closed = "2%"; invalid_suppressed = "50%";
                      mailbox_full = "3%";
                      reported_spam = "1%"; complaints = "0.1%"; }; };
pools = { main = { ips = ( { name = "ip"; count = 2; age = "400d"; daily_volume = "50k"; } ); }; };
campaigns = { sale = { list = "readers"; pool = "main"; recipients = "900"; window = "5h";
                       domain = "shop.example";
                       mix = { gmail = "45%"; yahoo = "25%"; small-domain = "15%"; gmx = "15%"; };
                     }; };
providers = { gmail = { preset = "gmail"; recipient = { full_reply_soft = "50%"; };
                        content = { reject = "2%"; }; };
              yahoo = { outages = ( { from = "0s"; to = "80h"; } ); };
              gmx = { preset = "gmx"; content = { reject = "10%"; }; };
              small-domain = { greylist = { delay = "5m"; domains = 10; whitelist_after = 5; }; };
};
CFG

summary() { # METRIC: sum over the replications
    jq ".replications * .total.$1.mean | round" out/summary.json
}

# Each prints: first lines, delivered, deferrals, hard, soft rejected, expired, non-attempts, drops.
counts_postfix() {
    awk '/\(queue active\)/ { first++ }
        / status=sent / { sent++ }
        /status=expired, returned to sender/ { expired++ }
        / postfix\/error\[.*status=deferred \(delivery temporarily suspended/ { skipped++; next }
        / status=deferred / { deferred++ }
        / status=bounced / { if (/dsn=5\.(1\.1|2\.1),/) hard++
            else if (/dsn=5.0.0, .* said: 550 .*\(in reply to RCPT TO command\)\)$/) hard++
            else soft++ }
        / removed$/ { removed++ }
        END { if (removed != sent + hard + soft + expired) print "removed: " removed
            print first + 0, sent + 0, deferred + 0, hard + 0, soft + 0, expired + 0,
                skipped + 0, "-" }' "$1"
}
counts_kumomta() {
    jq -rn '[inputs | if .type == "Bounce" then
            (.response.enhanced_code | "\(.class).\(.subject).\(.detail)") as $s |
            if $s == "5.1.1" or $s == "5.2.1" or (.response.enhanced_code == null and
                .response.code == 550 and .response.command == "RCPT TO") then "hard"
            else "soft" end else .type end] |
        . as $all | ["Reception", "Delivery", "TransientFailure", "hard", "soft", "Expiration",
                      "Delay"] |
        map(. as $t | [$all[] | select(. == $t)] | length | tostring) + ["-"] | join(" ")' "$1"
}
counts_powermta() {
    csv "$1" | awk -F'\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $1 == "d" { d++ } $1 == "t" { t++ }
        $1 == "b" { c = $at["bounceCat"]
            if (c == "message-expired") e++
            else if (c ~ /^(bad|inactive)-mailbox$/) hard++
            else soft++ }
        END { print "-", d + 0, t + 0, hard + 0, soft + 0, e + 0, "-", "-" }'
}
counts_sendgrid() {
    jq -rn '[inputs[] | if .event != "bounce" then .event
            elif .status == "4.4.7" then "expired" else .type end] |
        . as $all | ["processed", "delivered", "deferred", "bounce", "blocked", "expired"] |
        map(. as $t | [$all[] | select(. == $t)] | length | tostring) +
        ["-", ([$all[] | select(. == "dropped")] | length | tostring)] | join(" ")' "$1"
}
# wanted FIRST SKIPPED DROPPED: the same from the summary; "-" where the format has nothing for it.
wanted() {
    local first=- skipped=- dropped=-
    [ "$1" = 0 ] || first=$(summary sent)
    [ "$2" = 0 ] || skipped=$(summary non_attempts)
    [ "$3" = 0 ] || dropped=$(summary dropped)
    echo "$first $(summary delivered) $(summary deferrals) $(summary hard_bounced)" \
        "$(summary soft_bounced_rejected) $(summary soft_bounced_expired) $skipped $dropped"
}
# all_logs LABEL OPTIONS...
all_logs() {
    local label=$1 format file
    shift
    for format in postfix kumomta powermta sendgrid; do
        file=$format.zst
        "$MXSIM" run all.cfg --quiet -o out -t $file --trace-format $format "$@" 2>err ||
            { cat err; fail "$label: $format"; }
        zstd -dcq $file >$format.log || fail "$label: $format is no zstd file"
        case $format in
        postfix | kumomta) set_of=$(wanted 1 1 0) ;;
        powermta) set_of=$(wanted 0 0 0) ;;
        sendgrid) set_of=$(wanted 1 0 1) ;;
        esac
        same "$label: $format" "$set_of" "$(counts_$format $format.log)"
    done
}

all_logs message --replications 2
for metric in delivered deferrals hard_bounced soft_bounced_rejected soft_bounced_full \
    soft_bounced_expired dropped; do
    [ "$(summary $metric)" != 0 ] || fail "the scenario has no $metric"
done
# What the parts of the rejected are, as another server's log tells them apart.
categories() { # NAME
    csv powermta.log | awk -F'\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $at["bounceCat"] == name { n++ } END { print n + 0 }'
}
same "soft bounces: full" "$(summary soft_bounced_full)" "$(categories quota-issues)"
same "soft bounces: blocked" "$(summary soft_bounced_blocked)" "$(categories policy-related)"
same "soft bounces: others" \
    "$(($(summary soft_bounced_rejected) - $(summary soft_bounced_full) - \
        $(summary soft_bounced_blocked)))" "$(categories content-related)"
# --- what lines say ---
line='^Nov 27 23:59:[0-5][0-9] mxsim postfix/smtp\[[0-9]+\]: [0-9A-F]{16}: '
line+='to=<u[0-9]+@(gmail|yahoo|gmx|small-domain)\.example>, '
line+='relay=mx\.[a-z-]+\.example\[192\.0\.2\.[0-9]+\]:25, '
line+='delay=[0-9.]+, delays=[0-9./]+, dsn=[245]\.[0-9.]+, status='
grep -qE "$line" postfix.log || fail "postfix: no line as expected"
grep -q '^Nov 28 00:' postfix.log || fail "postfix: no line of the next day"
start=$(date -u -d '2026-11-28 04:59' +%s)
same "kumomta: first date" true "$(jq -n \
    "[inputs | .created] | min | . >= $start and . < $start + 60" kumomta.log)"
same "kumomta: fields" 1 "$(jq -c 'select(.type == "Delivery") | keys' kumomta.log | sort -u | wc \
    -l)"
same "kumomta: ids" "$(summary sent)" "$(jq -r 'select(.type == "Reception").id' kumomta.log |
    sort -u | wc -l)"
same "kumomta: classes" "$(summary hard_bounced)" "$(jq -r 'select(.type == "Bounce" and
    (.bounce_classification | . == "InvalidRecipient" or . == "InactiveMailbox")).id' kumomta.log |
    wc -l)"
# Lines come as replies did.
when() { # FORMAT: times that sort as text
    case $1 in
    postfix) sed -E 's/^Nov/11/; s/^Dec/12/; s/^([0-9]+)  ([0-9]) /\1 0\2 /' | cut -c-14 ;;
    kumomta) jq .timestamp ;;
    powermta) tail -n +2 | cut -d, -f2 ;;
    sendgrid) jq '.[].timestamp' ;;
    esac
}
for format in postfix kumomta powermta sendgrid; do
    "$MXSIM" run all.cfg -q -n 1 -t ordered --trace-format $format
    when $format <ordered >dates
    [ -s dates ] || fail "$format: no dates"
    sort -c dates || fail "$format: lines are not in order"
done
# Local time is the zone's, also where its clocks change on the way: here at 06:00 UTC.
sed 's/^name.*/start = "2026-10-31 23:58"; time_zone = "America\/New_York";/' all.cfg >zone.cfg
"$MXSIM" run zone.cfg -q -n 1 -o zone -t zone.log --trace-format postfix
"$MXSIM" run zone.cfg -q -n 1 -t zone.json --trace-format kumomta
# without zones: a scenario of an offset and its changes gives the same
"$MXSIM" run zone/plan.cfg -q -t again --trace-format postfix
cmp again zone.log || fail "postfix: plan.cfg gives other local times"
grep -q '"122m -05:00"' zone/plan.cfg || fail "plan.cfg: no clock_changes"
jq -r 'select(.type == "TransientFailure") | "@\(.timestamp)"' zone.json |
    TZ=America/New_York date -f - '+%b %e %T' >wanted
grep -E 'postfix/smtp.*status=deferred' zone.log | cut -c-15 | cmp - wanted ||
    fail "postfix: local time is not the zone's"
awk '{ h = substr($3, 1, 2) } $1 $2 == "Nov1" && h < last { back++ } { last = h }
    END { exit back != 1 }' zone.log || fail "postfix: the clock is not put back"
# What says "hard" without an enhanced code, and what says "soft" so.
grep -q 'gmx.example.* dsn=5.0.0, .*RCPT TO' postfix.log ||
    fail "postfix: no plain 550 of a recipient"
grep -q 'gmx.example.* dsn=5.0.0, .*end of DATA' postfix.log ||
    fail "postfix: no plain 554 of content"
same "kumomta: attempts" true "$(jq -n \
    '[inputs | select(.type == "Delivery").num_attempts] | min == 0 and max > 0' kumomta.log)"
[ "$(head -n 1 powermta.log | tr -d '\r')" = "$(head -n 1 powermta.log | cut -d$'\r' -f1)" ] ||
    fail "powermta: no CRLF"
same "powermta: headers" 1 "$(grep -c ^type, powermta.log)"
same "sendgrid: senders of one event" true "$(jq -n '[inputs | length] | all(. == 1)' sendgrid.log)"
same "sendgrid: event ids" "$(wc -l <sendgrid.log)" "$(jq -r '.[].sg_event_id' sendgrid.log | sort \
    -u | wc -l)"
jq -r '.[] | select(.event == "dropped").reason' sendgrid.log | sort -u | tr '\n' , | grep -q \
    'Bounced Address,Spam Reporting Address' || fail "sendgrid: reasons of drops"
# The same bytes again, on another number of threads.
"$MXSIM" run all.cfg -q -t again --trace-format kumomta --replications 2 --jobs 2
cmp again kumomta.log || fail "kumomta: two runs differ"
# The exact loop logs the same, but for where it notices drops.
for format in postfix kumomta powermta sendgrid; do
    "$MXSIM" run all.cfg -q --exact -t again --trace-format $format --replications 2
    [ $format != sendgrid ] || sort -o again again
    [ $format != sendgrid ] || sort -o sendgrid.log sendgrid.log
    cmp again $format.log || fail "$format: --exact logs otherwise"
done
# Retry data of a host: skips are not attempts.
all_logs host --set mta.retry.preset=exim --replications 1
[ "$(summary non_attempts)" != 0 ] || fail "exim logs no skip"

# --- send: nobody listens ---
"$MXSIM" send --generate 6 --from a@shop.example --to 'u{n}@example.net' --spool spool --relay \
    127.0.0.1:1 \
    --time-scale 1000000 --quiet -o out -t send.log --trace-format kumomta 2>err ||
        { cat err; fail send; }
same "send: kumomta" "$(wanted 1 1 0)" "$(counts_kumomta send.log)"
same "send: addresses" "u1@example.net u6@example.net" "$(jq -r .recipient send.log | sort -u |
    sed -n '1p;$p' | tr '\n' ' ' | sed 's/ $//')"
for format in postfix powermta sendgrid; do
    "$MXSIM" send --spool spool --quiet -t send.log --trace-format $format 2>/dev/null ||
        fail "send: $format"
    case $format in
    postfix) set_of=$(wanted 1 1 0) ;;
    powermta) set_of=$(wanted 0 0 0) ;;
    sendgrid) set_of="$(wanted 1 0 1)" ;;
    esac
    same "send: $format" "$set_of" "$(counts_$format send.log)"
done

# --- tables ---
"$MXSIM" run all.cfg -o out --format csv --replications 3 >run.csv 2>err || fail "run --format csv"
csv run.csv >run.tab || fail "run --format csv: no RFC 4180"
same "csv: rows" "total provider provider provider provider campaign ip ip ip" \
    "$(awk -F'\t' 'NR > 1 { printf "%s%s", s, $1; s = " " }' run.tab)"
column() { # NAME SCOPE THING
    awk -F'\t' -v name="$1" -v scope="$2" -v thing="$3" \
        'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $1 == scope && $2 == thing { print $at[name] }' run.tab
}
for metric in sent delivered_rate deferrals_greylist time_to_deliver_p99_s time_until_99pct_s; do
    same "csv: $metric" "$(jq ".providers.gmail.$metric.mean | if . == null then empty else . end" \
        out/summary.json)" \
        "$(column $metric provider gmail)"
    same "csv: interval of $metric" "$(jq \
        ".total.$metric.ci95 | if . == null then empty else .[1] end" out/summary.json)" \
        "$(column ${metric}_ci95_hi total '')"
done
"$MXSIM" run all.cfg --format json --replications 3 >run.json 2>err
same "json" "$(jq -c '[.providers.yahoo.deferrals.mean, .providers.yahoo.delivered_rate.ci95[0]]' \
    out/summary.json)" \
    "$(jq -c '.[] | select(.scope == "provider" and .name == "yahoo") |
        [.deferrals, .delivered_rate_ci95_lo]' run.json)"
same "json: one replication has no intervals" false \
    "$("$MXSIM" run all.cfg -n 1 --format json 2>/dev/null | jq '.[0] | has("sent_ci95_lo")')"
"$MXSIM" run all.cfg --format markdown >run.md 2>err
same "markdown: widths of rows" "10 8" "$(awk '/^\|/ { print gsub(/\|/, "|") - 1 }' run.md | sort \
    -rnu | tr '\n' ' ' | sed 's/ $//')"
grep -q 'small-domain' run.md || fail "markdown: no provider"
"$MXSIM" run all.cfg --format table >a 2>/dev/null
"$MXSIM" run all.cfg >b 2>/dev/null
cmp a b || fail "--format table is not what is printed without it"
[ "$(wc -L <a)" -le 100 ] || fail "tables wider than 100 columns"
grep -n ' $' a && fail "blanks at line ends"
# why deferred: what more than 1 % of them is left out is "other", so that it adds up; and where
# there is room for all, in Markdown, all are named
sum_of() { # FILE: sums of shares of each row with reasons, but for rounding
    tr -d '\\' <"$1" | grep -oE '([a-z_]+ <?[0-9]+%(, )?)+( \|)?$' | sed 's/ |$//' |
        awk -F', ' '{ sum = 0; for (i = 1; i <= NF; i++) { gsub(/.* /, "", $i)
            if ($i !~ /</) sum += $i + 0 } print (sum >= 97 && sum <= 102 ? "whole" : $0) }' |
        sort -u | tr '\n' ' '
}
"$MXSIM" run all.cfg -n 3 >spread 2>/dev/null
for table in a spread run.md; do
    same "why deferred: $table" "whole " "$(sum_of $table)"
done
grep -q 'other [0-9]*%' spread || fail "why deferred: nothing is left out: $(cat spread)"
grep -q 'other [0-9]*%' run.md && fail "markdown leaves reasons out"
[ "$(wc -L <spread)" -le 100 ] || fail "tables with intervals wider than 100 columns"
# A long name is cut with a mark where people read, and nowhere else.
long=a-provider-with-a-very-long-name-indeed
sed "s/yahoo/$long/" all.cfg >long.cfg
"$MXSIM" run long.cfg >a 2>/dev/null
grep -q '^a-provider-with-a-very-lo~ \|^a-provider-with-a-very-l~ ' a ||
    fail "a cut name has no mark"
[ "$(wc -L <a)" -le 100 ] || fail "a long name makes tables wider than 100 columns"
"$MXSIM" run long.cfg --format csv 2>/dev/null | grep -q "^provider,$long," || fail "csv cuts names"

# --- what was asked ---
{ cat all.cfg; echo 'expect = ( "deferrals < 1", "providers.gmail.sent >= 1" );'; } >asked.cfg
for format in table csv json markdown; do
    "$MXSIM" run asked.cfg -q -n auto --precision delivered_rate:5% --format $format \
        >asked.$format 2>err
    same "asked: $format" 4 $?
done
"$MXSIM" run asked.cfg -q -n auto --precision delivered_rate:5% --json 2>err >asked.summary
wanted=$(jq -c '(.precision.delivered_rate | ["delivered_rate", "reached", .half_width, .wanted,
    .relative]), (.expect | to_entries[] | [.key, .value.outcome, .value.mean, .value.ci95[]])' \
    asked.summary)
same "asked: json" "$wanted" "$(jq -c '.[] | if .scope == "precision" then [.name, .outcome,
    .half_width, .half_width_wanted, .half_width_is_relative]
    elif .scope == "expected" then [.name, .outcome, .value, .value_ci95_lo, .value_ci95_hi]
    else empty end' asked.json)"
csv asked.csv >run.tab || fail "asked: csv: no RFC 4180"
same "asked: csv" "$(jq -r '.expect[] | [.outcome, .mean, .ci95[]] | @tsv' asked.summary)" \
    "$(awk -F'\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        $1 == "expected" { print $at["outcome"] "\t" $at["value"] "\t" $at["value_ci95_lo"] "\t" \
            $at["value_ci95_hi"] }' run.tab)"
same "asked: csv: others have none" 0 "$(awk -F'\t' '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 && $1 !~ /^(expected|precision)$/ && $at["outcome"] != ""' run.tab | wc -l)"
same "asked: markdown" "precision reached expected fail expected pass" \
    "$(sed -n '/^| asked/,$p' asked.markdown | tail -n +3 | awk -F' [|] ' \
        '{ sub(/^\| /, ""); printf "%s%s %s", s, $1, $3; s = " " }')"
for word in 'reached ' 'FAIL ' 'pass '; do
    grep -q "^  $word" asked.table || fail "asked: table: no $word"
done
grep -q outcome run.csv && fail "csv: columns for what nobody asked"

"$MXSIM" schedule bluecore --format csv >s.csv || fail "schedule --format csv"
same "schedule" "$("$MXSIM" schedule bluecore --json | jq -c '[.attempts_s[], .expires_s]')" \
    "[$(csv s.csv | awk -F'\t' 'NR > 1 { printf "%s%s", s, $4; s = "," }')]"
same "schedule: two" '["bluecore","exim"]' "$("$MXSIM" schedule bluecore exim --format json | jq \
    -c '[.[].policy] | unique')"
same "schedule: all" "$("$MXSIM" schedule --all --json | jq -c \
    '[.[] | [.policy, (.attempts_s | length), .expires_s, .expiry]]')" \
    "$("$MXSIM" schedule --all --format json | jq -c \
        '[.[] | [.policy, .attempts, .expires_s, .expiry]]')"
"$MXSIM" schedule postfix exim qmail kumomta haraka --format markdown | awk -F'|' \
    'NF != 13 { exit 1 }' || fail "schedule: markdown"
"$MXSIM" schedule --all | grep -n ' $' && fail "schedule --all: blanks at line ends"
same "check" "$("$MXSIM" run all.cfg --json -n 1 2>/dev/null | jq .replications)" 1
same "check: assumed" "$("$MXSIM" check all.cfg | sed -n 's/^# ASSUMED: \([0-9]*\) .*/\1/p')" \
    "$("$MXSIM" check all.cfg --format json | jq length)"
"$MXSIM" check all.cfg --format csv >c.csv
same "check: csv" "key value range" "$(csv c.csv | head -n 1 | tr '\t' ' ')"
same "check: csv and json" "$("$MXSIM" check all.cfg --format json | jq -r \
    '.[] | [.key, .value, .range] | @tsv' | sed 's/\\\\/\\/g')" "$(csv c.csv | tail -n +2)"

# --- usage ---
usage() {
    "$MXSIM" "$@" >out.txt 2>err
    same "mxsim $*" 2 $?
}
usage run all.cfg --format xml
grep -q 'one of table|csv|json|markdown' err || fail "--format xml: $(cat err)"
usage run all.cfg --format csv --json
usage run all.cfg --trace-format postfix
usage run all.cfg --trace x --trace-format exim

finish "tables in four formats, logs of four servers: as the summary says"
