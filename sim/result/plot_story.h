// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_story.h - what a picture says and shows, and how it gets into files. */
#ifndef MX_PLOT_STORY_H
#define MX_PLOT_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_error.h"
#include "sim/result/plot_gnuplot.h"
#include "sim/result/plot_text.h"

/* is_empty: there is nothing to draw (no address has a warm-up plan), and the picture says so. */
struct mx_plot_story {
    struct mx_plot_text headline, line1, line2;
    double blank_px; /* of 600, at the lower edge: nothing but the scenario's name */
    bool is_empty;
    char *script; /* for gnuplot; owned */
    char *table;  /* its data as CSV; owned */
    size_t script_size, table_size;
};

struct mx_plot_picture;

/* Open the streams that a kind writes to. Returns 0 or an exit code; mx_plot_story_fini must follow
 * either way. After 0 mx_plot_story_end must follow: it writes the canvas, closes the streams and
 * keeps what the picture says. name: of the kind, for messages; code: of the kind, which is handed
 * on. */
int mx_plot_story_begin(struct mx_plot_story *story, struct mx_plot_picture *picture,
                        const struct mx_plot_error *error);
int mx_plot_story_end(struct mx_plot_story *story, struct mx_plot_picture *picture,
                      const char *name, int code);
void mx_plot_story_fini(struct mx_plot_story *story);

/* Bits of what to write: 1 << enum mx_plot_format, or the data. */
#define MX_PLOT_AS(format) (1U << (format))
#define MX_PLOT_AS_CSV (1U << MX_PLOT_FORMAT_COUNT)
#define MX_PLOT_WISH_COUNT_MAX 3

/* kind: a name or "all". out: a folder, which is made when it is missing; NULL stands for dir; or,
 * with is_file, the file of the one format of the one kind. metrics: what a sweep's pictures show,
 * count of them 0 for the kind's own choice. */
struct mx_plot_request {
    const char *dir, *kind, *plots_dir, *out;
    unsigned formats;
    bool is_file;
    const char *metrics[MX_PLOT_WISH_COUNT_MAX];
    size_t metric_count;
};

/* Put a picture, or with MX_PLOT_FORMAT_COUNT its data, at OUT/NAME.FORMAT, or at OUT with is_file:
 * whole or not at all. Returns 0 or an exit code. */
int mx_plot_deliver(const struct mx_plot_request *request, const char *name, int format,
                    const char *bytes, size_t size, const struct mx_plot_error *error);

/* Make the folder for pictures. Returns 0 or an exit code. */
int mx_plot_prepare_folder(const char *folder, const struct mx_plot_error *error);

#endif
