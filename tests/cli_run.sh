#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_run.sh - the commands as a user types them: outputs, exit codes, what they say.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

stdout_has() { grep -qE -- "$1" out || fail "standard output lacks $1"; }
stderr_has() { grep -qE -- "$1" err || fail "standard error lacks $1"; }

cat >small.cfg <<'EOF'
name = "small";
replications = 2;
lists = { readers = { unknown = "1%"; mailbox_full = "1%"; }; };
pools = { main = { ips = ( { name = "ip"; count = 2; age = "400d"; daily_volume = "50k"; } ); }; };
campaigns = { news = { list = "readers"; pool = "main"; recipients = "2k"; window = "10m";
                       mix = { big = "80%"; small = "20%"; }; }; };
providers = { big = { };
              small = { greylist = { delay = "5m"; domains = 10; whitelist_after = 5; }; }; };
EOF

# --- help and usage ---
expect 0 'mxsim run' --help
head -n 4 out | grep -q 'Examples' || fail "help does not lead with examples"
expect 0 '^mxsim [0-9]+\.[0-9]+\.[0-9]+ \(' --version
for command in run check schedule plot help; do
    expect 0 "^Usage: mxsim $command" help $command
    cp out help.txt
    expect 0 "^Usage: mxsim $command" $command --help
    cmp -s out help.txt || fail "$command --help is not help $command"
    [ "$(wc -L <out)" -le 100 ] || fail "help of $command is wider than 100 columns"
    ! grep -n ' $' out || fail "help of $command: blanks at the end of a line"
done
expect 2 'which command'
[ -s out ] && fail "a usage error prints to standard output"
expect 2 'did you mean run' rum
expect 2 'did you mean check' help chek
expect 2 'there is no command "frobnicate"' frobnicate
expect 2 'lacks its SCENARIO' run
expect 2 'as well' run small.cfg other.cfg
expect 2 'did you mean --seed' run small.cfg --sede 3
expect 2 'whole number' run small.cfg --replications 0
expect 2 'PATH=VALUE' run small.cfg --set seed
expect 2 'others do' check small.cfg --trace x
expect 2 'no option --frobnicate' run small.cfg --frobnicate 3

# --- run ---
expect 0 '2,000 recipients' run small.cfg --out a/b --seed 3
stdout_has '^small +400 '
stdout_has 'greylist 9[0-9]%|greylist 100%'
stderr_has 'results in a/b'
csv_files="timeseries.csv delivered_by_age.csv reputation.csv attempts_by_number.csv warm_up.csv"
for file in summary.json $csv_files plan.cfg; do
    [ -s a/b/$file ] || fail "a/b/$file is missing"
done
[ "$(find a/b -type f | wc -l)" = 7 ] || fail "a/b holds something else: $(ls -A a/b)"
[ "$(wc -L <out)" -le 100 ] || fail "the table is wider than 100 columns"
LC_ALL=C grep -q "$(printf '\033')" out && fail "colour in a file"
columns='time_s,provider,created,attempts,delivered,hard_bounced,soft_bounced_rejected'
columns=$columns',soft_bounced_expired,deferrals'
for reason in outage connections rate spike reputation capacity greylist content mailbox_full; do
    columns=$columns,deferrals_$reason
done
[ "$(head -n 1 a/b/timeseries.csv)" = "$columns,pending" ] || fail "columns of timeseries.csv"
for file in summary.json $csv_files; do
    grep -nwiE 'nan|-nan|inf' a/b/$file && fail "$file holds a number that is none"
done

# by number: the same attempts in all, and what the first ones met
sum() { # COLUMN FILE [CONDITION]
    awk -F, "NR > 1 ${3:+&& $3} { s += \$$1 } END { printf \"%.0f\", s }" "$2"
}
[ "$(sum 3 a/b/attempts_by_number.csv)" = \
    "$(jq '.total.attempts.mean | round' a/b/summary.json)" ] ||
    fail "attempts by number: $(sum 3 a/b/attempts_by_number.csv) in all"
[ "$(sum 5 a/b/attempts_by_number.csv '$1 == 1')" = \
    "$(jq '.total.deferred_first_attempt.mean | round' a/b/summary.json)" ] ||
    fail "deferrals of first attempts by number"

# plan.cfg reproduces the run, seed included
expect 0 '' run a/b/plan.cfg --out again --quiet
[ -s out ] && fail "--quiet prints"
[ -s err ] && fail "--quiet says something"
for file in $csv_files; do
    cmp -s a/b/$file again/$file || fail "plan.cfg gives another $file"
done

# --json is summary.json
expect 0 '"delivered_rate"' run small.cfg --json --seed 3
diff <(grep -v '"performance"' out) <(grep -v '"performance"' a/b/summary.json) >/dev/null ||
    fail "--json differs from summary.json"
[ -s err ] && ! grep -q attempts err && fail "--json says: $(cat err)"

# threads, loops and traces change nothing else
for how in "--jobs 1" "--jobs 7" "--jobs 2 --exact" "--trace t.csv.zst --jobs 2"; do
    # shellcheck disable=SC2086
    expect 0 '' run small.cfg --out how --seed 3 --quiet $how
    for file in $csv_files; do
        cmp -s a/b/$file how/$file || fail "$how: $file differs"
    done
    diff <(grep -v '"performance"' how/summary.json) <(grep -v '"performance"' a/b/summary.json) \
        >/dev/null || fail "$how: summary.json differs"
done

# the trace: compressed and plain hold the same rows, one column line, parts in order
expect 0 '' run small.cfg --quiet --seed 3 --jobs 1 --trace t.csv
zstd -dqc t.csv.zst | cmp -s - t.csv || fail "the compressed trace holds other rows"
[ "$(grep -c ^replication t.csv)" = 1 ] || fail "column lines of the trace"
[ "$(cut -d, -f1 t.csv | tail -n +2 | uniq | tr '\n' ' ')" = '0 1 ' ] ||
    fail "order of replications"
attempts=$(sed -n 's/^    "attempts": {"mean": \([0-9.]*\),.*/\1/p' a/b/summary.json | head -n 1)
rows=$(tail -n +2 t.csv | grep -vc ',expired,')
awk -v a="$attempts" -v r="$rows" 'BEGIN { exit !(2 * a == r) }' ||
    fail "$rows rows for twice $attempts attempts"
expect 0 '^replication,time_s' run small.cfg --quiet --trace /dev/stdout
[ "$(find . -name '*part*' -o -name '*tmp*' | wc -l)" = 0 ] || fail "parts are left: $(ls -A)"

# results replace older ones
expect 0 '' run small.cfg --out a/b --seed 4 --quiet
cmp -s a/b/timeseries.csv again/timeseries.csv && fail "older results stayed"

# --- check ---
expect 0 'ASSUMED' check small.cfg
cp out plan.cfg
expect 0 '' run plan.cfg --quiet --out plan --seed 3
cmp -s plan/timeseries.csv again/timeseries.csv || fail "the printed plan gives another run"
expect 0 '' check small.cfg --quiet
[ -s out ] && fail "check --quiet prints"
expect 0 'recipients = "?(3000|3k)' check small.cfg --set campaigns.news.recipients=3k

# --- expectations ---
met='"delivered_rate >= 90%", "providers.big.sent > 1500", "ips.ip-1.dropped<=0",
    "campaigns.news.recipients < 2001", "total.time_until_50pct_s <= 1e5"'
expect 0 '' run small.cfg --quiet --set "expect=($met)"
[ -s err ] && fail "met expectations say: $(cat err)"
expect 4 'expected sent < 1, but it is [0-9]' run small.cfg --quiet --out kept --set \
    'expect=("delivered_rate >= 0.5", "sent < 1")'
[ -s kept/summary.json ] || fail "no results where an expectation failed"
expect 4 'but it is undefined' run small.cfg --quiet --set \
    'expect=("ips.ip-1.time_until_99pct_s > 0")' --set 'providers.big.content.reject=50%'
for wrong in 'delivered_rat >= 1' 'providers.bigg.sent > 1' 'lists.readers.sent > 1' 'sent' \
    'sent > much' 'sent >= nan' 'sent => 1' 'total.sent > 1 2' 'providers.big > 1'; do
    for command in check run; do
        expect 3 'expect\[1\]: ' $command small.cfg --quiet \
            --set "expect=(\"sent > 1\", \"$wrong\")"
    done
done
expect 3 'did you mean delivered_rate' check small.cfg --set 'expect=("delivered_rat >= 1")'

# --- a name that may have been meant; what an option gave is no default ---
expect 3 'did you mean big\?' check small.cfg --set 'expect=("providers.bigg.sent >= 1")'
for zone in Europe/Pariss Europ/Paris Paris; do
    expect 3 'did you mean "Europe/Paris"\?' check small.cfg --set time_zone=$zone
done
expect 3 'tzdata\)$' check small.cfg --set time_zone=Xyzzyxyzzy
expect 0 '' run small.cfg --quiet --out options --seed 7 -n 3
grep -q '^seed = 7;  # --seed$' options/plan.cfg || fail "plan.cfg lacks that --seed gave the seed"
grep -q '^replications = 3;  # --replications$' options/plan.cfg ||
    fail "plan.cfg lacks that --replications gave their number"

# --- reasons that find no room are not kept silent ---
expect 0 '[a-z_]+ [0-9]+%, other [0-9]+%$' run small.cfg --set providers.big.preset=gmail

# --- a burst that is over within the minute is seen in the peak ---
cat >burst.cfg <<'END'
name = "burst"; start = "2026-11-27 09:00"; time_zone = "UTC"; seed = 1;
lists = { l = { }; };
pools = { main = { ips = ( { name = "ip"; age = "90d"; daily_volume = "10k"; } ); }; };
mta = { connections = "none"; transaction_time = "20s"; };
campaigns = { c = { list = "l"; pool = "main"; recipients = 1000; window = "10s";
  mix = { p = "100%"; }; }; };
providers = { p = { }; };
END
expect 0 '' run burst.cfg --quiet --out burst
[ "$(jq .total.queue_peak.mean burst/summary.json)" = 1000 ] &&
    [ "$(jq .total.delivered.mean burst/summary.json)" = 1000 ] ||
    fail "a burst's peak is $(jq -c .total.queue_peak burst/summary.json)"

finish "all well"
