#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_send.sh - mxsim send as a user types it, against Postfix's smtp-sink on loopback.
# mxtest: timeout=300
. tests/support_cli.sh || exit 1
export PATH=$PATH:/usr/sbin:/usr/lib/postfix/sbin:/usr/lib/postfix
command -v smtp-sink >/dev/null || { echo "there is no smtp-sink here (Debian: postfix)"; exit 77; }
sink=
clean_up() { [ -z "$sink" ] || kill -9 $sink 2>/dev/null; }
cd "$work" || exit 1

# listens PORT: somebody answers there.
listens() {
    (: </dev/tcp/127.0.0.1/"$1") 2>/dev/null
}
# start_sink OPTIONS...: on a free port, in $port, waited for as long as it lives. It is told not
# to stay root.
start_sink() {
    local user=() tries
    [ "$(id -u)" != 0 ] || user=(-u nobody)
    for ((tries = 0; tries < 20; tries++)); do
        port=$((20000 + RANDOM % 12000))
        listens $port && continue
        smtp-sink "${user[@]}" "$@" 127.0.0.1:$port 1000 2>sink.err &
        sink=$!
        while kill -0 $sink 2>/dev/null; do
            # its own port, not one that another process took at the same moment
            listens $port && sleep 0.1 && kill -0 $sink 2>/dev/null && return 0
            sleep 0.1
        done
        wait $sink 2>/dev/null
    done
    echo "smtp-sink does not start: $(cat sink.err)"
    exit 1
}
stop_sink() {
    kill -9 $sink 2>/dev/null
    wait $sink 2>/dev/null
    sink=
}
total() { # FOLDER METRIC
    jq ".total.$2.mean" "$1/summary.json"
}

# --- usage ---
made=(--generate 50 --from a@example.com --to 'u{n}@example.net' --to 'u{n}@example.org')
expect 2 'lacks --spool' send "${made[@]}"
expect 2 'HOST:PORT' send "${made[@]}" --spool x --relay nowhere
expect 2 'HOST:PORT' send "${made[@]}" --spool x --relay 'a b:25'
expect 2 'HOST:PORT' send "${made[@]}" --spool x --relay localhost:0
expect 2 '--from takes an address' send --generate 1 --from nobody --to a@b --spool x
expect 2 '--to takes an address' send --generate 1 --from a@b --to 'a@b>' --spool x
expect 2 'needs --from and --to' send --generate 1 --spool x
expect 2 'not both' send somewhere --generate 1 --from a@b --to a@b --spool x
expect 2 '--rate takes' send "${made[@]}" --spool x --rate fast
expect 2 'whole number' send "${made[@]}" --spool x --time-scale 0
[ ! -e x ] || fail "a usage error leaves a spool"
expect 2 'is new' send --spool x
expect 3 'unknown preset' send "${made[@]}" --spool x --policy nonsense
expect 3 'cannot read' send nowhere --spool x
mkdir empty
expect 3 'there is no message' send empty --spool x
expect 1 'No such file' send "${made[@]}" --spool nowhere/x
head -c 9000 /dev/zero >junk
expect 3 'spool junk: ' send "${made[@]}" --spool junk
rm -f x*

# --- receivers of each kind ---
# sink_case OPTIONS DELIVERED HARD REJECTED EXPIRED: what expires does so in a quarter of a second,
# the rest has the time that it takes.
sink_case() {
    local quick=()
    [ "$5" = 0 ] || quick=(--time-scale 1000000)
    # shellcheck disable=SC2086 # options are words
    start_sink $1
    rm -rf x.spool* r
    expect 0 '^50 sent' send "${made[@]}" --spool x.spool --relay 127.0.0.1:$port --out r \
        ${quick[@]+"${quick[@]}"}
    stop_sink
    local got
    got="$(total r delivered) $(total r hard_bounced) $(total r soft_bounced_rejected)"
    got="$got $(total r soft_bounced_expired)"
    [ "$got" = "$2 $3 $4 $5" ] || fail "smtp-sink $1: $got instead of $2 $3 $4 $5"
    [ "$(jq -c '.providers | keys' r/summary.json)" = '["example.net","example.org"]' ] ||
        fail "providers are not the domains"
}
sink_case '' 50 0 0 0
sink_case '-r RCPT' 0 0 0 50
sink_case '-f RCPT' 0 0 50 0
sink_case '-f . -p' 0 0 50 0
sink_case '-r CONNECT' 0 0 0 50
sink_case '-f CONNECT' 0 0 0 50
sink_case '-q DATA' 0 0 0 50
sink_case '-Q MAIL' 0 0 0 50
sink_case '-e' 50 0 0 0
if command -v gnuplot >/dev/null; then # a page of mail that was sent does not speak of simulation
    expect 0 '' report r --out sent.html
    grep -q 'Mail that was sent, by mxsim send' sent.html ||
        fail "the page does not say what it is of"
    sed '/<style>/,/<\/style>/d; /<script>/,/<\/script>/d' sent.html | grep -oiE \
        '.{0,40}(simulated, not|replication|simulation|to the byte|plan.cfg|assumed).{0,20}' &&
        fail "the page speaks of a simulation"
fi
start_sink -f RCPT -B '550 5.1.1 User unknown'
expect 0 '50 hard bounced' send "${made[@]}" --spool y.spool --relay 127.0.0.1:$port
stop_sink

# A receiver that takes its second for each message: 50 over 50 connections, side by side, take one
# where one after the other they would take 50.
start_sink -w 1
started=$(date +%s%N)
expect 0 '50 delivered' send "${made[@]}" --spool z.spool --relay 127.0.0.1:$port --connections 25
[ $((($(date +%s%N) - started) / 1000000)) -lt 50000 ] || fail "connections wait for each other"
stop_sink

# --- Ctrl-C, and on: as soon as one message has arrived ---
mkdir dump
chmod 777 . dump
start_sink -w 1 -d dump/
env --default-signal=INT "$MXSIM" send "${made[@]}" --spool i.spool --relay 127.0.0.1:$port \
    --connections 1 --out i --trace i.csv >out 2>err &
pid=$!
while [ -z "$(ls dump)" ] && kill -0 $pid 2>/dev/null; do
    sleep 0.1
done
kill -s INT $pid
wait $pid
[ $? = 130 ] || fail "Ctrl-C: not 130"
grep -q 'send --spool i.spool. goes on' err || fail "Ctrl-C: $(cat err)"
[ ! -e i.csv ] && [ ! -e i/summary.json ] || fail "Ctrl-C: results of a part"
stop_sink
start_sink
expect 3 'another mailing' send --generate 51 --from a@example.com --to 'u{n}@example.net' \
    --spool i.spool --relay 127.0.0.1:$port
expect 3 'another --time-scale' send --spool i.spool --relay 127.0.0.1:$port --time-scale 2
expect 3 'another --policy' send --spool i.spool --relay 127.0.0.1:$port --policy postfix
expect 0 '"delivered"' send --spool i.spool --relay 127.0.0.1:$port --out i --trace i.csv --json
[ "$(grep -c ',accept,' i.csv)" = 50 ] || fail "the trace lacks what was sent before Ctrl-C"
jq -e '.total.delivered.mean == 50 and .total.pending.mean == 0' out >/dev/null ||
    fail "--json is no summary"
cmp -s out i/summary.json || fail "--json is not summary.json"
expect 0 '50 delivered' send --spool i.spool --relay 127.0.0.1:$port
expect 0 ' providers; .* passed$' send --spool i.spool --relay 127.0.0.1:$port --format table
grep -q simulated out && fail "the table of real mail calls it simulated"
stop_sink

finish "sent"
