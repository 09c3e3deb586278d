#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: full no-asan timeout=900
# cli_browse.sh - reports in headless Chromium: no console error, no request, tables sort, filter
# and copy, headings, contrast and names as axe-core wants them; 400, 1000, 1600 px, light and dark,
# without script. With MX_FULL=1 the report of every shipped scenario, at one replication, of every
# study, scaled down, and of a sweep of 10,000 points, which must open at once.
#
# Cannot run (77) where there is no node or no Chromium; axe-core comes from npm, into BUILD, and
# where that cannot be had its checks are left out, which is said. In CI each of these is a failure.
# MX_SHOTS=FOLDER keeps screenshots.
. tests/support_cli.sh || exit 1

axe_version=4.10.3

cannot() { # WHY
    echo "$1"
    [ "${CI:-}" = true ] && exit 1
    exit 77
}
command -v node >/dev/null || cannot "no node here (Debian package nodejs)"

# --- axe-core ---
axe=$BUILD/npm/node_modules/axe-core/axe.min.js
if [ ! -e "$axe" ] || ! grep -qF "v$axe_version" "$axe"; then
    if command -v npm >/dev/null; then
        mkdir -p "$BUILD/npm"
        npm install --prefix "$BUILD/npm" --no-save --no-audit --no-fund --ignore-scripts \
            --fetch-retries=1 --fetch-timeout=20000 "axe-core@$axe_version" >"$work/npm" 2>&1 ||
            tail -n 3 "$work/npm"
    fi
fi
axe_option=()
if [ -e "$axe" ]; then
    axe_option=(--axe "$axe")
else
    echo "axe-core could not be had from npm: contrast and names are not checked"
    [ "${CI:-}" != true ] || exit 1
fi
shots_option=()
[ -z "${MX_SHOTS-}" ] || shots_option=(--shots "$MX_SHOTS")

# --- pages ---
pages=()
page() { # NAME DIR...
    local name=$1
    shift
    if "$MXSIM" report "$@" --out "$work/$name.html"; then
        pages+=("$work/$name.html")
    else
        fail "no report of $*"
    fi
}
run() { # SCENARIO NAME OPTION...
    local scenario=$1 name=$2
    shift 2
    "$MXSIM" run "scenarios/$scenario.cfg" -q --out "$work/out/$name" "$@" || exit 1
}
study() { # COMMAND STUDY OPTION...: scaled down; 4 is the answer that there is none
    local command=$1 name=$2
    shift 2
    "$MXSIM" "$command" "scenarios/studies/$name.cfg" -q --out "$work/out/$name" "$@" 2>"$work/err"
    [[ $? =~ ^[04]$ ]] || { cat "$work/err"; exit 1; }
    page "$name" "$work/out/$name"
}
few() { # STUDY SED...: a study whose points are too many, rewritten
    local name=$1
    shift
    mkdir -p "$work/few/studies"
    [ -e "$work/few/retry-storm.cfg" ] || cp -r scenarios/*.cfg scenarios/*/ "$work/few/"
    sed -i "$@" "$work/few/studies/$name.cfg"
}
run greylisting greylisting
page greylisting "$work/out/greylisting"
study sweep spike-vs-window --set campaigns.load.recipients=1k --replications 1
if [ "${MX_FULL:-}" = 1 ]; then
    for scenario in scenarios/*.cfg; do
        name=$(basename "$scenario" .cfg)
        [ "$name" != greylisting ] || continue
        run "$name" "$name" --replications 1
        page "$name" "$work/out/$name"
    done
    page two-warm-ups "$work/out/cold-ip" "$work/out/warm-up"
    study plan ips-needed --set campaigns.newsletter.recipients=4k --replications 2
    study plan warm-up-speed --set campaigns.launch.recipients=2k --replications 2
    study plan biggest-campaign --replications 2
    study sweep retry-policy-choice --set campaigns.newsletter.recipients=300 --replications 2
    study sensitivity what-matters --set campaigns.sale.recipients=2k \
        --set campaigns.receipts.recipients=200
    few busy-cost-collapse 's/count = 12/count = 5/; s/count = 10/count = 4/; s/1600k/800k/'
    "$MXSIM" sweep "$work/few/studies/busy-cost-collapse.cfg" -q --out "$work/out/collapse" ||
        exit 1
    page busy-cost-collapse "$work/out/collapse"
    "$MXSIM" compare scenarios/greylisting.cfg -w mta.retry.preset=postfix -n 3 -q \
        --out "$work/out/compared" || exit 1
    page compared "$work/out/compared"
    for file in scenarios/studies/*.cfg; do
        [ -e "$work/$(basename "$file" .cfg).html" ] && continue
        fail "$file has no page"
    done
fi

# --- names that are none of ours: markup stays text in a real browser too ---
mkdir "$work/hostile"
cp "$work/out/greylisting/"*.c* "$work/hostile"
evil='<img src=x onerror=console.error(1)>"`$(x)`&#39;'
jq --arg evil "$evil" '.scenario.name = $evil | .campaigns |= with_entries(.key = $evil + .key)' \
    "$work/out/greylisting/summary.json" >"$work/hostile/summary.json"
look() { # OPTION... PAGE...
    local code
    node tests/tools/browse.mjs ${axe_option[@]+"${axe_option[@]}"} \
        ${shots_option[@]+"${shots_option[@]}"} "$@"
    code=$?
    [ $code != 77 ] || cannot "the browser could not be started"
    [ $code = 0 ] || failures=$((failures + 1))
}
look "${pages[@]}"
page hostile "$work/hostile"
look --once "$work/hostile.html"
if [ "${MX_FULL:-}" = 1 ]; then # as large as a page gets: the thread's own time, not the clock's
    cp -r "$work/out/spike-vs-window" "$work/large"
    numbers="WITH RECURSIVE n(i) AS (SELECT 48 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
    sqlite3 "$work/large/sweep.db" "$numbers INSERT INTO points(point) SELECT i FROM n;
        $numbers INSERT INTO settings SELECT i, p, i * (p + 1), i * (p + 1) FROM n,
            (SELECT 0 AS p UNION SELECT 1);
        UPDATE study SET value = 'sobol' WHERE name = 'design';
        $numbers INSERT INTO results SELECT i, 0, m, i * 7919 % 10007 FROM n,
            (SELECT 0 AS m UNION SELECT 1)" || exit 1
    page large "$work/large"
    look --once --within 2000 "$work/large.html"
    node tests/tools/browse.mjs --once --within 1 "$work/large.html" >"$work/slow"
    grep -q 'ms to open' "$work/slow" ||
        fail "no page is too slow"
fi

# --- what looks must be able to see: a page with one of each mistake ---
later=requestAnimationFrame push=document.body.style.paddingTop
sed -e 's/<caption>/<div>/; s/--soft: #4e5661/--soft: #d0d0d0/; s/<h2 id="answer-title"/<h5/' \
    -e "s/ scope=\"row\"//; s/'use strict';/'use strict'; console.error('seen');/" \
    -e 's/return x - y/return 0/; s/<main>/<main><img src="https:\/\/example.com\/x.png">/' \
    -e "s/'use strict';/'use strict'; ${later}(() => ${later}(() => { ${push} = '200px'; }));/" \
    -e "s/Number.isNaN(y) ? a.localeCompare(b, 'en', {numeric: true}) : x - y/true ? 0 : 0/" \
    -e 's/default-src .none.; style/img-src *; style/; s/img-src data:;//' \
    "${pages[0]}" >"$work/mistaken.html"
node tests/tools/browse.mjs --once ${axe_option[@]+"${axe_option[@]}"} "$work/mistaken.html" \
    >"$work/seen"
[ $? = 1 ] || fail "a mistaken page passes"
for words in 'has no caption' 'skips a level' 'headers without scope' 'console: seen' \
    'asks for https://example.com/x.png' 'is not in' 'the layout shifts'; do
    grep -qF "$words" "$work/seen" || fail "not seen: $words"
done
[ ! -e "$axe" ] || grep -q 'color-contrast' "$work/seen" ||
    fail "axe-core sees no poor contrast"
[ $failures = 0 ] || cat "$work/seen"

finish "all well"
