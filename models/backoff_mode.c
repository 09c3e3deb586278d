// SPDX-License-Identifier: GPL-3.0-or-later
/* backoff_mode.c - in, out, and the list that counts meanwhile. */
#include "models/backoff_mode.h"

#include <assert.h>

#include "models/units.h"

bool mx_backoff_is_active(const struct mx_backoff_params *params, struct mx_backoff *backoff,
                          int64_t now_us)
{
    if (backoff->active && params->normal_after_us != MX_NEVER &&
        now_us - backoff->since_us >= params->normal_after_us) {
        *backoff = (struct mx_backoff){.active = false};
    }
    return backoff->active;
}

bool mx_backoff_refuse(const struct mx_backoff_params *params, struct mx_backoff *backoff,
                       enum mx_reason reason, int64_t now_us)
{
    if ((params->reasons >> reason & 1U) == 0) {
        return false;
    }
    if (!mx_backoff_is_active(params, backoff, now_us)) {
        *backoff = (struct mx_backoff){.active = true, .since_us = now_us};
    }
    return true;
}

void mx_backoff_deliver(const struct mx_backoff_params *params, struct mx_backoff *backoff)
{
    backoff->step = 0;
    if (params->normal_after_delivery) {
        backoff->active = false;
    }
}

int64_t mx_backoff_gap_us(const struct mx_backoff_params *params, struct mx_backoff *backoff)
{
    assert(backoff->active && params->gap_count > 0);
    const uint32_t last = params->gap_count - 1;
    const uint32_t i = backoff->step < last ? backoff->step : last;
    backoff->step = i + 1;
    return params->gap_us[i];
}
