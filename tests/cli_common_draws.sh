#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: full timeout=600
# cli_common_draws.sh - common random numbers on the shipped mix of providers: the variance of a
# difference is at least ten times smaller than independent runs would have. Prints the factors.
. tests/support_cli.sh || exit 1

recipients=30k
[ "${MX_FULL:-0}" = 1 ] && recipients=120k

"$MXSIM" compare scenarios/reference.cfg --set campaigns.newsletter.recipients=$recipients -n 20 \
    --with mta.retry.lifetime=24h --with providers.microsoft.content.reject=0.3% \
    --metric delivered_rate --metric deferrals_per_message --metric soft_bounced \
    --quiet --out "$work" || exit 1
jq -r '.metrics | to_entries[] | .key as $m | .value.differences | to_entries[] |
    "\($m) \(.key): variance of the difference \(.value.variance_reduction) times smaller, " +
    .value.outcome' "$work/comparison.json"
jq -e '[.metrics[].differences[] | select(.outcome != "equal") | .variance_reduction]
    | length == 5 and min >= 10' "$work/comparison.json" >/dev/null || {
    fail "common random numbers reduce a variance less than 10-fold"
}
finish "common random numbers"
