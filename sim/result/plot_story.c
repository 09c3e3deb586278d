// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_story.c - see plot_story.h. */
#include "sim/result/plot_story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/outfile.h"
#include "sim/result/plot_frame.h"

int mx_plot_story_begin(struct mx_plot_story *story, struct mx_plot_picture *picture,
                        const struct mx_plot_error *error)
{
    memset(story, 0, sizeof *story);
    picture->script = open_memstream(&story->script, &story->script_size);
    picture->table = open_memstream(&story->table, &story->table_size);
    if (picture->script == NULL || picture->table == NULL) {
        if (picture->script != NULL) {
            (void)fclose(picture->script);
        }
        if (picture->table != NULL) {
            (void)fclose(picture->table);
        }
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    return 0;
}

int mx_plot_story_end(struct mx_plot_story *story, struct mx_plot_picture *picture,
                      const char *name, int code)
{
    bool failed;

    mx_plot_canvas_write(&picture->canvas, picture->script);
    failed = picture->canvas.has_failed || ferror(picture->script) || ferror(picture->table);
    mx_plot_canvas_fini(&picture->canvas);
    failed |= fclose(picture->script) != 0;
    failed |= fclose(picture->table) != 0;
    story->headline = picture->headline;
    story->line1 = picture->line1;
    story->line2 = picture->line2;
    story->blank_px = picture->blank_px;
    story->is_empty = picture->is_empty;
    return failed && code == 0 ? mx_plot_fail(picture->error, MX_EXIT_FAILURE,
                                              "%s: out of memory or too much to draw", name)
                               : code;
}

void mx_plot_story_fini(struct mx_plot_story *story)
{
    free(story->script);
    free(story->table);
    memset(story, 0, sizeof *story);
}

int mx_plot_deliver(const struct mx_plot_request *request, const char *name, int format,
                    const char *bytes, size_t size, const struct mx_plot_error *error)
{
    bool is_table = format == MX_PLOT_FORMAT_COUNT;
    size_t path_size = strlen(request->out) + strlen(name) + 16;
    char *path = malloc(path_size);
    int code;

    if (path == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(path, path_size, request->is_file ? "%s" : "%s/%s.%s", request->out, name,
                   is_table ? "csv" : mx_plot_format_name[format]);
    code = mx_gnuplot_deliver(bytes, size, path, error);
    free(path);
    return code;
}

int mx_plot_prepare_folder(const char *folder, const struct mx_plot_error *error)
{
    int error_number = mx_make_dirs(folder);

    return error_number == 0 ? 0
                             : mx_plot_fail(error, MX_EXIT_FAILURE, "cannot make the folder %s: %s",
                                            folder, strerror(error_number));
}
