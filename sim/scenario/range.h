// SPDX-License-Identifier: GPL-3.0-or-later
/* range.h - the stated range of an assumed value: from text to numbers, and from a place in it to
 * a value that can be set.
 *
 *   "3d .. 14d"   durations      "20/h .. 2k/h"  rates          "5% .. 40%"      shares
 *   "0 .. 8"      whole numbers  "1.1 .. 3"      numbers        "false .. true"  one or the other
 *   "1h .. none"  one or the other, since there is nothing between them; so are lists of gaps
 *   "flat .. this"  of a list of factors: from their mean, everywhere, to the list as it stands
 *
 * The scale is a rule: logarithmic where both ends are above 0 and the larger is at least ten times
 * the smaller, else linear. A value is rounded to four digits, so that it can be written down, and
 * a duration to whole days, seconds or milliseconds where both ends are. */
#ifndef MX_RANGE_H
#define MX_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/arena.h"

enum mx_range_kind {
    MX_RANGE_NUMBER,
    MX_RANGE_WHOLE,
    MX_RANGE_SHARE,
    MX_RANGE_DURATION, /* also the mean of a law, and the one gap of a list */
    MX_RANGE_RATE,
    MX_RANGE_CHOICE, /* of two words */
    MX_RANGE_SHAPE,
    MX_RANGE_KIND_COUNT
};

/* low, high: number, share of 1, us, count per period_us; 0 and 1 of a choice or a shape. */
struct mx_range {
    enum mx_range_kind kind;
    bool is_log;
    double low, high;
    double nominal;      /* the value as it stands; NaN where it is neither word of a choice */
    int64_t step_us;     /* durations are whole multiples of it */
    int64_t period_us;   /* of a rate */
    const char *word[2]; /* of a choice, low first */
    const char *before, *after; /* what stands around the number where it is set */
    uint32_t shape_count;
    const double *shape;
};

struct mx_node;

/* text: "A .. B". The value has a node, or only a text ("exponential 8h") where a default of the
 * reader's own stands. Returns NULL, or what is wrong, in `arena`, which *range borrows from. */
const char *mx_range_parse(struct mx_arena *arena, const char *text, const struct mx_node *node,
                           const char *value, struct mx_range *range);

/* The value at a place in [0, 1]: 0 gives low, 1 gives high, and equal stretches have equal
 * chances, on the range's scale. A choice takes its second word from 0.5 on; each whole number of a
 * linear range gets an equal stretch. Same bits on every machine. */
double mx_range_at(const struct mx_range *range, double place);

#define MX_RANGE_TEXT_SIZE 8192 /* a shape of MX_DAILY_MAX numbers */

/* A value as --set takes it. Returns `text`. */
const char *mx_range_put(const struct mx_range *range, double value, char text[MX_RANGE_TEXT_SIZE]);

#endif
