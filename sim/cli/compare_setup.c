// SPDX-License-Identifier: GPL-3.0-or-later
/* compare_setup.c - see compare_setup.h. */
#include "sim/cli/compare_setup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/running.h"
#include "sim/scenario/quantity.h"

#define SETTINGS_MAX 100U
#define DEFAULT_FIRST 20U

static const char blanks[] = " \t";

static int out_of_memory(void)
{
    mx_say("out of memory");
    return MX_EXIT_FAILURE;
}

static char *copy_part(const char *from, const char *to)
{
    while (from < to && strchr(blanks, *from) != NULL) {
        from++;
    }
    while (to > from && strchr(blanks, to[-1]) != NULL) {
        to--;
    }
    return strndup(from, (size_t)(to - from));
}

/* The end of a setting: a semicolon that stands in no brackets and no quotes. */
static const char *end_of_setting(const char *at)
{
    int depth = 0;
    bool is_quoted = false;

    for (; *at != '\0' && (is_quoted || depth > 0 || *at != ';'); at++) {
        is_quoted = *at == '"' ? !is_quoted : is_quoted;
        if (!is_quoted) {
            depth += strchr("([{", *at) != NULL;
            depth -= strchr(")]}", *at) != NULL && depth > 0;
        }
    }
    return at;
}

/* "NAME:" of "NAME: PATH=VALUE; PATH=VALUE", or where the settings begin when there is none. */
static const char *skip_name(const char *text)
{
    size_t size = strcspn(text, ":=");

    return text[size] == ':' ? text + size + 1 : text;
}

/* "PATH=VALUE; ..." appended to overrides, each text owned by the caller. */
static bool split_settings(const char *text, struct mx_override *overrides, size_t *count)
{
    for (const char *at = text; *count < SETTINGS_MAX; at++) {
        const char *end = end_of_setting(at);
        char *part = copy_part(at, end), *equals = part != NULL ? strchr(part, '=') : NULL;

        if (part == NULL || equals == NULL || equals == part) {
            free(part);
            return false;
        }
        *equals = '\0';
        overrides[(*count)++] = (struct mx_override){.path = part, .value = equals + 1};
        if (*end == '\0') {
            return true;
        }
        at = end;
    }
    return false;
}

/* What is the whole comparison's, and not a scenario's. */
static int check_settings(const struct mx_override *overrides, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(overrides[i].path, "seed") == 0) {
            mx_say("--with seed: all scenarios have the same draws, so that luck does not differ; "
                   "--seed sets them for all");
            return MX_EXIT_USAGE;
        }
        if (strcmp(overrides[i].path, "replications") == 0) {
            mx_say("--with replications: all scenarios have as many; --replications sets them");
            return MX_EXIT_USAGE;
        }
    }
    return MX_EXIT_SUCCESS;
}

/* The settings and then the options' own, kept as those of system `number`. */
static int keep_overrides(struct mx_compare_setup *setup, size_t number,
                          const struct mx_options *options, const char *settings)
{
    struct mx_override *overrides =
        calloc(options->override_count + SETTINGS_MAX, sizeof *overrides);
    size_t *count = &setup->with_counts[number];

    if (overrides == NULL) {
        return out_of_memory();
    }
    setup->overrides[number] = overrides;
    *count = 0;
    if (*settings != '\0' && !split_settings(settings, overrides, count)) {
        mx_say("--with takes PATH=VALUE, up to %u of them between semicolons, not \"%.80s\"",
               SETTINGS_MAX, settings);
        return MX_EXIT_USAGE;
    }
    if (options->override_count > 0) {
        memcpy(&overrides[*count], options->overrides, options->override_count * sizeof *overrides);
    }
    setup->override_counts[number] = *count + options->override_count;
    return check_settings(overrides, *count);
}

/* A scenario with --set and these settings. settings: "" for none. */
static int load_system(struct mx_compare_setup *setup, const struct mx_options *options,
                       const char *file, const char *name, const char *settings)
{
    struct mx_options with = *options;
    size_t number = setup->system_count++;
    int code = keep_overrides(setup, number, options, settings);

    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    with.overrides = setup->overrides[number];
    with.override_count = setup->override_counts[number];
    setup->files[number] = file;
    setup->plans[number] = mx_load_scenario(file, &with, &code);
    setup->names[number] = copy_part(name, name + strlen(name));
    setup->settings[number] = copy_part(settings, settings + strlen(settings));
    setup->systems[number] = (struct mx_system){.name = setup->names[number],
                                                .settings = setup->settings[number],
                                                .plan = setup->plans[number]};
    if (setup->names[number] == NULL || setup->settings[number] == NULL) {
        code = out_of_memory();
    }
    return code;
}

static int load_with(struct mx_compare_setup *setup, const struct mx_options *options,
                     const char *text)
{
    const char *settings = skip_name(text);
    char *name =
        settings > text ? copy_part(text, settings - 1) : copy_part(text, text + strlen(text));
    char *shown = NULL;
    int code;

    if (name == NULL) {
        return out_of_memory();
    }
    if (settings > text) {
        size_t size = strlen(text) + 8;

        shown = malloc(size);
        if (shown != NULL) {
            (void)snprintf(shown, size, "%s: %s", name, settings + strspn(settings, blanks));
        }
    }
    settings += strspn(settings, blanks);
    if (*settings == '\0') {
        mx_say("--with takes PATH=VALUE, not \"%.80s\"", text);
        code = MX_EXIT_USAGE;
    } else {
        code = load_system(setup, options, options->operands[0], shown != NULL ? shown : name,
                           settings);
    }
    free(shown);
    free(name);
    return code;
}

/* Mistakes of all files are said before it ends; those of the first not again for each --with. */
int mx_compare_setup_load(struct mx_compare_setup *setup, const struct mx_options *options)
{
    size_t count = options->operand_count + options->with.count;
    int code = MX_EXIT_SUCCESS;

    *setup = (struct mx_compare_setup){0};
    if (count < 2 || count > MX_SYSTEMS_MAX) {
        mx_say("compare takes 2 to %u scenarios: files, or the first one --with other values",
               MX_SYSTEMS_MAX);
        return MX_EXIT_USAGE;
    }
    for (size_t i = 0; i < options->operand_count; i++) {
        const char *file = options->operands[i];
        int one = load_system(setup, options, file, file, "");

        code = code == MX_EXIT_SUCCESS ? one : code;
    }
    for (size_t i = 0; i < options->with.count && setup->plans[0] != NULL; i++) {
        int one = load_with(setup, options, options->with.items[i]);

        code = code == MX_EXIT_SUCCESS ? one : code;
    }
    return code;
}

void mx_compare_setup_fini(struct mx_compare_setup *setup)
{
    for (size_t s = 0; s < setup->system_count; s++) {
        mx_plan_destroy(setup->plans[s]);
        free(setup->names[s]);
        free(setup->settings[s]);
        for (size_t i = 0; i < setup->with_counts[s]; i++) {
            free((char *)(uintptr_t)setup->overrides[s][i].path);
        }
        free(setup->overrides[s]);
    }
    setup->system_count = 0;
}

/* --- metrics --- */

static const char *const default_metrics[] = {"delivered_rate", "deferrals_per_message",
                                              "soft_bounced", "time_to_deliver_p50_s",
                                              "time_to_deliver_p99_s"};
#define DEFAULT_COUNT (sizeof default_metrics / sizeof default_metrics[0])

/* The text's metric in every system, as the next of comparison. */
static bool add_metric(struct mx_comparison *comparison, size_t number, const char *text,
                       size_t size)
{
    for (size_t s = 0; s < comparison->system_count; s++) {
        char error[256];

        if (!mx_metric_parse(comparison->systems[s].plan, text, size,
                             &comparison->scoped[number * comparison->system_count + s], error,
                             sizeof error)) {
            mx_say("%.*s in %s: %s", (int)(size < 200 ? size : 200), text,
                   comparison->systems[s].name, error);
            return false;
        }
    }
    return true;
}

static bool is_same(const struct mx_scoped_metric *a, const struct mx_scoped_metric *b)
{
    return a->group == b->group && a->index == b->index && a->metric == b->metric;
}

/* Which of the metrics it is; metric_count: none. */
static size_t find_metric(const struct mx_comparison *comparison, const struct mx_scoped_metric *of)
{
    size_t m = 0;

    while (m < comparison->metric_count &&
           !is_same(of, &comparison->scoped[m * comparison->system_count])) {
        m++;
    }
    return m;
}

/* Each --precision belongs to a metric that is compared; it is one where it was not named. */
static bool add_precisions(struct mx_comparison *comparison, const struct mx_options *options)
{
    for (size_t i = 0; i < options->precision.count; i++) {
        const char *text = options->precision.items[i];
        struct mx_precision precision;
        char error[256];
        size_t m;

        if (!mx_precision_parse(comparison->systems[0].plan, text, &precision, error,
                                sizeof error)) {
            mx_say("--precision %s: %s", text, error);
            return false;
        }
        m = find_metric(comparison, &precision.of);
        if (m == comparison->metric_count) {
            if (!add_metric(comparison, m, text, (size_t)(strrchr(text, ':') - text))) {
                return false;
            }
            comparison->metric_count++;
        }
        if (comparison->precisions[m].width > 0) {
            mx_say("--precision %s: that metric has one already", text);
            return false;
        }
        comparison->precisions[m] = precision;
    }
    return true;
}

static bool add_metrics(struct mx_comparison *comparison, const struct mx_options *options)
{
    const struct mx_text_list *named = &options->metric;
    bool is_default = named->count == 0 && options->precision.count == 0;
    size_t count = is_default ? DEFAULT_COUNT : named->count;

    comparison->metric_count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = is_default ? default_metrics[i] : named->items[i];

        if (!add_metric(comparison, i, text, strlen(text))) {
            return false;
        }
        /* Each is one of the comparisons for which all intervals are made wider. */
        if (find_metric(comparison, &comparison->scoped[i * comparison->system_count]) < i) {
            mx_say("--metric %s is named twice", text);
            return false;
        }
        comparison->metric_count++;
    }
    return add_precisions(comparison, options);
}

static bool parse_indifference(const char *text, double *width)
{
    bool is_percent;

    if (mx_quantity_number_or_percent(text, width, &is_percent) != MX_QUANTITY_OK ||
        !(*width > 0)) {
        mx_say("--indifference takes a number above 0, not \"%.80s\"", text);
        return false;
    }
    return true;
}

/* What goes with --select and what does not. */
static bool check_selection(struct mx_compare_setup *setup, const struct mx_options *options)
{
    double confidence = options->confidence;
    uint32_t first_count = options->has_replications ? options->replications : DEFAULT_FIRST;

    if (!options->select_best) {
        if (options->indifference != NULL) {
            mx_say("--indifference goes with --select best");
            return false;
        }
        return mx_check_auto(options, options->precision.count > 0);
    }
    if (options->metric.count != 1 || options->indifference == NULL) {
        mx_say("--select best takes one --metric and an --indifference in its unit");
        return false;
    }
    if (options->precision.count > 0 || options->replications_auto) {
        mx_say("--select best decides itself when to stop: it takes no --precision and no "
               "--replications auto");
        return false;
    }
    if (first_count < 2) {
        mx_say("--select best needs 2 or more first replications, better 10");
        return false;
    }
    if (first_count > mx_replications_max(options)) {
        mx_say("--select best begins with %u replications: more than its cap of %u "
               "(--replications-max)",
               (unsigned)first_count, (unsigned)mx_replications_max(options));
        return false;
    }
    if (confidence > 0 && confidence * (double)setup->system_count <= 1.0) {
        mx_say("--confidence is no more than a guess among %zu scenarios", setup->system_count);
        return false;
    }
    return parse_indifference(options->indifference, &setup->indifference);
}

static bool make_selection(struct mx_comparison *comparison, const struct mx_options *options,
                           double indifference)
{
    comparison->selection = mx_selection_create(&(struct mx_selection_options){
        .system_count = (uint32_t)comparison->system_count,
        .first_count = options->has_replications ? options->replications : DEFAULT_FIRST,
        .indifference = indifference,
        .confidence = comparison->confidence,
        .is_larger_better = mx_metric_larger_is_better(comparison->scoped[0].metric),
    });
    return comparison->selection != NULL;
}

struct mx_comparison *mx_compare_setup_make(struct mx_compare_setup *setup,
                                            const struct mx_options *options, int *code)
{
    size_t places = options->metric.count + options->precision.count + DEFAULT_COUNT;
    bool is_open = options->select_best || options->replications_auto;
    uint32_t count = options->has_replications ? options->replications : DEFAULT_FIRST;
    struct mx_comparison *comparison;

    *code = MX_EXIT_USAGE;
    if (!check_selection(setup, options)) {
        return NULL;
    }
    if (!is_open && count < 2) {
        mx_say("one replication tells no interval of a difference: --replications takes 2 or more "
               "here");
        return NULL;
    }
    for (size_t s = 0; s < setup->system_count; s++) {
        if (setup->plans[s]->steady_state) {
            mx_say("%s is a steady_state, of which `run` makes one long run; to compare, set "
                   "steady_state=false and give a warmup",
                   setup->names[s]);
            return NULL;
        }
    }
    if (places * setup->system_count > MX_HOLM_MAX) {
        mx_say("at most %u comparisons, metrics times scenarios", MX_HOLM_MAX);
        return NULL;
    }
    comparison = mx_comparison_create(setup->systems, setup->system_count, places,
                                      is_open ? mx_replications_max(options) : count);
    if (comparison == NULL) {
        *code = out_of_memory();
        return NULL;
    }
    comparison->confidence = options->confidence > 0 ? options->confidence : MX_CONFIDENCE_DEFAULT;
    comparison->is_uncertain = options->uncertain;
    comparison->seed = options->has_seed ? options->seed : setup->plans[0]->seed;
    if (!add_metrics(comparison, options)) {
        mx_comparison_destroy(comparison);
        return NULL;
    }
    if (options->select_best && !make_selection(comparison, options, setup->indifference)) {
        *code = out_of_memory();
        mx_comparison_destroy(comparison);
        return NULL;
    }
    *code = MX_EXIT_SUCCESS;
    return comparison;
}

/* --- the command line --- */

void mx_print_shell_quoted(FILE *stream, const char *text)
{
    if (text[0] != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789-_./=:%,+@") == strlen(text)) {
        (void)fputs(text, stream);
        return;
    }
    (void)fputc('\'', stream);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs("'\\''", stream);
        } else {
            (void)fputc(*text, stream);
        }
    }
    (void)fputc('\'', stream);
}

static void print_list(FILE *stream, const char *option, const struct mx_text_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        (void)fprintf(stream, " --%s ", option);
        mx_print_shell_quoted(stream, list->items[i]);
    }
}

static void print_command(FILE *stream, const struct mx_options *options,
                          const struct mx_comparison *comparison)
{
    (void)fputs("mxsim compare", stream);
    for (size_t i = 0; i < options->operand_count; i++) {
        (void)fputc(' ', stream);
        mx_print_shell_quoted(stream, options->operands[i]);
    }
    print_list(stream, "with", &options->with);
    for (size_t i = 0; i < options->override_count; i++) {
        (void)fprintf(stream, " --set ");
        mx_print_shell_quoted(stream, options->overrides[i].path);
        (void)fputc('=', stream);
        mx_print_shell_quoted(stream, options->overrides[i].value);
    }
    print_list(stream, "metric", &options->metric);
    print_list(stream, "precision", &options->precision);
    (void)fprintf(stream, " --seed %llu", (unsigned long long)comparison->seed);
    if (options->replications_auto) {
        (void)fprintf(stream, " --replications auto --replications-max %u",
                      (unsigned)mx_replications_max(options));
    } else {
        (void)fprintf(
            stream, " --replications %u",
            (unsigned)(options->has_replications ? options->replications : DEFAULT_FIRST));
    }
    if (options->uncertain) {
        (void)fputs(" --uncertain", stream);
    }
    if (options->select_best) {
        (void)fprintf(stream, " --select best --indifference %s", options->indifference);
    }
    (void)fprintf(stream, " --confidence %.12g%%", 100.0 * comparison->confidence);
}

char *mx_compare_command(const struct mx_options *options, const struct mx_comparison *comparison)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (stream == NULL) {
        return NULL;
    }
    print_command(stream, options, comparison);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
