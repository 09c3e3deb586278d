#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: full timeout=300
# cli_documents.sh - the examples of the manual pages, the READMEs and the help are run.
#
# Every ```-block of a README has a mark before it, an HTML comment that readers do not see:
#   example: drawing             is none, nor is a study file's grammar or a cluster's batch
#   example: scenario            is valid, and runs
#   example: commands            run, one after the other
#   example: targets             of make: exist
#   example: code                compiles as the body of a function that has what it names
#   example: keys                names only keys that mxsim-scenario(5) has
#   example: study keys          the same of studies, which the reader of studies looks for
#   example: script              is one that a shell can read
#   example: output of COMMAND   is what the command prints
#   example: session             lines "$ COMMAND", each followed by what it prints
#   example: transcript          "$ COMMAND" and what it prints, to the byte; its receiver, which is
#                                Postfix's smtp-sink, comes when each message had five refusals
# and so is every `build/mxsim ...` in a table. What a command is to leave (--out, --trace, --plot)
# is there afterwards, and it says something unless told to be quiet. Scaled: with MX_FULL=1 all of
# it as it stands; else recipients are a thousandth, and of outputs digits are not compared; of
# pictures one kind is drawn. Mail goes to smtp-sink; where there is none it is parsed only.
. tests/support_cli.sh || exit 1
sink=
sender=
end_sink() {
    [ -z "$sink" ] || { kill -9 "$sink" && wait "$sink"; } 2>/dev/null
    sink=
}
clean_up() {
    [ -z "$sender" ] || kill -9 $sender
    end_sink
}
export PATH=$PATH:/usr/sbin:/usr/lib/postfix/sbin
mkdir -p "$work/build" "$work/blocks" "$work/out"
ln -s "$MXSIM" "$work/build/mxsim"
cp -r scenarios models sim plots tests Makefile README.md "$work" 2>/dev/null
cd "$work" || exit 1
export MXSIM_PATH=$work/scenarios
full=${MX_FULL-}
[ -n "$full" ] || find scenarios -name '*.cfg' -exec sed -i -E \
    's/(recipients = )"([0-9]+)k"/\1"\2"/; s/(recipients = )"([0-9.]+)M"/\1"\2k"/' {} +

# --- a receiver ---
port=
start_sink() { # at $port; returns when it listens
    smtp-sink $([ "$(id -u)" != 0 ] || echo -u nobody) 127.0.0.1:"$port" 1000 2>>sink.err &
    sink=$!
    until (exec 3<>/dev/tcp/127.0.0.1/"$port") 2>/dev/null; do
        kill -0 $sink 2>/dev/null || return 1
        sleep 0.05
    done
    kill -0 $sink 2>/dev/null # else somebody else listens there
}
if command -v smtp-sink >/dev/null; then
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 10000))
        start_sink && break
        port=
    done
    [ -n "$port" ] || fail "smtp-sink does not start: $(cat sink.err)"
else
    echo "no smtp-sink: examples of mxsim send are parsed only"
fi
mkdir outbox
printf 'From: a@example.com\nTo: b@example.net\nSubject: an example\n\nHello.\n' >outbox/first.eml

# --- running ---
count=0
declare -A seen
# try WHERE COMMAND: as a user would, from the root of the tree.
try() {
    local where=$1 command=$2 code=0
    [ -z "${seen[$command]-}" ] || return 0
    seen[$command]=1
    command=$(sed -E 's#(^|[ (])mxsim #\1build/mxsim #; s#build/build/#build/#' <<<"$command")
    case $command in
    *"mxsim send "*)
        [[ $command == *"send --spool"* ]] || # that one goes on with the last
            rm -f "$(grep -oE '[a-z]+\.spool' <<<"$command")"*
        case "$port $command" in
        ' '*) command="${command%%|*} --help" ;;
        *--relay*) command=${command/127.0.0.1:25/127.0.0.1:$port} ;;
        *) command="$command --relay 127.0.0.1:$port" ;;
        esac
        ;;
    mpirun*" sweep ips.cfg "*) # the small study, on two processes; leaves what sqlite3 reads
        launch_works || return
        command=$(sed -E "s#^mpirun -n [0-9]+ #$launch #" <<<"$command")
        ;;
    sqlite3*)
        command -v sqlite3 >/dev/null || return
        [ -e out/ips/sweep.db ] || build/mxsim sweep ips.cfg --out out/ips --quiet
        ;;
    *"mxsim sweep "* | *"mxsim plan "* | *"mxsim sensitivity "*) # run by cli_studies.sh
        command="${command%%|*} --help >/dev/null"
        ;;
    *"mxsim plot out/ips"* | *"mxsim plot out/matters"*) return ;; # what those leave
    *"mxsim plot "*" "*) ;;
    *"mxsim plot "*) # of runs
        [ -n "$full" ] || [ ! -e "${command##* }/summary.json" ] || command="$command outcomes"
        ;;
    *"mxsim report "*) command="${command%%|*} --help >/dev/null" ;; # drawn by its own tests
    esac
    [ -n "$full" ] || command=${command//--replications 20/--replications 2}
    [ -n "$full" ] || command=${command//--replications auto/--replications auto \
        --replications-max 30}
    command=${command//recipients=6M/recipients=6k} # a plan runs it dozens of times
    # scenarios that an example takes to lie in the folder at hand
    command=$(sed -E 's#(run|check) ([a-z-]+\.cfg)#\1 scenarios/\2#' <<<"$command")
    count=$((count + 1))
    HOME=$work bash -c "$command" >out.txt 2>err.txt </dev/null || code=$?
    # a thousandth of a mailing may miss what the whole is expected to meet
    [ -z "$full" ] && [[ $code == [45] ]] && code=0
    [ $code = 0 ] || fail "$where: $command: ends with $code: $(head -n 3 err.txt)"
    left_what_it_should "$where" "$command"
}
launch="mpirun --allow-run-as-root --oversubscribe -n 2"
# Where there is no MPI, none that may start here, or a program built without it, such examples are
# left out.
launch_works() {
    command -v mpirun >/dev/null && ldd "$MXSIM" | grep -q libmpi && $launch true >/dev/null 2>&1
}
left_what_it_should() { # WHERE COMMAND
    local name
    [[ $2 == *--help* ]] && return
    [ -s out.txt ] || [[ $2 =~ (--quiet|\ -q|mxsim\ plot|--plot|\ >\ ) ]] ||
        fail "$1: $2: says nothing"
    for name in $(grep -oE -- '(--(out|trace|plot)|>) [^ ]+' <<<"$2" | cut -d' ' -f2); do
        name=${name/#\~/$work}
        [ -s "$name" ] || [ -s "$name/summary.json" ] || [ -s "$name/comparison.json" ] ||
            [ -s "$name/sweep.db" ] || ls "$name"/*.svg "$name"/plan* >/dev/null 2>&1 ||
            fail "$1: $2: leaves no $name"
    done
}
same_output() { # WHERE WANTED-FILE
    if [ -n "$full" ]; then
        diff "$2" out.txt >diff.txt || fail "$1: prints otherwise: $(head -n 5 diff.txt)"
    else # numbers and how wide they are do not count
        shape() {
            sed -E 's/[0-9][0-9.,:]*(k|M|G|m|s|h|d)?([0-9.,]+[smhd])*//g; s/[a-z_]+ +%//g
                s/[<,%]//g; s/ +//g
                s/(spike|reputation|outage|capacity|greylist|mailbox_full|rate)+$//' "$1"
        }
        diff <(shape "$2") <(shape out.txt) >diff.txt ||
            fail "$1: prints otherwise: $(head -n 5 diff.txt)"
    fi
}
# Its commands are run as they stand; a backslash at a line's end goes on in the next.
session() { # WHERE FILE
    rm -rf parts
    mkdir parts
    sed -e ':a' -e '/^\$.*\\$/N; s/\\\n *//; ta' "$2" |
        awk '/^\$ / { n++; print substr($0, 3) >("parts/" n ".command"); printf "" >("parts/" n)
                next }
            { print >("parts/" n) }'
    for part in parts/*.command; do
        try "$1" "$(cat "$part")"
        same_output "$1" "${part%.command}"
    done
}
# --- READMEs ---
awk -v out=blocks '
    function close_block() { if (file) close(file) }
    FNR == 1 { inside = 0; mark = "" }
    /^```/ && !inside { inside = 1; file = sprintf("%s/%03d", out, ++n)
        print FILENAME ":" FNR >(file ".where"); print mark >(file ".mark"); printf "" >file
        mark = ""; next }
    /^```/ { inside = 0; close_block(); next }
    inside { print >file; next }
    /^<!-- example: .* -->$/ { mark = $0; sub(/^<!-- example: /, "", mark)
        sub(/ -->$/, "", mark); next }
    { mark = "" }' README.md */README.md */*/README.md

# In a terminal, whose live view tells when all were refused for the fifth time (37 minutes of the
# policy's time); then it is stopped until the receiver is there, and the sixth attempt delivers.
transcript() { # WHERE FILE
    local command pid=
    command=$(sed -n 's/^\$ //p' "$2")
    [ -n "$port" ] || return 0
    end_sink
    rm -rf ./*.spool* seen pid
    printf 'echo $$ >pid; exec %s --relay 127.0.0.1:%s >out.txt\n' "$command" "$port" >command.sh
    HOME=$work TERM=xterm SHELL=/bin/sh script -qefc 'stty cols 200; sh command.sh' seen \
        </dev/null >/dev/null 2>err.txt &
    sender=$!
    until grep -q ' 5,000 deferrals' seen 2>/dev/null; do
        kill -0 $sender 2>/dev/null || { fail "$1: ends too early: $(tail -n 2 seen)"; break; }
        sleep 0.1
    done
    pid=$(cat pid) && kill -STOP "$pid" 2>/dev/null
    start_sink || fail "$1: smtp-sink does not start: $(cat sink.err)"
    kill -CONT "$pid" 2>/dev/null
    wait $sender || fail "$1: ends with $?: $(tail -n 2 seen)"
    sender=
    diff <(grep -v '^\$' "$2") out.txt >diff.txt || fail "$1: prints otherwise: $(cat diff.txt)"
    left_what_it_should "$1" "$command"
    count=$((count + 1))
}
for where in blocks/*.where; do
    block=${where%.where}
    place=$(cat "$where")
    mark=$(cat "$block.mark")
    case $mark in
    drawing) ;;
    scenario)
        cp "$block" scenarios/example.cfg
        cp "$block" mailing.cfg # whole, for the tour of the README
        cp "$block" scenarios/mailing.cfg
        try "$place" 'build/mxsim check scenarios/example.cfg --quiet'
        [ -n "$full" ] || sed -i -E 's/(recipients = )"([0-9]+)k"/\1"\2"/' scenarios/example.cfg
        try "$place" 'build/mxsim run scenarios/example.cfg --quiet'
        for name in news a b c; do cp scenarios/example.cfg $name.cfg; done # of compare's examples
        # of the examples of sweep, plan and sensitivity, whose real ones take hours
        sed 's/news = /promo = /; s/recipients = "[0-9k]*"/recipients = "12k"/' "$block" >promo.cfg
        printf '%s\n' 'scenario = "promo.cfg"; replications = 2;' 'parameters = { ips = {' \
            '    path = "pools.main.ips[0].count"; values = ( 4, 8, 16 ); }; };' >ips.cfg
        { cat ips.cfg; printf '%s\n' 'plan = { find = "smallest"; parameter = "ips";' \
            '    targets = ( "delivered_rate >= 0.5" ); };'; } >ips-needed.cfg
        printf '%s\n' 'scenario = "promo.cfg";' 'sensitivity = { method = "morris"; points = 2;' \
            '    only = ( "providers.gmail.allowance" ); refine = 0; };' >what-matters.cfg
        ;;
    commands) while read -r line; do try "$place" "$line"; done <"$block" ;;
    targets)
        while read -r make target rest; do
            { [ "$make" = make ] && make -n "$target" >/dev/null 2>&1; } ||
                fail "$place: no target $target"
        done <"$block"
        ;;
    code) # in a program that only has to compile
        {
            printf '#include "sim/scheduler/scheduler.h"\n#include "models/retry.h"\n'
            printf 'extern int running; void sleep_until(int64_t at_us);\n'
            printf 'extern uint64_t message;\nextern uint32_t destination;\n'
            printf 'extern int64_t now_us;\n'
            printf 'extern struct mx_entry *out;\nextern struct mx_outcome *outcomes;\n'
            printf 'extern size_t capacity;\nvoid example(void);\nvoid example(void) { size_t n;\n'
            cat "$block"
            printf '}\n'
        } >example.c
        "${CC:-gcc}" -std=c11 -D_POSIX_C_SOURCE=200809L -I"$root" -fsyntax-only example.c \
            2>err.txt || fail "$place: $(head -n 3 err.txt)"
        ;;
    keys)
        sed -n 's/^\.It Li //p' "$root/sim/cli/mxsim-scenario.5" | sort -u >keys
        grep -oE '[a-z_]+' "$block" | sort -u | comm -13 - keys >unnamed
        [ ! -s unnamed ] || fail "$place: lacks the keys $(tr '\n' ' ' <unnamed)"
        ;;
    "study keys")
        for key in $(grep -oE '(^|[ {;(])[a-z_]+ = ' "$block" | grep -oE '[a-z_]+' | sort -u); do
            [[ " ips window rate " == *" $key "* ]] || # names of parameters
                grep -rqF "\"$key\"" "$root/sim/study" "$root/sim/scenario" ||
                fail "$place: no reader looks for the key $key"
        done
        ;;
    script) bash -n "$block" || fail "$place: no script" ;;
    "output of "*)
        try "$place" "${mark#output of }"
        same_output "$place" "$block"
        ;;
    session) session "$place" "$block" ;;
    transcript) transcript "$place" "$block" ;;
    '') fail "$place: a block without a mark" ;;
    *) fail "$place: what is \"$mark\"?" ;;
    esac
done

while read -r line; do
    try README.md "$line"
done < <(grep '^|' README.md | grep -oE '`build/mxsim [^`]*`' | tr -d '`')

# --- manual pages ---
for page in mxsim.1 mxsim-scenario.5; do
    awk -v out="blocks/$page" '/^\.Bd -literal/ {
            inside = 1; file = out "." ++n; printf "" >file; next }
        /^\.Ed/ { inside = 0; close(file); next }
        inside { gsub(/\\\(aq/, "\047"); gsub(/\\e/, "\\"); print >file }' "sim/cli/$page"
    for block in blocks/$page.*; do
        if [ $page = mxsim.1 ]; then
            while IFS= read -r line; do # continued lines are joined by read without -r
                try "$page" "$line"
            done < <(sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' "$block")
        else
            cp "$block" scenarios/example.cfg
            try "$page" 'build/mxsim check scenarios/example.cfg --quiet && : manual'
        fi
    done
done

# --- help ---
for command in $(build/mxsim --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') --help; do
    build/mxsim ${command/#[a-z]/help &} >help.txt
    while read -r line; do
        [[ $line != *' FILE'* ]] || continue
        try "help $command" "$line"
    done < <(sed -n '/^Examples:/,/^Usage:/p' help.txt |
        sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' |
        sed -nE 's/^  (mxsim|sqlite3|mpirun) /\1 /p')
    grep -q ' $' help.txt && fail "help $command: blanks at line ends"
done
[ $count -ge 20 ] || fail "only $count commands found"
finish "$count commands of the documents ran"
