// SPDX-License-Identifier: GPL-3.0-or-later
/* plot.h - pictures of a result folder, drawn by gnuplot.
 *
 * The program works out what a picture says (headline, ticks, places of labels, tidy data) and
 * gnuplot draws it with the scripts of plots/. Nothing that a user named can be executed. */
#ifndef MX_PLOT_H
#define MX_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_story.h"

/* Names of the kinds, as the pictures' files are called: "delivered-over-time" ... Static storage;
 * *count gets their number. */
const char *const *mx_plot_kind_names(size_t *count);
/* The kind of this name, or the number of kinds. */
size_t mx_plot_kind_find(const char *name);

/* --- a folder, held open for several pictures ------------------------------------------------- */

struct mx_plot_session;

/* Read summary.json and plan.cfg of the result folder `dir`; find gnuplot, its font and the scripts
 * in plots_dir. error, here and below: gets a sentence when something went wrong, else "";
 * error_size > 0. Returns 0 with *session owned, or an exit code of sim/base/error.h: invalid (the
 * folder is incomplete or damaged), failure (gnuplot, a font or a script is missing). */
int mx_plot_session_open(struct mx_plot_session **session, const char *dir, const char *plots_dir,
                         char *error, size_t error_size);
void mx_plot_session_close(struct mx_plot_session *session);

/* Work out one kind. is_bare: the headline and what stands under it are left out of the picture,
 * for a page that sets them as text. Returns 0 or an exit code; mx_plot_story_fini must follow
 * either way. */
int mx_plot_story_make(struct mx_plot_session *session, size_t kind, bool is_bare,
                       struct mx_plot_story *story, char *error, size_t error_size);

/* Draw it. columns, rows: size in characters, for MX_PLOT_TEXT alone. Returns 0 with the picture in
 * *bytes (owned, NUL behind it), or an exit code. */
int mx_plot_story_draw(struct mx_plot_session *session, size_t kind,
                       const struct mx_plot_story *story, enum mx_plot_format format,
                       unsigned columns, unsigned rows, char **bytes, size_t *size, char *error,
                       size_t error_size);

/* --- pictures as files ------------------------------------------------------------------------ */

/* Write OUT/KIND.svg (960 x 600), .png (1920 x 1200), .pdf, .csv as asked for. Returns 0, or an
 * exit code: usage (no such kind), invalid, failure as above. Of "all", the kinds that can be drawn
 * are drawn, and the first mistake is returned. A picture that could not be made leaves an older
 * one of its name as it was. */
int mx_plot_write(const struct mx_plot_request *request, char *error, size_t error_size);

/* "no kind of picture ...", the nearest one and which there are, studies' among them, as an error;
 * returns its code. */
int mx_plot_no_such_kind(const char *name, const struct mx_plot_error *error);

/* The same as SVG and PNG into a folder. */
int mx_plot(const char *dir, const char *kind_or_all, const char *plots_dir, const char *out_dir,
            char *error, size_t error_size);

#endif
