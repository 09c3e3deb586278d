// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_host.c - when a host that failed is tried again, and what that means for each message. */
#include "models/retry_host.h"

#include <assert.h>

#include "models/retry_gap.h"

/* Time from which a failure that began at from_us is final. */
static int64_t cutoff_us(const struct mx_retry_policy *policy, int64_t from_us)
{
    assert(policy->kind == MX_RETRY_SEGMENTS && policy->segment_count > 0);
    return mx_retry_add_us(from_us, policy->segment[policy->segment_count - 1].until_us);
}

static bool is_remembered(const struct mx_retry_policy *policy, const struct mx_retry_host *host,
                          int64_t now_us)
{
    return host->known && now_us - host->last_try_us <= policy->data_expire_us;
}

enum mx_retry_ask mx_retry_host_ask(const struct mx_retry_policy *policy,
                                    const struct mx_retry_host *host, int64_t created_us,
                                    int64_t now_us)
{
    if (!is_remembered(policy, host, now_us) || now_us >= host->next_try_us) {
        return MX_ASK_TRY;
    }
    if (host->expired) {
        return policy->delay_after_cutoff ? MX_ASK_EXPIRE : MX_ASK_TRY;
    }
    return now_us >= cutoff_us(policy, created_us) ? MX_ASK_TRY : MX_ASK_WAIT;
}

int64_t mx_retry_host_due_us(const struct mx_retry_policy *policy, const struct mx_retry_host *host,
                             int64_t created_us, int64_t now_us)
{
    if (policy->scan_us > 0) {
        return mx_retry_next_scan_us(policy, now_us + 1, now_us);
    }
    const int64_t last_us = cutoff_us(policy, created_us);
    const int64_t due_us = host->next_try_us < last_us ? host->next_try_us : last_us;
    return due_us > now_us ? due_us : now_us + 1;
}

/* The next time, of data that have been failing since since_us. G and H grow from the last gap, or
 * from what it really was if shorter. */
static int64_t next_try_us(const struct mx_retry_policy *policy, const struct mx_retry_host *host,
                           int64_t since_us, int64_t now_us, double u)
{
    const int64_t planned_us = host->next_try_us - host->last_try_us;
    const int64_t real_us = now_us - host->last_try_us;
    const struct mx_retry_state state = {
        .created_us = since_us,
        .first_deferral_us = since_us,
        .attempt_count = 1,
        .due_us = now_us,
        .gap_us = planned_us < real_us ? planned_us : real_us,
    };
    int64_t gap_us = mx_retry_gap_us(policy, &state, now_us, u);
    if (policy->whole_seconds) { /* the clock is cut already */
        gap_us = gap_us < MX_SECOND_US ? MX_SECOND_US : mx_retry_whole_seconds(gap_us);
    }
    return mx_retry_add_us(now_us, gap_us);
}

/* The time as the host's data have it. */
static int64_t clock_us(const struct mx_retry_policy *policy, int64_t now_us)
{
    return policy->whole_seconds ? mx_retry_whole_seconds(now_us) : now_us;
}

/* Data of a host count from its first failure; of an address, from the message's creation where
 * that is earlier. */
static struct mx_retry_decision fail(const struct mx_retry_policy *policy,
                                     struct mx_retry_host *host, bool is_address,
                                     int64_t created_us, int64_t now_us, double u)
{
    assert(created_us <= now_us && (!host->known || host->last_try_us <= now_us));
    const int64_t failed_us = clock_us(policy, now_us);
    if (!is_remembered(policy, host, now_us)) {
        *host = (struct mx_retry_host){.known = true,
                                       .first_failed_us = failed_us,
                                       .last_try_us = failed_us,
                                       .next_try_us = failed_us};
    }
    const int64_t born_us = clock_us(policy, created_us);
    const int64_t since_us =
        is_address && born_us < host->first_failed_us ? born_us : host->first_failed_us;
    host->expired = now_us >= cutoff_us(policy, since_us);
    const bool message_is_over = !host->expired && created_us <= host->first_failed_us &&
                                 now_us >= cutoff_us(policy, created_us);
    const int64_t next_us =
        message_is_over ? failed_us : next_try_us(policy, host, since_us, failed_us, u);
    const int64_t gap_us = next_us - failed_us;
    host->last_try_us = failed_us;
    host->next_try_us = next_us;
    if (host->expired || message_is_over) {
        return (struct mx_retry_decision){MX_NEVER, now_us, gap_us};
    }
    return (struct mx_retry_decision){mx_retry_host_due_us(policy, host, created_us, now_us),
                                      MX_NEVER, gap_us};
}

struct mx_retry_decision mx_retry_host_fail(const struct mx_retry_policy *policy,
                                            struct mx_retry_host *host, int64_t created_us,
                                            int64_t now_us, double u)
{
    return fail(policy, host, false, created_us, now_us, u);
}

struct mx_retry_decision mx_retry_address_fail(const struct mx_retry_policy *policy,
                                               struct mx_retry_host *address, int64_t created_us,
                                               int64_t now_us, double u)
{
    return fail(policy, address, true, created_us, now_us, u);
}

bool mx_retry_address_waits(const struct mx_retry_policy *policy,
                            const struct mx_retry_host *address, int64_t created_us, int64_t now_us)
{
    return is_remembered(policy, address, now_us) && now_us < address->next_try_us &&
           !address->expired && now_us < cutoff_us(policy, created_us);
}

void mx_retry_host_clear(struct mx_retry_host *host)
{
    *host = (struct mx_retry_host){.known = false};
}
