#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bench_send.sh LINES - `mxsim send` beside Postfix's smtp-source, on the same smtp-sink, in turns.
#
# smtp-source generates what it sends and keeps nothing; send reads each message from its spool and
# has the outcome on the disk before the connection's next message. From the environment: MXSIM,
# MESSAGES. Appends a JSON line a program to LINES; prints a table. Best of three turns each, by
# processor time.
set -u
export LC_ALL=C PATH=$PATH:/usr/sbin:/usr/lib/postfix/sbin:/usr/lib/postfix

lines=$1
CONNECTIONS=20
if ! command -v smtp-sink >/dev/null || ! command -v smtp-source >/dev/null; then
    echo "There is no smtp-sink here (Debian: postfix): real mail is left out."
    exit 0
fi
work=$(mktemp -d) || exit 1
sink=
stop() {
    [ -z "$sink" ] || { kill -9 $sink && wait $sink; } 2>/dev/null
    rm -rf "$work"
}
trap stop EXIT

user=()
[ "$(id -u)" != 0 ] || user=(-u nobody)
for ((tries = 0; tries < 20; tries++)); do
    port=$((20000 + RANDOM % 20000))
    smtp-sink "${user[@]}" 127.0.0.1:$port 1000 2>"$work/sink" &
    sink=$!
    for ((i = 0; i < 50; i++)); do
        (: </dev/tcp/127.0.0.1/$port) 2>/dev/null && break 2
        kill -0 $sink 2>/dev/null || break
        sleep 0.1
    done
done

# A message as send makes it is about 330 bytes; smtp-source's get as many.
source_once() {
    smtp-source -d -s $CONNECTIONS -m "$MESSAGES" -l 330 -f a@example.com -t b@example.net \
        127.0.0.1:$port >/dev/null 2>"$work/error"
}
send_once() {
    rm -f "$work"/spool*
    "$MXSIM" send --generate "$MESSAGES" --from a@example.com --to 'u{n}@example.net' --quiet \
        --spool "$work/spool" --relay 127.0.0.1:$port --connections $CONNECTIONS \
        --per-connection 1000000 --json >"$work/summary" 2>"$work/error" &&
        jq -e --argjson n "$MESSAGES" '.total.delivered.mean == $n' "$work/summary" >/dev/null
}
# measure NAME FUNCTION: seconds and processor seconds of one turn are added to $work/NAME.
measure() {
    local TIMEFORMAT='%R %U %S'
    { time "$2"; } 2>"$work/time" || { echo "$1 failed: $(head -n 3 "$work/error")"; return 1; }
    awk '{ print $1, $2 + $3 }' "$work/time" >>"$work/$1"
}
for ((turn = 0; turn < 3; turn++)); do
    measure smtp-source source_once && measure send send_once || exit 0
done

echo
printf '%-24s %12s %16s\n' "$MESSAGES messages by SMTP" 'messages/s' 'CPU us/message'
for name in smtp-source send; do
    line=$(sort -n -k 2 "$work/$name" | head -n 1 | awk -v name=$name -v n="$MESSAGES" '{
        printf "{\"bench\":\"smtp\",\"program\":\"%s\",\"messages\":%d,\"wall_s\":%s,", name, n, $1
        printf "\"messages_per_s\":%.0f,\"cpu_us_per_message\":%.1f}", n / $1, $2 / n * 1e6 }')
    echo "$line" >>"$lines"
    jq -r '[.program, .messages_per_s, .cpu_us_per_message] | @tsv' <<<"$line" |
        awk '{ printf "%-24s %12d %16.1f\n", $1, $2, $3 }'
done
