#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_scenario_manual.sh - mxsim-scenario(5) against the reader: every group's keys, what each may
# be, and each default, as the program itself has them.
. tests/support_cli.sh || exit 1
page=$PWD/sim/cli/mxsim-scenario.5
sources=$PWD/sim/scenario
cd "$work" || exit 1

cat >base.cfg <<'CFG'
lists = { L = { }; };
pools = { P = { ips = ( { name = "ip"; } ); }; };
campaigns = { C = { pool = "P"; list = "L"; recipients = "10"; window = "1h";
                    mix = { M = "100%"; }; }; };
providers = { M = { }; };
CFG

# Lines "section N path P", "set S", "key K<TAB>what in parentheses".
awk '/^\.\\" path / { print "path\t" $3; next }
     /^\.\\" set / { sub(/^\.\\" set /, ""); print "set\t" $0; next }
     /^\.It Li / { key = $3; getline; sub(/^\(/, ""); sub(/\)$/, "")
         print "key\t" key "\t" $0 }' "$page" >keys
[ "$(grep -c ^key keys)" -ge 180 ] || fail "the page lists $(grep -c ^key keys) keys"

declare -A listed seen_more
path='' sets=() names=() texts=()
prefix() { [ "$path" = - ] && echo "$1" || echo "$path.$1"; }
mistakes() { "$MXSIM" check base.cfg -q "$@" 2>err.txt >/dev/null; cat err.txt; }
plan() { "$MXSIM" check base.cfg "$@" 2>err | sed 's/#.*//; /^assumed = (/,$d' | grep -v '^ *$'; }

# What a message says is allowed, without its examples.
allowed() {
    sed -E 's/^.* allowed: //; s/^.* is not one of: /one of /; s/ such as .*\(us, ms, s, m, h, d\)//
        s/ such as \(.*\)//
        s/ such as [^%]*%"//; s/ such as 800, "50k" or "[0-9.]*M"//; s/ such as .*"3\/90s"\)//
        s/ such as .*"3\/90s"//; s/ such as "[^"]*"(, "[^"]*")*( or "[^"]*")?//'
}

check_types() {
    local wrong i name message text
    for ((i = 0; i < ${#names[@]}; i++)); do
        [ "${names[i]}" != value ] || continue # what it may be depends on the rule's action
        name=$(prefix "${names[i]}")
        text=${texts[i]}
        message=
        for wrong in '()' 5 '{zz=1;}'; do
            message=$(mistakes "${sets[@]}" --set "$name=$wrong" |
                sed -n "s|^--set: ${name//[\[\]]/.}: ||p" | grep -v '^unknown key' | head -n 1)
            [ -z "$message" ] || break
        done
        if [ -z "$message" ]; then
            fail "$name: the reader takes anything, or does not know it"
            continue
        fi
        message=$(allowed <<<"$message")
        case $message in
        '"none", {'*) message='a group { ... } or "none"' ;;
        esac
        [[ $text == "$message"* ]] || fail "$name: the page says ($text), the reader: $message"
    done
}

check_keys() {
    local known key
    mistakes "${sets[@]}" --set "$(prefix zz)=1" >said
    known=$(sed -n 's/^.*zz: unknown key.*known here: //p' said | head -n 1)
    [ -n "$known" ] || fail "$path: no keys; $(head -n 2 said)"
    for key in ${known//,/ }; do
        [ "$key" = ... ] || seen_more["$path $key"]=1
    done
    for key in "${names[@]}"; do
        listed["$path $key"]=1
        [[ $known == *...* || $key == value || $path == campaigns.C ||
            ", $known, " == *", $key, "* ]] ||
            fail "$path: the page lists $key, the reader: $known"
    done
}

check_defaults() {
    local i name given=() value
    for ((i = 0; i < ${#names[@]}; i++)); do
        value=$(sed -n 's/^.*; default //p' <<<"${texts[i]}")
        [ -z "$value" ] || given+=(--set "$(prefix "${names[i]}")=$value")
    done
    [ ${#given[@]} -gt 0 ] || return 0
    plan "${sets[@]}" >without
    [ -s without ] || fail "$path: the settings of the page are no scenario: $(cat err)"
    plan "${sets[@]}" "${given[@]}" >with
    cmp -s with without ||
        fail "$path: other than by default: $(cat err) $(diff without with | head -n 4)"
}

close_section() {
    [ ${#names[@]} -gt 0 ] || return 0
    check_keys
    check_types
    check_defaults
    names=() texts=() sets=()
}
while IFS=$'\t' read -r what first rest; do
    case $what in
    path)
        close_section
        path=$first
        ;;
    set) sets+=(--set "$first${rest:+$'\t'$rest}") ;;
    key)
        names+=("$first")
        texts+=("$rest")
        ;;
    esac
done <keys
close_section
for key in "${!seen_more[@]}"; do
    [ -n "${listed[$key]-}" ] || fail "the page lacks a key: $key"
done

# The reader names twenty keys at most; of the longer groups every key stands in its source.
grep -ohE 'mx_field[a-z0-9_]*\([^,"]*, "[a-z_0-9]+"' "$sources"/part_*.c |
    sed 's/.*"\(.*\)"/\1/' | sort -u |
    while read -r key; do
        grep -qx ".It Li $key" "$page" || echo "$key"
    done >missing
[ ! -s missing ] || fail "the page lacks: $(tr '\n' ' ' <missing)"
finish "mxsim-scenario(5): $(grep -c ^key keys) keys, types, ranges and defaults as the reader's"
