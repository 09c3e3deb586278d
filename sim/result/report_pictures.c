// SPDX-License-Identifier: GPL-3.0-or-later
/* report_pictures.c - the pictures of a report, with what each says as text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/outfile.h"
#include "sim/result/plot.h"
#include "sim/result/report_html.h"
#include "sim/result/report_parts.h"
#include "sim/result/report_svg.h"

/* In the order of the page. optional: left out where it has nothing to show. */
static const struct {
    const char *kind, *title;
    bool is_optional;
} pictures[] = {
    {"delivered-over-time", "Delivered over time", false},
    {"outcomes", "What became of the mail", false},
    {"attempts-per-minute", "Attempts per minute", false},
    {"deferrals-by-reason", "Deferrals by reason", true},
    {"deferral-heat-map", "Deferrals by provider and hour", true},
    {"first-attempt", "First-attempt acceptance", false},
    {"retry-age", "Retry age", true},
    {"queue-length", "Queue length", false},
    {"reputation", "Reputation", true},
    {"allowance", "Allowance", true},
    {"warm-up", "Warm-up", true},
};

struct gallery {
    FILE *out;
    const struct mx_report_runs *runs;
    struct mx_plot_session **sessions; /* [run] */
    const char *pictures_dir;
    size_t number; /* of the next picture */
    const struct mx_plot_error *error;
};

/* PNG and PDF under OUT/LABEL-KIND.png; one run: OUT/KIND.png. */
static int write_beside(const struct gallery *gallery, size_t r, size_t kind,
                        const struct mx_plot_story *story, enum mx_plot_format format)
{
    size_t count, size, bytes_size = 0;
    const char *name = mx_plot_kind_names(&count)[kind];
    char *path, *bytes = NULL;
    struct mx_outfile *file = NULL;
    int error_number = 0, code;

    size = strlen(gallery->pictures_dir) + strlen(name) + 64;
    path = malloc(size);
    if (path == NULL) {
        return mx_plot_fail(gallery->error, MX_EXIT_FAILURE, "out of memory");
    }
    if (gallery->runs->count > 1) {
        (void)snprintf(path, size, "%s/%zu-%s.%s", gallery->pictures_dir, r + 1, name,
                       mx_plot_format_name[format]);
    } else {
        (void)snprintf(path, size, "%s/%s.%s", gallery->pictures_dir, name,
                       mx_plot_format_name[format]);
    }
    code = mx_plot_story_draw(gallery->sessions[r], kind, story, format, 0, 0, &bytes, &bytes_size,
                              gallery->error->text, gallery->error->size);
    if (code == 0) {
        file = mx_outfile_open(path, &error_number);
        if (file != NULL) {
            mx_outfile_write(file, bytes, bytes_size);
            error_number = mx_outfile_commit(file);
        }
        code = error_number == 0
                   ? 0
                   : mx_plot_fail(gallery->error, MX_EXIT_FAILURE, "cannot write %s: %s", path,
                                  strerror(error_number));
    }
    free(bytes);
    free(path);
    return code;
}

/* The whole picture, head included, as files. */
static int draw_beside(const struct gallery *gallery, size_t r, size_t kind)
{
    struct mx_plot_story story;
    int code = mx_plot_story_make(gallery->sessions[r], kind, false, &story, gallery->error->text,
                                  gallery->error->size);

    if (code == 0) {
        code = write_beside(gallery, r, kind, &story, MX_PLOT_PNG);
    }
    if (code == 0) {
        code = write_beside(gallery, r, kind, &story, MX_PLOT_PDF);
    }
    mx_plot_story_fini(&story);
    return code;
}

static void write_figure(struct gallery *gallery, size_t r, const char *title,
                         const struct mx_plot_story *story, const char *svg)
{
    FILE *out = gallery->out;
    bool several = gallery->runs->count > 1;
    struct mx_plot_text says =
        mx_plot_text_format("%s. %s. %s", title, story->headline.s, story->line1.s);

    mx_html_printf(out, "<figure>\n<figcaption><h4>%s%s",
                   several ? gallery->runs->run[r].label : "", several ? ": " : "");
    mx_html_unbroken(out, story->headline.s);
    (void)fputs("</h4>\n<p class=\"note\">", out);
    mx_html_unbroken(out, story->line1.s);
    (void)fputc(' ', out);
    mx_html_unbroken(out, story->line2.s);
    (void)fputs("</p></figcaption>\n", out);
    mx_html_printf(out,
                   "<div class=\"picture\" role=\"region\" tabindex=\"0\" "
                   "aria-label=\"Picture: %s%s%s\">",
                   title, several ? ", " : "", several ? gallery->runs->run[r].label : "");
    mx_report_svg(out, svg, gallery->number++, story->blank_px, says.s);
    (void)fputs("</div>\n</figure>\n", out);
}

/* One kind, all runs. */
static int write_kind(struct gallery *gallery, size_t p)
{
    size_t kind = mx_plot_kind_find(pictures[p].kind), shown = 0;
    int code = 0;

    for (size_t r = 0; code == 0 && r < gallery->runs->count; r++) {
        struct mx_plot_story story;
        char *svg = NULL;
        size_t size = 0;

        code = mx_plot_story_make(gallery->sessions[r], kind, true, &story, gallery->error->text,
                                  gallery->error->size);
        if (code == 0 && !(story.is_empty && pictures[p].is_optional)) {
            code = mx_plot_story_draw(gallery->sessions[r], kind, &story, MX_PLOT_SVG, 0, 0, &svg,
                                      &size, gallery->error->text, gallery->error->size);
            if (code == 0 && shown++ == 0) {
                mx_html_printf(
                    gallery->out,
                    "<section class=\"gallery\" id=\"%s\" aria-labelledby=\"%s-title\">\n"
                    "<h3 id=\"%s-title\">%s</h3>\n<div class=\"side-by-side\">\n",
                    pictures[p].kind, pictures[p].kind, pictures[p].kind, pictures[p].title);
            }
            if (code == 0) {
                write_figure(gallery, r, pictures[p].title, &story, svg);
            }
            if (code == 0 && gallery->pictures_dir != NULL) {
                code = draw_beside(gallery, r, kind);
            }
        }
        free(svg);
        mx_plot_story_fini(&story);
    }
    if (shown > 0) {
        mx_html_printf(gallery->out,
                       "</div>\n<p class=\"how\">As a file, or its data: <code>mxsim plot DIR %s "
                       "--format svg,png,pdf,csv</code></p>\n</section>\n",
                       pictures[p].kind);
    }
    return code;
}

int mx_report_pictures(FILE *out, const struct mx_report_runs *runs, const char *plots_dir,
                       const char *pictures_dir, const struct mx_plot_error *error)
{
    struct gallery gallery = {
        .out = out, .runs = runs, .pictures_dir = pictures_dir, .number = 1, .error = error};
    int error_number = pictures_dir != NULL ? mx_make_dirs(pictures_dir) : 0;
    int code = 0;

    gallery.sessions = calloc(runs->count, sizeof(struct mx_plot_session *));
    if (gallery.sessions == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    if (error_number != 0) {
        code = mx_plot_fail(error, MX_EXIT_FAILURE, "cannot make the folder %s: %s", pictures_dir,
                            strerror(error_number));
    }
    for (size_t r = 0; code == 0 && r < runs->count; r++) {
        code = mx_plot_session_open(&gallery.sessions[r], runs->run[r].dir, plots_dir, error->text,
                                    error->size);
    }
    (void)fputs("<section id=\"pictures\" aria-labelledby=\"pictures-title\">\n"
                "<h2 id=\"pictures-title\">Pictures</h2>\n",
                out);
    for (size_t p = 0; code == 0 && p < sizeof pictures / sizeof pictures[0]; p++) {
        code = write_kind(&gallery, p);
    }
    (void)fputs("</section>\n", out);
    for (size_t r = 0; r < runs->count; r++) {
        mx_plot_session_close(gallery.sessions[r]);
    }
    free(gallery.sessions);
    return code;
}
