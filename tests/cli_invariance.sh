#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: check
# cli_invariance.sh - in the files of a run: the order of providers changes nothing, renaming one
# with its key kept changes labels alone, and a change at one leaves all that the others show, where
# nothing couples them.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

alpha='{ preset = "gmail"; allowance = { floor = "200/day"; }; }'
beta='{ capacity = { kind = "rate"; rate = "1/s"; backlog = 30; busy_cost = 0.1; };
        outages = ( { from = "10m"; to = "50m"; } ); }'
gamma='{ preset = "small-domain"; }'
delta='{ preset = "microsoft"; recipient = { full_reply_soft = "50%"; }; }'

# scenario NAME MIX PROVIDERS: addresses, list and domain of each provider its own.
scenario() {
    local pool pools='' campaigns='' place
    [ -z "${4-}" ] ||
        campaigns="everyone = { list = \"l\"; pool = \"own-alpha\"; recipients = 3001;
            window = \"1h\"; repeat = { every = \"1d\"; count = 2; }; mix = { $4 }; };"
    for place in $2; do
        pool=own-${place#*:}
        pools="$pools $pool = { ips = ( { name = \"$pool\"; count = 2; age = \"30d\";
            daily_volume = \"300\"; netblock = \"$pool\"; } ); };"
        campaigns="$campaigns to-${place#*:} = { list = \"l\"; pool = \"$pool\"; recipients = 1500;
            domain = \"$pool.example\"; window = \"1h\"; shape = \"poisson\";
            mix = { ${place%:*} = \"100%\"; }; };"
    done
    cat >"$1.cfg" <<EOF
name = "invariance"; seed = 11; replications = 2;
lists = { l = { unknown = "1%"; mailbox_full = "2%"; complaints = "1%";
    complaint_delay = "10m"; }; };
pools = { $pools };
mta = { connections = 2; };
campaigns = { $campaigns };
providers = { $3 };
EOF
    "$MXSIM" run "$1.cfg" --out "$1" --trace "$1/trace.csv" --jobs 1 --quiet >/dev/null || {
        echo "FAIL: $1 does not run"
        exit 1
    }
    # What is to be the same: all but how long it took and the name and sum of the scenario's file.
    jq -S 'del(.performance, .scenario)' "$1/summary.json" >"$1/summary"
}
each='alpha = "35%"; beta = "25%"; gamma = "25%"; delta = "15%";'

# same A B [PATTERN]: every file, rows in any order (providers stand in the scenario's order); with
# a pattern the rows and metrics that match it.
same() {
    local file
    for file in timeseries.csv delivered_by_age.csv reputation.csv trace.csv; do
        cmp -s <(grep -E "${3-}" "$1/$file" | sort) <(grep -E "${3-}" "$2/$file" | sort) ||
            fail "$1 and $2: $file differs ${3-}"
        [ "$(grep -cE "${3-}" "$1/$file")" -gt 20 ] || fail "$1: $file has nothing to compare"
    done
}
same_metrics() { # A B FILTER
    cmp -s <(jq -S "$3" "$1/summary") <(jq -S "$3" "$2/summary") ||
        fail "$1 and $2: summary.json differs in $3"
    [ "$(jq "$3" "$1/summary" | wc -l)" -gt 100 ] || fail "$1: $3 is little to compare"
}

places='alpha:alpha beta:beta gamma:gamma delta:delta'
scenario base "$places" "alpha = $alpha; beta = $beta; gamma = $gamma; delta = $delta;" "$each"
for reason in spike capacity greylist mailbox_full outage; do
    [ "$(jq ".total.deferrals_$reason.mean > 10" base/summary)" = true ] ||
        fail "no deferrals_$reason: the comparison is worth less than it says"
done

# --- order ---
scenario order 'gamma:gamma delta:delta beta:beta alpha:alpha' \
    "delta = $delta; gamma = $gamma; alpha = $alpha; beta = $beta;" \
    'delta="15%";gamma="25%";beta="25%";alpha="35%";'
same base order
same_metrics base order .

# --- names ---
scenario renamed 'zeta:alpha beta:beta gamma:gamma delta:delta' \
    "zeta = { key = \"alpha\"; ${alpha#\{}; beta = $beta; gamma = $gamma; delta = $delta;" \
    "${each/alpha/zeta}"
for file in timeseries.csv delivered_by_age.csv reputation.csv trace.csv; do
    cmp -s base/$file <(sed 's/\bzeta\b/alpha/g' renamed/$file) || fail "renamed: $file differs"
done
cmp -s base/summary <(sed 's/"zeta"/"alpha"/' renamed/summary | jq -S .) ||
    fail "renamed: summary.json differs"
scenario newkey 'zeta:alpha beta:beta gamma:gamma delta:delta' \
    "zeta = $alpha; beta = $beta; gamma = $gamma; delta = $delta;" "${each/alpha/zeta}"
! cmp -s <(sort base/trace.csv) <(sed 's/\bzeta\b/alpha/g' newkey/trace.csv | sort) ||
    fail "another key, the same draws"

# --- a change stays where it is ---
scenario changed "$places" "alpha = $alpha; beta = { capacity = { kind = \"rate\"; rate = \"0.2/s\";
    backlog = 5; }; }; gamma = $gamma; delta = $delta;" ''
scenario before "$places" "alpha = $alpha; beta = $beta; gamma = $gamma; delta = $delta;" ''
for name in alpha gamma delta; do
    same before changed ",$name,"
    same_metrics before changed "[.providers.$name, .campaigns[\"to-$name\"],
        .ips[\"own-$name-1\"], .ips[\"own-$name-2\"]]"
done
! cmp -s <(jq .providers.beta before/summary) <(jq .providers.beta changed/summary) ||
    fail "the change changes nothing"

finish "nothing else changes"
