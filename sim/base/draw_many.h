// SPDX-License-Identifier: GPL-3.0-or-later
/* draw_many.h - the draws of random.h, many at a time.
 *
 * What a draw is does not depend on when it is made, so those of a whole window can be made
 * together, as many lanes at a time as the processor has (2 on any x86-64, 4 with AVX2, 8 with
 * AVX-512, found out when the program starts). Whole numbers alone: the same words everywhere. */
#ifndef MX_DRAW_MANY_H
#define MX_DRAW_MANY_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/random.h"

#define MX_DRAW_LANES 8 /* arrays are worked off in groups of so many */

/* Draws to be made, of streams of one seed and replication (key[0] is the same for all). An array
 * a part, count of each; those of words come out. count is rounded up to whole groups, so room
 * (and anything at all as input) has to be there for MX_DRAW_LANES - 1 more. */
struct mx_draw_arrays {
    const uint64_t *key;   /* key[1] of the stream */
    const uint64_t *index; /* message or member number */
    const uint64_t *step;  /* mx_draw_step() */
    uint64_t *word0, *word1;
};

/* Second half of a draw's counter. */
static inline uint64_t mx_draw_step(uint64_t step, enum mx_draw_purpose purpose)
{
    return step << 8 | (uint64_t)purpose;
}

void mx_draw_many(uint64_t key0, const struct mx_draw_arrays *arrays, size_t count);

/* The form for so many lanes as the processor is said to have: 2, 4 or 8. False when it has not.
 * For tests and for the bench; mx_draw_many takes the widest. */
bool mx_draw_many_with(unsigned lanes, uint64_t key0, const struct mx_draw_arrays *arrays,
                       size_t count);

#endif
