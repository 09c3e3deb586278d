// SPDX-License-Identifier: GPL-3.0-or-later
/* sender.h - delivers a spool: the retry scheduler under the wall clock, with SMTP for an answer.
 *
 * One loop: take what is due, start what limits allow, wait, report what came, record it. An
 * outcome is on the disk before its connection gets the next message. When to try again, and when
 * to give up, is the scheduler's word alone. */
#ifndef MX_SENDER_H
#define MX_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/destination.h"
#include "models/retry.h"
#include "sim/live/send_gate.h"
#include "sim/live/smtp_client.h"
#include "sim/live/spool.h"

struct mx_send_view {
    uint64_t recipient_count, decided, delivered, deferrals;
    uint32_t connection_count; /* busy */
    int64_t now_us;
    double elapsed_s;
};

/* wake_fd: the run ends when it can be read, after what is under way (-1: none). seed: of what a
 * policy draws. look: called a few times a second; complain: once, when a connection did not
 * come about or broke. Both may be NULL. */
struct mx_send_config {
    struct mx_smtp_config smtp;
    struct mx_retry_policy policy;
    struct mx_destination_params destination; /* what the policy lets a destination share */
    struct mx_send_limits limits;
    uint32_t time_scale;
    uint64_t seed;
    int wake_fd;
    void (*look)(void *context, const struct mx_send_view *view);
    void (*complain)(void *context, const struct mx_smtp_reply *reply);
    void *context;
};

enum mx_send_status {
    MX_SEND_DONE,    /* every recipient is decided */
    MX_SEND_STOPPED, /* by wake_fd: the spool keeps the rest */
    MX_SEND_SPOOL,   /* mx_spool_status() and mx_spool_error() say what */
    MX_SEND_NO_MEMORY,
    MX_SEND_CLOCK, /* the spool's time has come to the end of its range */
};

/* Queue and connections, at their largest; attempts of this run. */
struct mx_send_totals {
    uint64_t attempts, pending_peak;
    size_t queue_bytes_peak;
    double wall_s;
};

/* The spool holds a mailing. */
enum mx_send_status mx_send(struct mx_spool *spool, const struct mx_send_config *config,
                            struct mx_send_totals *totals);

#endif
