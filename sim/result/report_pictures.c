// SPDX-License-Identifier: GPL-3.0-or-later
/* report_pictures.c - the pictures of a report, with what each says as text. */
#include <stdlib.h>

#include "sim/result/plot.h"
#include "sim/result/report_figure.h"
#include "sim/result/report_parts.h"

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

/* PNG and PDF of the whole picture, head included, as OUT/KIND.png, or of one of several runs
 * OUT/2-KIND.png. */
static int draw_beside(const struct gallery *gallery, size_t r, size_t kind)
{
    const struct mx_plot_request request = {.out = gallery->pictures_dir};
    const struct mx_plot_error *error = gallery->error;
    struct mx_plot_story story;
    size_t count;
    const char *name = mx_plot_kind_names(&count)[kind];
    int code =
        mx_plot_story_make(gallery->sessions[r], kind, false, &story, error->text, error->size);

    for (int f = MX_PLOT_PNG; f <= MX_PLOT_PDF && code == 0; f++) {
        struct mx_plot_text numbered = mx_plot_text_format("%zu-%s", r + 1, name);
        char *bytes = NULL;
        size_t size = 0;

        code = mx_plot_story_draw(gallery->sessions[r], kind, &story, (enum mx_plot_format)f, 0, 0,
                                  &bytes, &size, error->text, error->size);
        if (code == 0) {
            code = mx_plot_deliver(&request, gallery->runs->count > 1 ? numbered.s : name, f, bytes,
                                   size, error);
        }
        free(bytes);
    }
    mx_plot_story_fini(&story);
    return code;
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
                mx_report_gallery_begin(gallery->out, pictures[p].kind, pictures[p].title);
            }
            if (code == 0) {
                const struct mx_report_figure figure = {
                    .title = pictures[p].title,
                    .label = gallery->runs->count > 1 ? gallery->runs->run[r].label : "",
                    .number = gallery->number++,
                    .story = &story,
                    .svg = svg};

                mx_report_figure(gallery->out, &figure);
            }
            if (code == 0 && gallery->pictures_dir != NULL) {
                code = draw_beside(gallery, r, kind);
            }
        }
        free(svg);
        mx_plot_story_fini(&story);
    }
    if (shown > 0) {
        mx_report_gallery_end(gallery->out, pictures[p].kind);
    }
    return code;
}

int mx_report_pictures(FILE *out, const struct mx_report_runs *runs, const char *plots_dir,
                       const char *pictures_dir, const struct mx_plot_error *error)
{
    struct gallery gallery = {
        .out = out, .runs = runs, .pictures_dir = pictures_dir, .number = 1, .error = error};
    int code = 0;

    gallery.sessions = calloc(runs->count, sizeof(struct mx_plot_session *));
    if (gallery.sessions == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    if (pictures_dir != NULL) {
        code = mx_plot_prepare_folder(pictures_dir, error);
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
