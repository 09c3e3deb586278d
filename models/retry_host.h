// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_host.h - retry data that all messages to one host, or to one address, share, after Exim.
 *
 * A failure of the host sets the time before which no message is tried there; what comes earlier is
 * skipped ("retry time not reached"), and an answer that is not about the host deletes the data.
 * Equations and sources: models/README.md, "Retry data of a host". */
#ifndef MX_RETRY_HOST_H
#define MX_RETRY_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "models/retry.h"

/* What may be done with a message that is due. */
enum mx_retry_ask {
    MX_ASK_TRY,
    MX_ASK_WAIT,   /* not yet: a non-attempt */
    MX_ASK_EXPIRE, /* over, without an attempt */
    MX_ASK_COUNT
};

/* Of one host, or one address. Zero it to start. Times are of replies, in us. */
struct mx_retry_host {
    bool known, expired;
    int64_t first_failed_us, last_try_us, next_try_us;
};

/* policy: of unit host, passed by mx_retry_check(). A message created at created_us and due now. */
enum mx_retry_ask mx_retry_host_ask(const struct mx_retry_policy *policy,
                                    const struct mx_retry_host *host, int64_t created_us,
                                    int64_t now_us);

/* When a message that has to wait is looked at again: the next scan, or without scans when it may
 * be tried. Always > now_us. */
int64_t mx_retry_host_due_us(const struct mx_retry_policy *policy, const struct mx_retry_host *host,
                             int64_t created_us, int64_t now_us);

/* The host failed the message's attempt by a reply at now_us >= the last one. u: as for
 * mx_retry_decide(). Returns what becomes of the message. */
struct mx_retry_decision mx_retry_host_fail(const struct mx_retry_policy *policy,
                                            struct mx_retry_host *host, int64_t created_us,
                                            int64_t now_us, double u);

/* The same of an address: a refusal that is about the recipient. Only messages of a queue run wait
 * for it; one that has just arrived is tried whatever the data say. */
struct mx_retry_decision mx_retry_address_fail(const struct mx_retry_policy *policy,
                                               struct mx_retry_host *address, int64_t created_us,
                                               int64_t now_us, double u);
bool mx_retry_address_waits(const struct mx_retry_policy *policy,
                            const struct mx_retry_host *address, int64_t created_us,
                            int64_t now_us);

/* The host answered; the address is decided. */
void mx_retry_host_clear(struct mx_retry_host *host);

#endif
