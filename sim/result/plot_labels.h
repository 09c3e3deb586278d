// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_labels.h - where labels go and which ticks an axis gets.
 *
 * Pure. Positions are pixels of a picture of 960 x 600, counted from its lower left corner. */
#ifndef MX_PLOT_LABELS_H
#define MX_PLOT_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/result/plot_text.h"

/* One of a column of labels. wanted_px and at_px are the middle of its text. */
struct mx_plot_label {
    double wanted_px;
    double height_px;
    double at_px; /* result */
    size_t index; /* the caller's own */
};

#define MX_PLOT_LABEL_COUNT_MAX 256

/* Give each label of a column a place in [low_px, high_px] so that none overlaps another, their
 * order is kept (equal wishes: the earlier above) and the sum of squared moves is least. The labels
 * are left sorted, highest first. Returns false, and spaces them evenly, when they do not fit.
 * count <= MX_PLOT_LABEL_COUNT_MAX. */
bool mx_plot_labels_spread(struct mx_plot_label *labels, size_t count, double low_px,
                           double high_px);

#define MX_PLOT_TICK_COUNT_MAX 64

struct mx_plot_tick {
    double at; /* in the axis's unit */
    char text[32];
    char below[32]; /* second line, "" for most */
    bool line;      /* worth a line across the picture */
};

struct mx_plot_ticks {
    size_t count;
    struct mx_plot_tick tick[MX_PLOT_TICK_COUNT_MAX];
};

/* A tick of its own text, cut where it has no room. */
void mx_plot_ticks_add(struct mx_plot_ticks *ticks, double at, struct mx_plot_text text);

/* The smallest of 1, 2, 5 times a power of ten that is at least `value`, which is > 0. */
double mx_plot_round_up(double value);

/* From 0 to a round number >= max, which is stored in *top (> 0 also for max = 0): about `wanted`
 * steps of 1, 2 or 5 times a power of ten, never less than `least_step` apart. */
void mx_plot_ticks_count(double max, int wanted, double least_step, double *top,
                         struct mx_plot_ticks *ticks);

/* The same for shares in percent, up to *top as a share. */
void mx_plot_ticks_share(double max, int wanted, double *top, struct mx_plot_ticks *ticks);

/* Powers of ten (and 2 and 5 between them if the range is short) within [low, high], both > 0. */
void mx_plot_ticks_log_count(double low, double high, struct mx_plot_ticks *ticks);

/* Ages on a logarithmic axis of width_px over [low_s, high_s], 0 < low_s < high_s: 1 s, 1 min,
 * 2 min, 10 min, 1 h, 6 h, 24 h, 72 h ... as far as their texts have room. The last age has
 * precedence. 24 h and 72 h are marked by a line. */
void mx_plot_ticks_age(double low_s, double high_s, double width_px, struct mx_plot_ticks *ticks);

/* Wall clock of a run: seconds since 1970 as the local clock showed them at the start. */
struct mx_plot_clock {
    bool is_known;
    int64_t start_local_s;
    char zone[64];
};

/* "2026-11-27 09:00" or "...:SS". Returns false when it is no such date and time. */
bool mx_plot_clock_parse(const char *text, struct mx_plot_clock *clock);

/* Times since the start, linear axis of width_px over [from_s, to_s]: "09:00" with the date below
 * the first one and each midnight, or dates; hours or days since the start when it is unknown. */
void mx_plot_ticks_clock(const struct mx_plot_clock *clock, double from_s, double to_s,
                         double width_px, struct mx_plot_ticks *ticks);

/* A moment in a sentence: "09:58", "Sat 28 Nov 09:58" on a later day than the start's, or "1.2 h
 * after the start". */
struct mx_plot_text mx_plot_moment(const struct mx_plot_clock *clock, double time_s);

#endif
