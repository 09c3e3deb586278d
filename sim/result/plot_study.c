// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study.c - see plot_study.h. */
#include "sim/result/plot_study.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/check.h"
#include "sim/result/plot_canvas.h"
#include "sim/result/plot_study_parts.h"

static const struct study_kind {
    const char *name, *file;
    int (*draw)(struct mx_plot_picture *picture, const char *file,
                const struct mx_plot_request *request);
} study_kinds[MX_PLOT_STUDY_KIND_COUNT] = {
    {"comparison", "comparison.json", mx_plot_comparison},
    {"sweep", "sweep.db", mx_plot_sweep},
    {"tradeoff", "sweep.db", mx_plot_tradeoff},
    {"plan", "answer.json", mx_plot_plan},
    {"influence", "sensitivity.json", mx_plot_influence},
    {"tornado", "sensitivity.json", mx_plot_tornado},
};

const char *mx_plot_study_kind(size_t i)
{
    return i < MX_PLOT_STUDY_KIND_COUNT ? study_kinds[i].name : NULL;
}

static size_t find_kind(const char *name)
{
    size_t i = 0;

    while (i < MX_PLOT_STUDY_KIND_COUNT && strcmp(name, study_kinds[i].name) != 0) {
        i++;
    }
    return i;
}

bool mx_plot_is_study_kind(const char *kind)
{
    return find_kind(kind) < MX_PLOT_STUDY_KIND_COUNT;
}

/* DIR/NAME; owned, or NULL. */
static char *join(const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL) {
        (void)snprintf(path, size, "%s/%s", dir, name);
    }
    return path;
}

static bool has_file(const char *dir, const char *name)
{
    char *path = join(dir, name);
    bool is_there = path != NULL && access(path, F_OK) == 0;

    free(path);
    return is_there;
}

bool mx_plot_study_has(const char *dir, const char *kind)
{
    bool is_there = false;

    for (size_t i = 0; i < MX_PLOT_STUDY_KIND_COUNT && !is_there; i++) {
        is_there = (strcmp(kind, "all") == 0 || strcmp(kind, study_kinds[i].name) == 0) &&
                   has_file(dir, study_kinds[i].file);
    }
    return is_there;
}

int mx_plot_folder_check(const char *dir, const char *kind, const struct mx_plot_error *error)
{
    size_t study = find_kind(kind);
    const char *wanted =
        study < MX_PLOT_STUDY_KIND_COUNT ? study_kinds[study].file : "summary.json";
    struct stat status;

    if (stat(dir, &status) != 0) {
        return mx_plot_fail(error, MX_EXIT_INVALID,
                            "cannot open the folder %s: %s (RESULTS is what --out named)", dir,
                            strerror(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return mx_plot_fail(error, MX_EXIT_INVALID,
                            "%s is no folder (RESULTS is what --out named; a database that --db "
                            "named is drawn from a folder where it is called sweep.db)",
                            dir);
    }
    if (!has_file(dir, "summary.json") && !mx_plot_study_has(dir, "all")) {
        return mx_plot_fail(error, MX_EXIT_INVALID,
                            "%s holds no results: neither summary.json (of run), comparison.json, "
                            "sweep.db, answer.json (of plan) nor sensitivity.json",
                            dir);
    }
    if (strcmp(kind, "all") != 0 && !has_file(dir, wanted)) {
        return mx_plot_fail(error, MX_EXIT_INVALID,
                            "%s holds no %s, of which the picture \"%s\" is drawn", dir, wanted,
                            kind);
    }
    return 0;
}

int mx_plot_study_make(const struct mx_plot_request *request, bool is_bare,
                       struct mx_plot_story *story, const struct mx_plot_error *error)
{
    const struct study_kind *kind = &study_kinds[find_kind(request->kind)];
    struct mx_plot_picture picture = {.error = error, .is_bare = is_bare};
    char *file = join(request->dir, kind->file);
    int code;

    error->text[0] = '\0';
    memset(story, 0, sizeof *story);
    code = file != NULL ? mx_plot_story_begin(story, &picture, error)
                        : mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    if (code == 0) {
        code = mx_plot_story_end(story, &picture, kind->name, kind->draw(&picture, file, request));
    }
    free(file);
    return code;
}

int mx_plot_study_draw(const char *kind, const struct mx_plot_story *story, const char *plots_dir,
                       enum mx_plot_format format, unsigned columns, unsigned rows, char **bytes,
                       size_t *size, const struct mx_plot_error *error)
{
    return mx_plot_canvas_make(
        &(struct mx_plot_drawing){story->script, kind, plots_dir, format, columns, rows}, bytes,
        size, error);
}

int mx_plot_study_deliver(const struct mx_plot_request *request, const char *name,
                          const struct mx_plot_story *story, const struct mx_plot_error *error)
{
    int code = 0;

    for (int f = 0; f <= MX_PLOT_FORMAT_COUNT && code == 0; f++) {
        size_t size = story->table_size;
        char *bytes = NULL;

        if ((request->formats & (1U << f)) == 0) {
            continue;
        }
        if (f != MX_PLOT_FORMAT_COUNT) {
            code = mx_plot_study_draw(name, story, request->plots_dir, (enum mx_plot_format)f, 0, 0,
                                      &bytes, &size, error);
        }
        if (code == 0) { /* sweep.csv is a result of the sweep itself */
            bool is_taken = bytes == NULL && !request->is_file && strcmp(name, "sweep") == 0;

            code = mx_plot_deliver(request, is_taken ? "sweep-picture" : name, f,
                                   bytes != NULL ? bytes : story->table, size, error);
        }
        free(bytes);
    }
    return code;
}

static int write_kind(const struct mx_plot_request *request, bool is_optional,
                      const struct mx_plot_error *error)
{
    struct mx_plot_story story;
    int code = mx_plot_study_make(request, false, &story, error);

    if (code == 0 && !(is_optional && story.is_empty)) {
        code = mx_plot_study_deliver(request, request->kind, &story, error);
    }
    mx_plot_story_fini(&story);
    return code;
}

int mx_plot_study_write(const struct mx_plot_request *request, const struct mx_plot_error *error)
{
    struct mx_plot_request one = *request;
    bool wants_all = strcmp(request->kind, "all") == 0;
    int code = 0;

    error->text[0] = '\0';
    one.out = request->out != NULL ? request->out : request->dir;
    MX_CHECK(wants_all || mx_plot_is_study_kind(request->kind));
    for (size_t i = 0; i < MX_PLOT_STUDY_KIND_COUNT && code == 0; i++) {
        one.kind = study_kinds[i].name;
        if (wants_all ? !mx_plot_study_has(request->dir, one.kind)
                      : strcmp(request->kind, one.kind) != 0) {
            continue;
        }
        code = request->is_file ? 0 : mx_plot_prepare_folder(one.out, error);
        if (code == 0) {
            code = write_kind(&one, wants_all, error);
        }
    }
    return code;
}
