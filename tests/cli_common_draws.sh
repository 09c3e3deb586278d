#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: full timeout=600
# cli_common_draws.sh - common random numbers on the shipped mix of providers: the variance of a
# difference is at least ten times smaller than independent runs would have. Prints the factors.
# For a shorter lifetime and for more rejects: delivered rate, deferrals a message, soft bounces.
# For another send window, which moves every message to another time: what a message is (a full
# mailbox, a greylisted pair) stays paired, what a provider's mood is in an episode does not, since
# it is drawn for (message, provider, episode), and the message meets another episode.
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

"$MXSIM" compare scenarios/reference.cfg --set campaigns.newsletter.recipients=$recipients -n 20 \
    --with campaigns.newsletter.window=12h --metric deferrals_greylist \
    --metric deferrals_mailbox_full --metric deferrals_reputation --metric deferrals \
    --metric delivered_rate --quiet --out "$work" || exit 1
jq -r '.metrics | to_entries[] |
    "window: \(.key): \(.value.differences.B.variance_reduction) times"' \
    "$work/comparison.json"
jq -e '.metrics | map_values(.differences.B) |
    (.deferrals_greylist | .outcome == "equal" or .variance_reduction >= 100) and
    .deferrals_mailbox_full.variance_reduction >= 100 and
    .delivered_rate.variance_reduction >= 100 and .deferrals.variance_reduction >= 2 and
    .deferrals_reputation.variance_reduction >= 1' "$work/comparison.json" >/dev/null || {
    fail "another window: what does not depend on the time has lost its pairing"
}
finish "common random numbers"
