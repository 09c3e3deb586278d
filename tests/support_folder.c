// SPDX-License-Identifier: GPL-3.0-or-later
/* support_folder.c - see support_folder.h. */
#include "tests/support_folder.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATH_SIZE 512
#define COLUMNS_MAX 32

struct fault {
    char *text;
    size_t size;
    bool is_found;
};

__attribute__((format(printf, 2, 3))) static void fault(struct fault *fault, const char *format,
                                                        ...)
{
    if (fault->is_found)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(fault->text, fault->size, format, arguments);
    va_end(arguments);
    fault->is_found = true;
}

char *mx_test_file_text(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_SIZE);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* --- summary.json ----------------------------------------------------------------------------- */

static double mean_of(const json_t *scope, const char *name)
{
    return json_number_value(json_object_get(json_object_get(scope, name), "mean"));
}

static bool has_mean(const json_t *scope, const char *name)
{
    return json_is_number(json_object_get(json_object_get(scope, name), "mean"));
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* places: addresses times providers. */
static void check_bounds(struct fault *found, const char *where, const json_t *scope,
                         double horizon_s, size_t places)
{
    double recipients = mean_of(scope, "recipients");
    const char *name;
    json_t *metric;
    json_object_foreach((json_t *)scope, name, metric)
    {
        const json_t *mean = json_object_get(metric, "mean");
        if (json_is_null(mean))
            continue;
        double value = json_number_value(mean);
        /* attempts have no bound in the recipients; an address may make those of others */
        double limit =
            starts(name, "time_") || starts(name, "wait_") ? horizon_s * 1.01 + 1.0
            : strcmp(name, "delivered_rate") == 0          ? 1.0
            : strcmp(name, "low_band_days") == 0 /* sampled at the end as well as the start */
                ? (horizon_s / 86400.0 * 1.01 + 1.0) * (double)places
                : starts(name, "deferrals") || starts(name, "attempts") ||
                          starts(name, "non_attempts")
                      ? 1e9
                      : recipients;
        if (!json_is_number(mean) || !(value >= 0.0) || !(value <= limit))
            fault(found, "summary.json: %s.%s is %g, its bound %g", where, name, value, limit);
    }
}

static void check_order(struct fault *found, const char *where, const json_t *scope)
{
    static const char *const chains[][6] = {
        {"time_to_deliver_p50_s", "time_to_deliver_p90_s", "time_to_deliver_p95_s",
         "time_to_deliver_p99_s", "time_to_deliver_max_s", NULL},
        {"time_until_50pct_s", "time_until_90pct_s", "time_until_95pct_s", "time_until_99pct_s",
         NULL},
    };
    for (size_t c = 0; c < sizeof chains / sizeof chains[0]; c++) {
        for (size_t i = 1; chains[c][i] != NULL; i++) {
            if (has_mean(scope, chains[c][i]) &&
                !(mean_of(scope, chains[c][i - 1]) <= mean_of(scope, chains[c][i])))
                fault(found, "summary.json: %s: %s is more than %s", where, chains[c][i - 1],
                      chains[c][i]);
        }
    }
    double ends = mean_of(scope, "dropped") + mean_of(scope, "delivered") +
                  mean_of(scope, "hard_bounced") + mean_of(scope, "soft_bounced") +
                  mean_of(scope, "pending");
    if (fabs(ends - mean_of(scope, "recipients")) > 1e-6)
        fault(found, "summary.json: %s: %g recipients, %g ends", where,
              mean_of(scope, "recipients"), ends);
}

static json_t *check_summary(struct fault *found, const char *text)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error); /* takes no NaN */
    if (root == NULL) {
        fault(found, "summary.json:%d: %s", error.line, error.text);
        return NULL;
    }
    static const char *const groups[] = {"providers", "campaigns", "ips"};
    double horizon_s = json_number_value(json_object_get(root, "horizon_s"));
    const json_t *total = json_object_get(root, "total");
    size_t places = json_object_size(json_object_get(root, "providers")) *
                    json_object_size(json_object_get(root, "ips"));
    check_bounds(found, "total", total, horizon_s, places);
    check_order(found, "total", total);
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        const char *name;
        json_t *scope;
        json_object_foreach(json_object_get(root, groups[g]), name, scope)
        {
            check_bounds(found, name, scope, horizon_s, places);
            check_order(found, name, scope);
        }
    }
    return root;
}

/* --- CSV -------------------------------------------------------------------------------------- */

static bool is_text_column(const char *name)
{
    return strcmp(name, "provider") == 0 || strcmp(name, "ip") == 0 || strcmp(name, "band") == 0;
}

/* A number as the program prints it: digits, point, sign, exponent, and nothing else. */
static bool is_number(const char *cell)
{
    char *end;
    double value = strtod(cell, &end);
    return cell[0] != '\0' && *end == '\0' && cell[strspn(cell, "0123456789.e+-")] == '\0' &&
           isfinite(value) && value >= 0.0;
}

/* Cut at commas; generated names hold none. */
static size_t cut(char *line, char **cell)
{
    size_t count = 0;
    for (char *at = line; at != NULL; count++) {
        assert_true(count < COLUMNS_MAX);
        cell[count] = at;
        at = strchr(at, ',');
        if (at != NULL)
            *at++ = '\0';
    }
    return count;
}

/* Every cell a number; sums[]: by column, of the rows of "total". Returns the number of columns. */
static size_t check_csv(struct fault *found, const char *name, char *text, char **columns,
                        double *sums)
{
    char *cell[COLUMNS_MAX], *next = strchr(text, '\n');
    assert_non_null(next);
    *next++ = '\0';
    size_t count = cut(text, columns);
    for (unsigned number = 2; *next != '\0'; number++) {
        char *line = next;
        next = strchr(line, '\n');
        if (next == NULL) {
            fault(found, "%s:%u: the last line does not end", name, number);
            return count;
        }
        *next++ = '\0';
        if (cut(line, cell) != count) {
            fault(found, "%s:%u: not %zu columns", name, number, count);
            return count;
        }
        for (size_t i = 0; i < count; i++) {
            bool may_be_empty = strcmp(columns[i], "allowance_per_day") == 0 && *cell[i] == '\0';
            if (!is_text_column(columns[i]) && !may_be_empty && !is_number(cell[i]))
                fault(found, "%s:%u: %s is '%s'", name, number, columns[i], cell[i]);
            if (strcmp(cell[1], "total") == 0)
                sums[i] += strtod(cell[i], NULL);
        }
    }
    return count;
}

const char *mx_test_folder_fault(const char *folder, bool has_warmup, char *text, size_t size)
{
    static const char *const files[] = {"timeseries.csv", "delivered_by_age.csv", "reputation.csv"};
    struct fault found = {.text = text, .size = size};
    char *json_text = mx_test_file_text(folder, "summary.json");
    assert_non_null(json_text);
    json_t *root = check_summary(&found, json_text);
    const json_t *total = json_object_get(root, "total");
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char *csv = mx_test_file_text(folder, files[f]), *columns[COLUMNS_MAX];
        double sums[COLUMNS_MAX] = {0.0};
        assert_non_null(csv);
        size_t count = check_csv(&found, files[f], csv, columns, sums);
        for (size_t i = 0; f == 0 && i < count; i++) {
            if (!has_mean(total, columns[i]) || strcmp(columns[i], "pending") == 0)
                continue;
            double more = sums[i] - mean_of(total, columns[i]);
            if (!(has_warmup ? more > -1e-6 : fabs(more) < 1e-6))
                fault(&found, "timeseries.csv: %s sums to %g, in summary.json %g", columns[i],
                      sums[i], mean_of(total, columns[i]));
        }
        free(csv);
    }
    json_decref(root);
    free(json_text);
    return found.is_found ? text : NULL;
}

const char *mx_test_folder_difference(const char *a, const char *b)
{
    static const char *const files[] = {"summary.json", "timeseries.csv", "delivered_by_age.csv",
                                        "reputation.csv"};
    const char *found = NULL;
    for (size_t f = 0; f < sizeof files / sizeof files[0] && found == NULL; f++) {
        char *x = mx_test_file_text(a, files[f]), *y = mx_test_file_text(b, files[f]);
        assert_non_null(x);
        assert_non_null(y);
        if (f == 0) {
            char *x_end = strstr(x, "\"performance\""), *y_end = strstr(y, "\"performance\"");
            assert_non_null(x_end);
            assert_non_null(y_end);
            *x_end = *y_end = '\0';
        }
        if (strcmp(x, y) != 0)
            found = files[f];
        free(x);
        free(y);
    }
    return found;
}
