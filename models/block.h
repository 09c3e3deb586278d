// SPDX-License-Identifier: GPL-3.0-or-later
/* block.h - stage 2 of a provider, first part: going on after policy deferrals leads to a block.
 *
 * Per IP. Policy deferrals (rate, spike, reputation, content) are counted in tumbling windows
 * [k within, (k + 1) within); the one that passes the limit blocks the IP. Deferrals for other
 * reasons never count. Source: a Microsoft engineer on mailop, 2026-02-20: "S3150 is what you get
 * when you don't slow down after seeing 4xx". */
#ifndef MX_BLOCK_H
#define MX_BLOCK_H

#include <stdbool.h>

#include "models/receiver_params.h"

/* Of one IP. Zero it to start. */
struct mx_block {
    int64_t until_us;      /* blocked before */
    int64_t window_end_us; /* of the window that count belongs to */
    uint32_t count;
};

static inline bool mx_block_holds(const struct mx_block *block, int64_t now_us)
{
    return now_us < block->until_us;
}

/* A policy deferral at now_us. */
void mx_block_note(const struct mx_block_params *params, struct mx_block *block, int64_t now_us);

#endif
