// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_gnuplot.h - gnuplot as a program: started without a shell, believed only with proof.
 *
 * A picture counts as made only when gnuplot ended with 0, wrote nothing to its error stream, and
 * the file is there and whole; then it gets its name. */
#ifndef MX_PLOT_GNUPLOT_H
#define MX_PLOT_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_error.h"

/* TEXT: characters for a terminal, by gnuplot's terminal "dumb". */
enum mx_plot_format { MX_PLOT_SVG, MX_PLOT_PNG, MX_PLOT_PDF, MX_PLOT_TEXT, MX_PLOT_FORMAT_COUNT };

extern const char *const mx_plot_format_name[MX_PLOT_FORMAT_COUNT]; /* also endings of files */

#define MX_PLOT_DIR_SIZE 512

/* Where gnuplot is, and a folder of our own for scripts, pictures and messages. */
struct mx_gnuplot {
    char program[4096];
    char dir[MX_PLOT_DIR_SIZE]; /* mode 0700 */
};

/* Find gnuplot on the PATH, see that the font is there, make the folder. Returns 0 or an exit
 * code; on success mx_gnuplot_fini must follow, which removes the folder with all in it. */
int mx_gnuplot_init(struct mx_gnuplot *gnuplot, const struct mx_plot_error *error);
void mx_gnuplot_fini(struct mx_gnuplot *gnuplot);

/* Ask this while gnuplot works and before: true ends it and gives MX_EXIT_INTERRUPTED. NULL, as at
 * the start: never. The signal that makes it true must not restart system calls. */
void mx_gnuplot_stop_when(bool (*is_stopped)(void));

/* Run the script `script_name` of the folder, which writes `picture_name` there, and check the
 * picture. kind: for messages. Returns 0 with the picture in *bytes, owned, a NUL behind it; or an
 * exit code. */
int mx_gnuplot_make(const struct mx_gnuplot *gnuplot, const char *kind, const char *script_name,
                    const char *picture_name, enum mx_plot_format format, char **bytes,
                    size_t *size, const struct mx_plot_error *error);

/* Put a picture at `target`, whole or not at all. Returns 0 or an exit code. */
int mx_gnuplot_deliver(const char *bytes, size_t size, const char *target,
                       const struct mx_plot_error *error);

/* The same, put at `target`, which is as it was when something goes wrong. */
int mx_gnuplot_draw(const struct mx_gnuplot *gnuplot, const char *kind, const char *script_name,
                    const char *picture_name, enum mx_plot_format format, const char *target,
                    const struct mx_plot_error *error);

/* The picture of this file is whole: SVG from "<?xml" to "</svg>", PNG from its signature to its
 * IEND chunk and of the right size, PDF from "%PDF" to "%%EOF". Returns NULL or what is wrong. */
const char *mx_plot_file_flaw(const char *bytes, size_t size, enum mx_plot_format format);

#endif
