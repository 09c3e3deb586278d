// SPDX-License-Identifier: GPL-3.0-or-later
/* maillog.h - rows of the trace as real servers log them, so that scripts and dashboards made for
 * their logs can be tried on simulated traffic.
 *
 * What each kind of row becomes; a message's first line is dated with the start of its first
 * attempt, when the server takes it up, or with its expiry without any. When it was created is told
 * by delays (Postfix), `created`, timeQueued:
 *
 *             first line     accepted   busy              rejected  expired          not tried
 * postfix     queue active   sent       deferred          bounced   status=expired   "suspended"
 * kumomta     Reception      Delivery   TransientFailure  Bounce    Expiration       Delay
 * powermta    -              d          t                 b         b, see bounceCat -
 * sendgrid    processed      delivered  deferred          bounce    bounce, 4.4.7    -
 *
 * A reply without an enhanced code has dsn 5.0.0 (4.0.0) in Postfix's log, null in KumoMTA's; there
 * the code and the command that it answers tell hard from soft: 550 to RCPT TO is hard.
 *
 * And a drop is sendgrid's "dropped". A line that says "delivery temporarily suspended" is no
 * attempt. SendGrid's type is "bounce" for a hard bounce, "blocked" for a soft one. Each sendgrid
 * line is the body of one POST: an array of one event.
 *
 * What the simulation does not know is made of names: address u7@gmail.example (number 7 of its
 * campaign and provider), sender sale@DOMAIN, relay mx.gmail.example at 192.0.2.x, own addresses
 * 198.51.100.x and 203.0.113.x, beyond those 198.18.0.0/15 (RFC 5737, RFC 2544); ids are hashes of
 * replication, campaign, occurrence, provider and number. Sizes are not modelled and stand as 0.
 *
 * Sources: Postfix RELEASE_NOTES-2.3 and postfix.org's qmgr(8), smtp(8); docs.kumomta.com,
 * reference/log_record and reference/kumo/configure_bounce_classifier; PowerMTA User's Guide,
 * "Accounting"; SendGrid's Event Webhook reference and glossary, "Deferrals". */
#ifndef MX_MAILLOG_H
#define MX_MAILLOG_H

#include "sim/observe/trace.h"

/* What comes before the first row; "" for none. */
const char *mx_maillog_header(const struct mx_trace_style *style);

/* Most bytes that a row needs: every text is cut to MX_MAILLOG_TEXT_MAX bytes and may be escaped to
 * six times that. */
#define MX_MAILLOG_TEXT_MAX 320
#define MX_MAILLOG_SIZE_MAX 32768

/* Write a row's lines at `to`; returns where they end, `to` itself for a row that the format has
 * nothing for. No closing NUL. _first: the line that begins the message's history, where the row is
 * its first; dated with row->start_us, the others with row->time_us. */
char *mx_maillog_put_first(char *to, const struct mx_trace_style *style,
                           const struct mx_trace_row *row);
char *mx_maillog_put(char *to, const struct mx_trace_style *style, const struct mx_trace_row *row);

#endif
