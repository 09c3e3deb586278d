// SPDX-License-Identifier: GPL-3.0-or-later
/* retry.h - retry policies: when a refused message is tried again, and when it is given up.
 *
 * Pure arithmetic on one message. The queue that holds many of them is sim/scheduler/. Equations
 * and sources: models/README.md, "Retry". */
#ifndef MX_RETRY_H
#define MX_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "models/units.h"

enum mx_retry_kind {
    MX_RETRY_LIST,        /* gaps, then a rule (repeat the last, or multiply up to gap_us_max) */
    MX_RETRY_AGE,         /* Postfix: gap = clamp(age, min, max) */
    MX_RETRY_QUADRATIC,   /* qmail: next = (isqrt(age) + skip)^2; OpenSMTPD: unit x n^2 */
    MX_RETRY_SEGMENTS,    /* Exim: F, G, H rules by time since the first failure */
    MX_RETRY_EXPONENTIAL, /* gaps drawn from an exponential law */
    MX_RETRY_KIND_COUNT
};

enum mx_retry_quadratic {
    MX_QUADRATIC_QMAIL,     /* next = clock + (isqrt(age s) + skip)^2 s */
    MX_QUADRATIC_OPENSMTPD, /* next = clock + unit x n^2, first n with next > now */
    MX_QUADRATIC_COUNT
};

enum mx_retry_clock {
    MX_CLOCK_CREATION,
    MX_CLOCK_FIRST_DEFERRAL,
    MX_CLOCK_HOST_FAILURE, /* first failure of the host (host-level retry data) */
    MX_CLOCK_COUNT
};

enum mx_retry_expiry {
    MX_EXPIRE_AT_DEADLINE,   /* at clock + lifetime, without another attempt at or past it */
    MX_EXPIRE_AFTER_FAILURE, /* at the first failed attempt at or past it */
    MX_EXPIRE_EARLY,         /* right after a failed attempt whose next would pass it */
    MX_EXPIRE_ATTEMPTS,      /* at failed attempt number attempts_max */
    MX_EXPIRE_ATTEMPTS_DUE,  /* after that many, when the next would be due, without it */
    MX_EXPIRE_COUNT
};

enum mx_retry_unit { MX_UNIT_MESSAGE, MX_UNIT_HOST, MX_UNIT_QUEUE, MX_UNIT_COUNT };

#define MX_RETRY_GAPS_MAX 64
#define MX_RETRY_SEGMENTS_MAX 16

struct mx_retry_segment {
    char kind;        /* 'F' fixed, 'G' geometric, 'H' random: the upper half of gap .. grown gap */
    int64_t until_us; /* since the first failure */
    int64_t gap_us;
    double factor; /* G, H */
};

/* A policy. All gaps run from the reply.
 * offsets: the list and its rule give times since the clock's start; where the next has passed
 * already, the first that has not. multiply 1 repeats the last step, gap_us_max limits each step.
 * whole_factor: after the list the gap is its last one x floor(multiply^n), as maddy has it.
 * segments: the last until_us is a cutoff: a gap that would pass it ends at it, and the attempt
 * made there is the last. Time counts from the message's first refusal; with MX_CLOCK_HOST_FAILURE
 * from its creation. G: previous gap x factor, at least gap_us.
 * whole_seconds: clocks are read in whole seconds, and gaps cut to them.
 * A shortest gap of 0 is usable where there are scans: the next scan is the next attempt.
 * jitter_grows: jitter_us belongs to the first gap of a list and grows with the gaps, as in mox. */
struct mx_retry_policy {
    enum mx_retry_kind kind;
    /* list */
    uint32_t gap_count;
    int64_t gap_us[MX_RETRY_GAPS_MAX];
    double multiply; /* after the list: gap x multiply; 1 = repeat the last */
    bool whole_factor;
    int64_t gap_us_max; /* 0 = no cap; segments too */
    bool offsets;       /* the list gives offsets from the clock instead of gaps */
    /* age-proportional */
    int64_t backoff_us_min, backoff_us_max;
    /* quadratic */
    enum mx_retry_quadratic quadratic;
    int64_t quadratic_unit_us; /* OpenSMTPD: unit */
    uint32_t quadratic_skip;   /* qmail: skip */
    /* segments */
    uint32_t segment_count;
    struct mx_retry_segment segment[MX_RETRY_SEGMENTS_MAX];
    /* exponential */
    int64_t gap_us_mean;
    /* all */
    double jitter;          /* gap x (1 + jitter x (2u - 1)), in [0, 1) */
    int64_t jitter_us;      /* gap + jitter_us x (2u - 1) */
    int64_t jitter_step_us; /* 0, or one of -jitter_us, -jitter_us + step .. jitter_us - step */
    bool jitter_grows;
    int64_t scan_us;       /* due times round up to the next scan; 0 = none */
    int64_t scan_phase_us; /* of the scan, since the scenario's start */
    int64_t scan_ahead_us; /* a scan takes what is due so much later (Postfix: 1 s) */
    bool whole_seconds;    /* due times are whole seconds, truncated */
    int64_t lifetime_us;   /* MX_NEVER = none */
    uint32_t attempts_max; /* 0 = none; ends a message under any expiry */
    enum mx_retry_clock clock;
    enum mx_retry_expiry expiry;
    enum mx_retry_unit unit;
    int64_t data_expire_us;   /* host: retry data not written for longer are forgotten */
    bool delay_after_cutoff;  /* host: past the cutoff messages expire unattempted until its time */
    int64_t recipient_gap_us; /* queue: least time between attempts of a refused recipient */
};

/* State of one message that a decision needs. */
struct mx_retry_state {
    int64_t created_us;
    int64_t first_deferral_us; /* of the message; the time of this refusal for the first */
    uint32_t attempt_count;    /* attempts made, this refused one included, >= 1 */
    int64_t due_us;            /* of the attempt just refused */
    int64_t gap_us;            /* of the decision before this one, 0 for the first; segments */
};

/* next_us: when to try next, or MX_NEVER; expires_us: when the message expires instead, or
 * MX_NEVER. Exactly one of the two is MX_NEVER. gap_us: the gap chosen, before scans; the next
 * decision on the message asks for it. */
struct mx_retry_decision {
    int64_t next_us;
    int64_t expires_us;
    int64_t gap_us;
};

/* mx_retry_decide - after a refused attempt whose reply came at now_us.
 * u: uniform in (0, 1), used by jitter, 'H' segments and exponential gaps only. */
struct mx_retry_decision mx_retry_decide(const struct mx_retry_policy *policy,
                                         const struct mx_retry_state *state, int64_t now_us,
                                         double u);

/* When a message that never gets an attempt expires (MX_NEVER where the policy only expires
 * after a failed attempt or by count, or has no lifetime). */
int64_t mx_retry_deadline_us(const struct mx_retry_policy *policy, int64_t created_us);

/* Write the rule of a list out into gap_us[] as far as it goes: the same decisions, sooner made.
 * Other kinds are left alone. */
void mx_retry_unroll(struct mx_retry_policy *policy);

/* True when decisions use first_deferral_us and gap_us: a queue must keep them. */
bool mx_retry_needs_history(const struct mx_retry_policy *policy);

/* True when decisions use u. */
bool mx_retry_is_random(const struct mx_retry_policy *policy);

/* Least gap that a decision can give, in us (0 where it may be arbitrarily small). */
int64_t mx_retry_gap_us_min(const struct mx_retry_policy *policy);

/* NULL when the policy is usable, else one sentence saying what is wrong with which field: a
 * policy that never advances, an empty list, min > max ... Static storage. */
const char *mx_retry_check(const struct mx_retry_policy *policy);

/* The reference default: gaps 2, 5, 10, 20 ... min doubling, 72 h from creation, at the deadline.
 * Source: Bluecore, "Understanding Bounces & Deferrals", 02/10/2026. */
void mx_retry_bluecore(struct mx_retry_policy *policy);

#endif
