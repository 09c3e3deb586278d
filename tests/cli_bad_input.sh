#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_bad_input.sh - input of every bad kind: exit code 3, all mistakes at once with file and line,
# nothing written.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

# bad NAME TEXT [--set ...]: check and run refuse NAME.cfg, saying TEXT on standard error.
bad() {
    local name=$1 text=$2 command
    shift 2
    for command in check "run --out results"; do
        # shellcheck disable=SC2086
        timeout 20 "$MXSIM" $command "$name.cfg" "$@" >out 2>err </dev/null
        local code=$?
        [ $code = 3 ] || fail "$command $name $*: exit $code"
        grep -qiE -- "$text" err || { fail "$command $name $*: does not say $text:"; cat err; }
        [ -s out ] && fail "$command $name: prints to standard output"
        [ -e results ] && fail "$command $name: wrote results"
        rm -rf results
    done
}
# good [VARIATION]: the scenario that all the bad ones are a step from; a sed script changes it.
good() {
    sed "${1:-}" <<'EOF'
name = "small";
replications = 1;
lists = { readers = { unknown = "1%"; }; };
pools = { main = { ips = ( { name = "ip"; count = 2; } ); }; };
mta = { connections = 10; transaction_time = { law = "lognormal"; mean = "0.5s"; cv = 0.5; };
        retry = { preset = "bluecore"; }; };
campaigns = { news = { list = "readers"; pool = "main"; recipients = "200"; window = "10m";
                       mix = { big = "80%"; small = "20%"; }; }; };
providers = { big = { }; small = { greylist = { delay = "5m"; }; }; };
EOF
}

good >good.cfg
"$MXSIM" check good.cfg --quiet || fail "the good scenario is not"

# --- files ---
bad missing 'missing.cfg: .*no such file'
mkdir folder.cfg && bad folder 'folder.cfg: .*(is a directory|folder)'
: >empty.cfg && bad empty 'empty.cfg'
head -c 20000 /dev/zero >zeros.cfg && bad zeros 'zeros.cfg'
good '3s/{/(/' >syntax.cfg && bad syntax 'syntax.cfg:[34]: '
printf '@include "loop.cfg"\n' >loop.cfg && bad loop 'loop.cfg.*|include'
good '1i @include "none.cfg"' >include.cfg && bad include 'include.cfg:1: .*none.cfg'
if [ "$(id -u)" != 0 ]; then
    good >locked.cfg && chmod 0 locked.cfg && bad locked 'permission denied'
fi

# --- keys and values, each with its line ---
good 's/unknown/unknwon/' >key.cfg &&
    bad key 'key.cfg:3: lists.readers.unknwon: .*did you mean.*unknown'
good 's/connections = 10/connections = [1]/' >type.cfg && bad type 'type.cfg:5: mta.connections: '
good 's/"10m"/"10 parsecs"/' >unit.cfg && bad unit 'unit.cfg:7: campaigns.news.window: '
good 's/"10m"/10/' >bare.cfg && bad bare 'bare.cfg:7: campaigns.news.window: '
good 's/"1%"/"-1%"/' >negative.cfg && bad negative 'negative.cfg:3: lists.readers.unknown: '
good 's/"1%"/"nan%"/' >nan.cfg && bad nan 'nan.cfg:3: lists.readers.unknown: '
good 's/"10m"/"infs"/' >inf.cfg && bad inf 'inf.cfg:7: campaigns.news.window: '
good 's/cv = 0.5/cv = 1.0e400/' >huge.cfg && bad huge 'huge.cfg:5: .*1.0e400 is out of range'
good 's/"200"/"99999999999999999999"/' >overflow.cfg &&
    bad overflow 'overflow.cfg:7: campaigns.news.recipients: '
good 's/count = 2/count = 5000000000/' >wide.cfg && bad wide 'wide.cfg:4: '
good 's/"20%"/"30%"/' >shares.cfg && bad shares 'shares.cfg:[678]: campaigns.news.mix'
good 's/bluecore/blucore/' >preset.cfg && bad preset 'preset.cfg:6: .*bluecore'
good 's/small = "20%"/smal = "20%"/' >name.cfg && bad name 'name.cfg:[678]: .*small'
good 's/preset = "bluecore";/kind = "list"; gaps = ["0s"]; then = "repeat";/' >still.cfg &&
    bad still 'still.cfg:6: mta.retry'

# all of them at once
good 's/unknown/unknwon/; s/"10m"/"10 parsecs"/; s/"5m"/"-5m"/' >many.cfg
bad many 'many.cfg:3: '
[ "$(grep -c '^many.cfg:[379]: ' err)" = 3 ] || { fail "not all mistakes at once:"; cat err; }

# --- --set ---
bad good 'connctions.*did you mean.*connections' --set mta.connctions=5
bad good 'mta.retry.lifetime' --set mta.retry.lifetime=-3h
bad good 'ips' --set 'pools.main.ips[7].count=1'
bad good '.' --set 'a..b=1'

# --- policies ---
for policy in nonesuch "" ../../etc/passwd; do
    "$MXSIM" schedule "$policy" >out 2>err
    [ $? = 3 ] || fail "schedule '$policy' is not refused"
    [ -s err ] || fail "schedule '$policy' says nothing"
    [ -s out ] && fail "schedule '$policy' prints"
done
"$MXSIM" schedule bluecore --set lifetim=3h >out 2>err
[ $? = 3 ] && grep -q lifetime err || fail "schedule --set lifetim"

finish "all refused"
