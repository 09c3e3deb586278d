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
expect 3 'cannot open the folder no-such' report no-such
expect 3 'small.cfg is no folder.* called sweep.db' report small.cfg
mkdir empty
for command in report plot; do
    expect 3 'empty holds no results: neither summary.json .* nor sensitivity.json' $command empty
done
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
# each page holds the command that gives it again
for page in cmp:compare swept:sweep; do
    command=$(sed -n 's/.*aria-label="Command"><code>\(.*\)<\/code>.*/\1/p' "${page%:*}.html" |
        sed "s/&#39;/'/g; s/&quot;/\"/g; s/&amp;/\&/g")
    [[ $command == "mxsim ${page#*:} "* ]] || fail "${page%:*}.html: the command is: $command"
    (eval "${command/mxsim/\"$MXSIM\"} -q" >out 2>&1) || fail "$command: $(cat out)"
done
cmp -s again/sweep.csv swept/sweep.csv || fail "the command of swept.html gives something else"
jq -e --slurpfile was cmp/comparison.json '.metrics == $was[0].metrics' again/comparison.json \
    >/dev/null || fail "the command of cmp.html gives something else"
expect 0 '' report swept --out swept.html --pictures beside
[ "$(cd beside && echo *)" = 'sweep.pdf sweep.png tradeoff.pdf tradeoff.png' ] ||
    fail "beside: $(ls beside)"

grep -q 'Best delivered_rate by the means of .*[0-9] %' swept.html &&
    grep -q '<td data-v="0\.[0-9]*">[0-9.]* %</td>' swept.html ||
    fail "swept.html: no answer in words, or a share that is no percentage"

# studies' pictures in every format, their data, and here
results=$(sha256sum <swept/sweep.csv)
expect 0 '' plot swept --format svg,png,pdf,csv
[ "$results" = "$(sha256sum <swept/sweep.csv)" ] || fail "plot overwrote a result"
[ "$(cut -d, -f1-4 swept/sweep-picture.csv | head -n 2 | tail -n 1)" = delivered_rate,,1h,3600 ] ||
    fail "$(head -n 3 swept/sweep-picture.csv)"
[ "$(wc -l <swept/sweep-picture.csv)" = 7 ] || fail "rows of sweep-picture.csv"
for kind in sweep tradeoff; do
    [ "$(head -c 5 swept/$kind.pdf)" = %PDF- ] || fail "swept/$kind.pdf"
    expect 0 '' plot swept $kind --terminal
    [ "$(wc -l <out)" -ge 20 ] || fail "$kind in the terminal: $(wc -l <out) lines"
done
expect 0 'differences? .*chance' plot cmp comparison -t
expect 0 '' plot cmp comparison --out c.csv
[ "$(wc -l <c.csv)" -gt 3 ] || fail "rows of c.csv"
[ "$(head -n 1 c.csv)" = metric,system,outcome,difference,low,high ] || fail "columns of c.csv"

# a trade-off whose points are known: what none beats, by which way round each metric is good
cp -r swept known
sqlite3 known/sweep.db "UPDATE results SET value = CASE metric
    WHEN 0 THEN CASE point WHEN 0 THEN 0.9 WHEN 1 THEN 0.8 ELSE 0.7 END
    ELSE CASE point WHEN 0 THEN 30 WHEN 1 THEN 20 ELSE 25 END END"
expect 0 '2 of 3 settings are worth a choice: by the means of' plot known tradeoff -t
expect 3 'swept holds a study, which has a page of its own' report a swept --out both.html
expect 0 '' plot known tradeoff --metric deferrals --metric delivered_rate --out k.csv
printf '%s\n' point,window,deferrals,delivered_rate,beaten_by_none 1,2h,20,0.8,1 2,4h,25,0.7,0 \
    0,1h,30,0.9,1 | cmp -s - k.csv || fail "k.csv: $(cat k.csv)"
expect 3 'no metric "sent"; it has delivered_rate, deferrals' plot known sweep --metric sent
expect 2 'takes two --metric' plot known tradeoff --metric deferrals
expect 2 'goes with the kinds sweep and tradeoff' plot a outcomes --metric deferrals

# where all was delivered the interval of the share has a width, as in sweep.csv
sqlite3 known/sweep.db "UPDATE results SET value = 1 WHERE metric = 0"
expect 0 '' plot known sweep --metric delivered_rate --out full.csv
[ "$(awk -F, 'NR > 1 && $5 == 1 && $6 < 1 && $7 == 1' full.csv | wc -l)" = 3 ] ||
    fail "full.csv: $(cat full.csv)"

# deferrals_rate counts messages: no share, though its name says rate
cp -r cmp counted
jq '.metrics = {deferrals_rate: (.metrics | to_entries[0].value)}' cmp/comparison.json \
    >counted/comparison.json
expect 0 '' plot counted comparison --out counted.svg
! grep -q '\] points' counted.svg || fail "a count in points of 100"

# 10,000 points, drawn at random and as a grid: all pictures, and a page that opens at once
numbers="WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
cp -r swept many
sqlite3 many/sweep.db "DELETE FROM points; DELETE FROM settings; DELETE FROM results;
    UPDATE study SET value = 'sobol' WHERE name = 'design';
    UPDATE study SET value = 1 WHERE name = 'replications';
    $numbers INSERT INTO points(point) SELECT i FROM n;
    $numbers INSERT INTO settings SELECT i, 0, (1000 + i) || 's', 1000 + i FROM n;
    $numbers INSERT INTO results SELECT i, 0, m, CASE m WHEN 0 THEN 1 - i * 1e-6
        ELSE 1000.0 * (i * 7919 % 10007) END
        FROM n, (SELECT 0 AS m UNION SELECT 1)" || fail "sqlite3"
cp -r many grid
sqlite3 grid/sweep.db "UPDATE study SET value = 'grid' WHERE name = 'design';
    INSERT INTO parameters VALUES (1, 'other', 'other', '', 'linear');
    DELETE FROM settings;
    $numbers INSERT INTO settings SELECT i, 0, i / 100 || 's', i / 100 FROM n;
    $numbers INSERT INTO settings SELECT i, 1, i % 100, i % 100 FROM n" || fail "sqlite3"
for name in many grid; do
    expect 0 '' report $name --out $name.html
    [ "$(grep -c '<tr><th scope="row">' $name.html)" = 10000 ] || fail "points of $name.html"
    [ "$(wc -c <$name.html)" -lt 5242880 ] || fail "$name.html is larger than 5 MiB"
    [ "$(grep -c '<svg ' $name.html)" = 2 ] || fail "pictures of $name.html"
    grep -q '<details class="long"><summary>All points' $name.html || fail "$name.html: not folded"
done
grep -q 'In each of 40 bins: the median' many.html || fail "many.html: no word of bins"
grep -q 'each cell is the mean of 2.*x 2' grid.html || fail "grid.html: no word of cells"
# every bin is the median of its 250 points: of 1 - i * 1e-6 that of the middle
expect 0 '' plot many sweep --out m.csv
[ "$(grep -c ^delivered_rate m.csv)" = 40 ] || fail "bins of m.csv"
awk -F, '/^delivered_rate/ { middle = 1 - ($4 - 1000) * 1e-6; if ($5 - middle > 2e-6 ||
    middle - $5 > 2e-6 || $6 > $5 || $7 < $5) exit 1 }' m.csv || fail "medians of m.csv"
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
expect 2 'deferral-heat-map, .* tornado; and all' plot a pie
expect 2 'did you mean allowance' plot a alowance
expect 2 'names one picture' plot a --out all.png
expect 2 'not "q.gif"' plot a outcomes --out q.gif
[ ! -e all.png ] && [ ! -e q.gif ] || fail "something was written in spite of it"
expect 2 'did you mean tradeoff' plot a trade-off
expect 3 'cannot open the folder out/nosuch: .*what --out named' plot out/nosuch
expect 3 'a holds no answer.json, of which the picture "plan" is drawn' plot a plan

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
