// SPDX-License-Identifier: GPL-3.0-or-later
/* study_setup.c - see study_setup.h. */
#include "sim/cli/study_setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/error.h"
#include "sim/cli/compare_setup.h"

#define GRID_WIDTH 100

bool mx_study_setup_load(struct mx_study_setup *setup, const struct mx_options *options,
                         enum mx_study_kind kind)
{
    *setup = (struct mx_study_setup){.study = NULL};
    mx_preset_dirs_init(&setup->dirs);
    setup->study =
        mx_study_load(options->operands[0],
                      &(struct mx_reader_options){.overrides = options->overrides,
                                                  .override_count = options->override_count,
                                                  .access = &mx_file_access_disk},
                      kind, &setup->mistakes);
    return setup->study != NULL;
}

void mx_study_setup_fini(struct mx_study_setup *setup)
{
    mx_study_destroy(setup->study);
    mx_preset_dirs_fini(&setup->dirs);
    mx_mistakes_fini(&setup->mistakes);
}

int mx_study_setup_explain(const struct mx_study_setup *setup, const char *file)
{
    unsigned long count = (unsigned long)setup->mistakes.count;

    mx_mistakes_print(&setup->mistakes);
    mx_say("%s: %lu mistake%s", file, count, count == 1 ? "" : "s");
    return MX_EXIT_INVALID;
}

char *mx_study_command(const char *command, const struct mx_options *options, uint64_t seed,
                       uint32_t replications, bool is_uncertain)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (stream == NULL) {
        return NULL;
    }
    (void)fprintf(stream, "mxsim %s ", command);
    mx_print_shell_quoted(stream, options->operands[0]);
    for (size_t i = 0; i < options->override_count; i++) {
        (void)fputs(" --set ", stream);
        mx_print_shell_quoted(stream, options->overrides[i].path);
        (void)fputc('=', stream);
        mx_print_shell_quoted(stream, options->overrides[i].value);
    }
    (void)fprintf(stream, " --seed %llu --replications %u%s", (unsigned long long)seed,
                  (unsigned)replications, is_uncertain ? " --uncertain" : "");
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

struct mx_human_text mx_metric_value_text(const char *metric, double value)
{
    size_t size = strlen(metric);
    struct mx_human_text text;

    if (size > 5 && strcmp(metric + size - 5, "_rate") == 0 && !isnan(value)) {
        (void)snprintf(text.s, sizeof text.s, "%.6g%%", round(value * 1e7) / 1e5);
        return text;
    }
    return size > 2 && strcmp(metric + size - 2, "_s") == 0 ? mx_human_duration(value)
                                                            : mx_human_number(value);
}

struct mx_grid {
    size_t column_count, cell_count, cell_size;
    char (*cells)[MX_GRID_CELL_SIZE];
};

struct mx_grid *mx_grid_create(size_t column_count)
{
    struct mx_grid *grid = calloc(1, sizeof *grid);

    MX_CHECK(column_count > 0);
    if (grid != NULL) {
        grid->column_count = column_count;
    }
    return grid;
}

void mx_grid_destroy(struct mx_grid *grid)
{
    if (grid != NULL) {
        free(grid->cells);
        free(grid);
    }
}

bool mx_grid_put(struct mx_grid *grid, const char *text)
{
    if (grid->cell_count == grid->cell_size) {
        size_t size = grid->cell_size == 0 ? 256 : 2 * grid->cell_size;
        char(*cells)[MX_GRID_CELL_SIZE] = realloc(grid->cells, size * sizeof *cells);

        if (cells == NULL) {
            return false;
        }
        grid->cells = cells;
        grid->cell_size = size;
    }
    (void)snprintf(grid->cells[grid->cell_count++], MX_GRID_CELL_SIZE, "%s", text);
    return true;
}

/* Width of a column, and whether it holds nothing but numbers (or is empty). */
static size_t column_width(const struct mx_grid *grid, size_t column, bool *is_number)
{
    size_t width = 0;

    *is_number = true;
    for (size_t i = column; i < grid->cell_count; i += grid->column_count) {
        const char *cell = grid->cells[i];
        size_t size = strlen(cell);

        width = size > width ? size : width;
        if (i >= grid->column_count && cell[0] != '\0' &&
            strchr("0123456789-<+.", cell[0]) == NULL) {
            *is_number = false;
        }
    }
    return width;
}

void mx_grid_print(const struct mx_grid *grid, FILE *stream)
{
    size_t shown = 0, total = 0;
    bool is_number;

    MX_CHECK(grid->column_count > 0);
    while (shown < grid->column_count) {
        size_t width = column_width(grid, shown, &is_number) + (shown > 0 ? 2 : 0);

        if (total + width > GRID_WIDTH && shown > 1) {
            break;
        }
        total += width;
        shown++;
    }
    for (size_t i = 0; i < grid->cell_count; i++) {
        size_t column = i % grid->column_count;
        int width = (int)column_width(grid, column, &is_number);

        if (column < shown) {
            (void)fprintf(stream, "%s%*s", column > 0 ? "  " : "", is_number ? width : -width,
                          grid->cells[i]);
        }
        if (column + 1 == grid->column_count) {
            (void)fputc('\n', stream);
        }
        if (i + 1 == grid->column_count) {
            for (size_t c = 0; c < total; c++) {
                (void)fputc('-', stream);
            }
            (void)fputc('\n', stream);
        }
    }
    if (shown < grid->column_count) {
        (void)fprintf(stream, "(%zu more columns)\n", grid->column_count - shown);
    }
}
