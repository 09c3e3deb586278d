#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: no-asan
# cli_out_of_memory.sh - memory that ends at any moment of loading: exit code 1 and a clear message.
# A sanitizer needs more memory for itself than the limits set here.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1

short=0 enough=0
for kib in $(seq 1100 150 8000); do
    (
        ulimit -d "$kib"
        exec "$MXSIM" check "$root/scenarios/oracles/all-presets.cfg" --quiet
    ) >out 2>err
    case $? in
    0) enough=$((enough + 1)) ;;
    1)
        short=$((short + 1))
        grep -q '^mxsim: out of memory' err || fail "$kib KiB: $(cat err)"
        ;;
    127) ;; # too little for the libraries
    *) fail "$kib KiB: ends with another code: $(cat err)" ;;
    esac
done
[ $short -gt 2 ] && [ $enough -gt 2 ] || fail "memory: $short times too little, $enough enough"

finish "out of memory is said"
