#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: timeout=300
# cli_report.sh - report and plot as a user types them: files, exit codes, a look in the terminal,
# the scripts of plots/ by hand.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

cat >small.cfg <<'EOF'
name = "small";
replications = 2;
lists = { readers = { unknown = "1%"; mailbox_full = "1%"; }; };
pools = { main = { ips = ( { name = "new"; count = 2; } ); warm_up = { preset = "sendgrid"; }; }; };
campaigns = { news = { list = "readers"; pool = "main"; recipients = "500"; window = "10h";
    mix = { gmail = "70%"; small = "30%"; }; }; };
providers = {
    gmail = { preset = "gmail"; };
    small = { greylist = { delay = "5m"; domains = 20; }; };
};
EOF
expect 0 '' run small.cfg --out a -q --seed 3
expect 0 '' run small.cfg --out "it's b" -q --seed 4

# --- report ---
expect 0 '' report a
[ -s a/report.html ] || fail "no a/report.html"
expect 0 '' report a "it's b" --out both.html --pictures pictures
for word in '<h1>' 'id="deliverability"' 'id="warm-up"' 'Runs side by side' \
    'mxsim report a ' '&#39;it&#39;\&#39;&#39;s b&#39;' '--seed 4 '; do
    grep -qF -- "$word" both.html || fail "both.html lacks $word"
done
[ "$(find pictures -name '*.pdf' -size +2k | wc -l)" = 22 ] || fail "PDF files: $(ls pictures)"
[ "$(find pictures -name '*.png' -size +2k | wc -l)" = 22 ] || fail "PNG files: $(ls pictures)"
# the same page from the same results
cp a/report.html first.html
expect 0 '' report a
cmp -s a/report.html first.html || fail "the second page differs from the first"
# the assumed values are those of check
"$MXSIM" check a/plan.cfg 2>/dev/null >plan.txt
assumed=$(grep -c '^  { key = ' a/plan.cfg)
grep -qF "<p>$assumed values have no public source" a/report.html ||
    fail "not $assumed assumed values"
expect 3 'no-such/summary.json' report no-such
expect 3 'small.cfg/summary.json' report small.cfg
expect 2 'RESULTS' report
expect 1 'cannot write' report a --out a/summary.json/x.html
cp -r a broken
sed -i 's/"deferrals_spike"/"deferrals_spoke"/' broken/summary.json
expect 3 'broken/summary.json: total.deferrals_spike is missing' report broken --out none.html
head -c 1000 a/timeseries.csv >broken/timeseries.csv
cp a/summary.json broken/summary.json
expect 3 'broken/timeseries.csv:[0-9]+: ' report broken --out none.html
[ ! -e none.html ] || fail "half a page"
(PATH=/no/such "$MXSIM" report a --out none.html 2>err) && fail "a page without gnuplot"
grep -qF 'gnuplot is not installed (package gnuplot-nox)' err || fail "no gnuplot: $(cat err)"
[ ! -e none.html ] || fail "half a page without gnuplot"

# --- studies ---
expect 0 '' compare small.cfg -w mta.retry.preset=postfix -n 3 --out cmp -q
expect 0 '' report cmp --out cmp.html
for word in 'mxsim report: Comparison' 'delivered_rate: difference from A' '<svg ' \
    'mta.retry.preset=postfix' 'mxsim report cmp --out cmp.html'; do
    grep -qF -- "$word" cmp.html || fail "cmp.html lacks $word"
done
cat >study.cfg <<'EOF'
scenario = "small.cfg"; replications = 2; seed = 1;
parameters = { window = { path = "campaigns.news.window"; values = ( "1h", "2h", "4h" ); }; };
metrics = ( "delivered_rate", "deferrals" );
EOF
expect 0 '' sweep study.cfg --out swept -q
expect 0 '' report swept --out swept.html
[ "$(grep -c '<tr><th scope="row">' swept.html)" = 3 ] || fail "points of swept.html"
# more points than a picture holds: folded away, and the page says so
cp -r swept many
sqlite3 many/sweep.db "WITH RECURSIVE
    n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
    INSERT INTO points SELECT i, NULL, NULL FROM n" 2>err ||
    { command -v sqlite3 >/dev/null && fail "$(cat err)"; }
if command -v sqlite3 >/dev/null; then
    expect 0 '' report many --out many.html
    grep -q 'too many for a picture' many.html || fail "many.html: no word why no picture"
    [ "$(grep -c '<tr><th scope="row">' many.html)" = 10000 ] || fail "points of many.html"
    [ "$(wc -c <many.html)" -lt 5242880 ] || fail "many.html is larger than 5 MiB"
fi
echo '{"kind": "comparison"}' >cmp/comparison.json
expect 3 'comparison.json: metrics is missing' report cmp --out none.html
echo broken >swept/sweep.db
expect 3 'swept/sweep.db' report swept --out none.html
[ ! -e none.html ] || fail "half a page of a study"

# --- plot ---
expect 0 '' plot a
[ "$(ls a/*.svg a/*.png | wc -l)" = 22 ] || fail "plot a: $(ls a)"
expect 0 '' plot a retry-age --out r.pdf
[ "$(head -c 5 r.pdf)" = %PDF- ] || fail "r.pdf is no PDF"
expect 0 '' plot a queue-length --format csv,svg --out some/where
[ "$(echo some/where/*)" = 'some/where/queue-length.csv some/where/queue-length.svg' ] ||
    fail "$(ls some/where)"
expect 0 '' plot a delivered-over-time --out ages.csv
[ "$(wc -l <ages.csv)" = "$(wc -l <a/delivered_by_age.csv)" ] || fail "rows of ages.csv"
[ "$(head -n 1 ages.csv)" = provider,age_s,delivered_share,lo,hi ] || fail "columns of ages.csv"
expect 0 'The queue peaks at' plot a queue-length --terminal
[ "$(wc -L <out)" -le 100 ] || fail "a terminal picture $(wc -L <out) characters wide"
for kind in delivered-over-time attempts-per-minute deferrals-by-reason deferral-heat-map \
    first-attempt retry-age reputation allowance warm-up outcomes; do
    expect 0 '' plot a $kind --terminal
    [ "$(wc -l <out)" -ge 20 ] || fail "$kind in the terminal: $(wc -l <out) lines"
done
expect 2 'takes a KIND' plot a --terminal
expect 2 'takes a KIND' plot a retry-age --terminal --format svg
expect 2 'svg, png, pdf and csv.*"gif"' plot a retry-age --format svg,gif
expect 2 'another format' plot a retry-age --out r.pdf --format svg
expect 2 'deferral-heat-map, .* and all' plot a pie

# --- by hand ---
cd "$root" || exit 1
for script in plots/*.gp; do
    kind=$(basename "$script" .gp)
    [ -e "$work/a/$kind.svg" ] || continue
    gnuplot -c "$script" "$work/a" "$work/hand.svg" >"$work/out" 2>&1 ||
        fail "$script by hand: $(cat "$work/out")"
    grep -q '</svg>' "$work/hand.svg" || fail "$script by hand: no picture"
    rm -f "$work/hand.svg"
    grep -q "gnuplot -c $script " "$script" || fail "$script does not say how to call it"
done

finish "all well"
