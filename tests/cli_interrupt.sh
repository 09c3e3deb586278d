#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_interrupt.sh - Ctrl-C and the like: exit code 130, a message, nothing half-written; a reader
# that has gone ends the program as it does others.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

# Much more work than the test has patience for.
cat >large.cfg <<'EOF'
replications = 1000;
lists = { readers = { mailbox_full = "1%"; }; };
pools = { main = { ips = ( { name = "ip"; count = 4; } ); }; };
campaigns = { news = { list = "readers"; pool = "main"; recipients = "20M"; window = "10h";
                       mix = { big = "100%"; }; }; };
providers = { big = { }; };
EOF

# interrupt SIGNAL ARGUMENTS...
interrupt() {
    local signal=$1 pid tries=0
    shift
    # A shell starts what is in the background with SIGINT ignored; env gives it back.
    env --default-signal=INT "$MXSIM" run large.cfg --jobs 2 "$@" >out 2>err &
    pid=$!
    # It has begun to simulate when the trace's first part is there.
    until compgen -G '*.part-*' >/dev/null || [ $tries -gt 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    sleep 0.2
    kill -s "$signal" $pid
    wait $pid
    local code=$?
    [ $code = 130 ] || fail "$signal: exit $code"
    grep -q 'mxsim: interrupted: no results were written' err || { fail "$signal: $(cat err)"; }
    [ -s out ] && fail "$signal: prints to standard output"
    [ -e results ] && [ -n "$(ls -A results)" ] && fail "$signal: left in results: $(ls -A results)"
    [ -z "$(find . -name '*trace*')" ] || fail "$signal: left $(find . -name '*trace*')"
}
interrupt INT --out results --trace trace.csv
interrupt TERM --out results --trace trace.csv.zst --json

# What was there before stays.
mkdir -p results && echo old >results/summary.json && echo old >trace.csv
env --default-signal=INT "$MXSIM" run large.cfg --out results --trace trace.csv >out 2>err &
pid=$!
sleep 1
kill -s INT $pid
wait $pid
[ $? = 130 ] || fail "over older results: not 130"
[ "$(cat results/summary.json trace.csv)" = "old
old" ] || fail "older results are gone"
there='./err ./large.cfg ./out ./results/summary.json ./trace.csv '
[ "$(find . -type f | sort | tr '\n' ' ')" = "$there" ] || fail "left behind: $(find . -type f)"

# Pictures and pages: a gnuplot that says that it has begun, and never ends. It gets no signal of
# its own here, and must be gone all the same.
"$MXSIM" run large.cfg --set campaigns.news.recipients=1000 --replications 1 --quiet --out drawn ||
    fail "a small run"
mkdir bin tmp
cat >bin/gnuplot <<EOF
#!/bin/sh
echo \$\$ >$work/begun.new && mv $work/begun.new $work/begun
exec sleep 1000
EOF
chmod +x bin/gnuplot
stop_drawing() { # MESSAGE ARGUMENTS...
    local message=$1 pid tries=0 before
    shift
    before=$(ls -A . drawn)
    rm -f begun
    PATH=$work/bin:$PATH TMPDIR=$work/tmp env --default-signal=INT "$MXSIM" "$@" >out 2>err &
    pid=$!
    until [ -e begun ] || [ $tries -gt 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -s INT $pid
    wait $pid
    local code=$?
    [ $code = 130 ] || fail "$*: exit $code"
    grep -q "^mxsim: interrupted: $message" err || fail "$*: $(cat err)"
    kill -9 "$(cat begun)" 2>/dev/null && fail "$*: gnuplot goes on"
    rm -f begun
    [ "$(ls -A . drawn)" = "$before" ] || fail "$*: left $(ls -A . drawn)"
    [ -z "$(ls -A tmp)" ] || fail "$*: left $(ls -A tmp) for temporary files"
}
if command -v gnuplot >/dev/null; then
    stop_drawing 'no page was written' report drawn --out page.html
    stop_drawing 'the pictures that were finished are kept' plot drawn
fi

# A pipe that nobody reads.
mkfifo pipe
exec 4<>pipe 5>pipe 4<&-
env --default-signal=PIPE "$MXSIM" schedule --all >&5 2>err
code=$?
exec 5>&-
[ $code = 141 ] && [ ! -s err ] || fail "a pipe without a reader: exit $code, $(cat err)"

finish "interrupted cleanly"
