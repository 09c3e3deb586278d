// SPDX-License-Identifier: GPL-3.0-or-later
/* block.c - counting policy deferrals. */
#include "models/block.h"

void mx_block_note(const struct mx_block_params *params, struct mx_block *block, int64_t now_us)
{
    if (params->deferrals == 0)
        return;
    if (now_us >= block->window_end_us) {
        block->window_end_us = (now_us / params->within_us + 1) * params->within_us;
        block->count = 0;
    }
    block->count++;
    if (block->count > params->deferrals) {
        block->until_us = now_us + params->lasts_us;
        block->count = 0;
    }
}
