#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_full_disk.sh - output that cannot be written: exit code 1, a clear message, and what was there
# before is there still. Of runs into one folder at once one leaves all the files.
. tests/support_cli.sh || exit 1
clean_up() { chmod -R u+w "$work"; }
cd "$work" || exit 1

cat >small.cfg <<'EOF'
replications = 2;
lists = { readers = { }; };
pools = { main = { ips = ( { name = "ip"; } ); }; };
campaigns = { news = { list = "readers"; pool = "main"; recipients = "20k"; window = "2h";
                       mix = { big = "100%"; }; }; };
providers = { big = { }; };
EOF
# cannot TEXT ARGUMENTS...: run ends with 1 and says TEXT.
cannot() {
    local text=$1
    shift
    "$MXSIM" run small.cfg "$@" >out 2>err
    local code=$?
    [ $code = 1 ] || fail "$*: exit $code"
    grep -qE -- "$text" err || { fail "$*: does not say $text:"; cat err; }
}
no_litter() {
    [ -z "$(find . -name '*.tmp-*' -o -name '*.part-*')" ] ||
        fail "left behind: $(find . -name '*.*-*')"
}

# --- a file-size limit, as a full disk ---
"$MXSIM" run small.cfg --out kept --trace kept/trace.csv --quiet || fail "the run itself"
cp -r kept before
(
    ulimit -f 8 # KiB: the small files fit, the others do not
    cannot 'mxsim: cannot write kept/[a-z_]*\.(csv|json|cfg): File too large' --out kept --seed 5
    exit $failures
) || failures=$((failures + 1))
diff -r kept before >/dev/null || fail "finished files were lost or changed"
no_litter
(
    ulimit -f 100
    cannot 'cannot write kept/trace.csv: File too large' --trace kept/trace.csv --seed 5
    exit $failures
) || failures=$((failures + 1))
diff -r kept before >/dev/null || fail "the finished trace was lost or changed"
no_litter

# --- /dev/full ---
cannot 'cannot write /dev/full: No space left on device' --quiet --trace /dev/full
"$MXSIM" run small.cfg --json >/dev/full 2>err
[ $? = 1 ] || fail "standard output full: not 1"
grep -q 'standard output: No space left on device' err || { fail "standard output full:"; cat err; }
for command in "check small.cfg" "schedule bluecore" "schedule bluecore --json" "help run" \
    "--version"; do
    # shellcheck disable=SC2086
    "$MXSIM" $command >/dev/full 2>err
    [ $? = 1 ] || fail "$command >/dev/full: not 1"
    grep -q 'No space left on device' err || fail "$command >/dev/full: $(cat err)"
done

# --- places where nothing can be written ---
: >file
cannot 'cannot write file/results: Not a directory' --out file/results
cannot 'cannot write file: Not a directory' --out file
cannot 'cannot write none/trace.csv: No such file' --trace none/trace.csv
mkdir in_the_way in_the_way/summary.json
cannot 'cannot write in_the_way: Is a directory' --out in_the_way
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod a-w locked
    cannot 'cannot write locked: Permission denied' --out locked
fi
[ "$(cat out)" = "" ] || fail "a table in spite of it"
no_litter

# --- several runs into one folder at once: the files are of one of them ---
for round in 1 2 3 4 5 6 7 8; do
    for seed in 1 2 3 4; do
        "$MXSIM" run small.cfg --set campaigns.news.recipients=100 --seed $seed --out shared \
            --quiet &
    done
    wait
    [ "$(sed -n 's/^ *"seed": \([0-9]*\),.*/\1/p' shared/summary.json)" = \
        "$(sed -n 's/^seed = \([0-9]*\);.*/\1/p' shared/plan.cfg)" ] ||
        fail "round $round: summary.json and plan.cfg are of different runs"
done

finish "nothing lost"
