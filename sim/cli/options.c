// SPDX-License-Identifier: GPL-3.0-or-later
/* options.c - see options.h. GNU long options: --name value, --name=value, -- ends them; options
 * and operands may be mixed. */
#include "sim/cli/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/error.h"
#include "sim/live/smtp_client.h"
#include "sim/live/wall_clock.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/quantity.h"
#include "sim/study/replicate.h"

#define MX_GENERATE_MAX UINT64_C(100000000)
#define MX_TIMEOUT_S_MAX 3600U

#define ON(command) (1U << (command))
#define ALL_COMMANDS (ON(MX_COMMAND_COUNT + 1) - 1U) /* and none */

/* In the order of help: what goes in, what comes out, how often and how fast, the rest. */
const struct mx_option mx_option_table[] = {
    {MX_OPTION_GENERATE, "generate", 'g', "N",
     "make N messages instead of reading DIR; they go to the addresses of --to in turn",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_FROM, "from", 'f', "ADDRESS",
     "sender of the envelope (default: that of each message)", ON(MX_COMMAND_SEND)},
    {MX_OPTION_TO, "to", 0, "ADDRESS",
     "recipient of every message, may be repeated (default: those of each message); with "
     "--generate, {n} in it stands for the message's number",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_SPOOL, "spool", 0, "FILE",
     "keep the mailing in FILE; when it is there already, go on with it", ON(MX_COMMAND_SEND)},
    {MX_OPTION_RELAY, "relay", 'r', "HOST:PORT",
     "the server that gets all mail (default: 127.0.0.1:2525)", ON(MX_COMMAND_SEND)},
    {MX_OPTION_POLICY, "policy", 'p', "POLICY",
     "retry policy, the name of a preset or a file (default: bluecore)", ON(MX_COMMAND_SEND)},
    {MX_OPTION_ALL, "all", 'a', NULL, "an overview of every preset, a line each",
     ON(MX_COMMAND_SCHEDULE)},
    {MX_OPTION_WITH, "with", 'w', "[NAME:]PATH=VALUE[;...]",
     "compare the first scenario with these values, too, e.g. 'slow: campaigns.news.window=8h'; "
     "may be repeated",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_METRIC, "metric", 'm', "METRIC",
     "what to compare, a metric of summary.json, e.g. providers.gmail.time_to_deliver_p99_s; may "
     "be repeated",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_METRIC, "metric", 'm', "METRIC",
     "with sweep or tradeoff: what to show, a metric of the sweep; may be repeated (default: the "
     "first ones; of a trade-off the delivered rate against the time until 99 % are delivered, "
     "where both are there)",
     ON(MX_COMMAND_PLOT)},
    {MX_OPTION_SET, "set", 's', "PATH=VALUE",
     "replace a value of the scenario, e.g. mta.retry.lifetime=24h; may be repeated",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_CHECK)},
    {MX_OPTION_SET, "set", 's', "PATH=VALUE",
     "replace a value of every scenario compared; may be repeated", ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_SET, "set", 's', "KEY=VALUE",
     "replace a value of the policy, e.g. lifetime=24h; may be repeated",
     ON(MX_COMMAND_SCHEDULE) | ON(MX_COMMAND_SEND)},
    {MX_OPTION_OUT, "out", 'o', "DIR",
     "write the results to DIR, made when it is missing: summary.json, plan.cfg and CSV files",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_OUT, "out", 'o', "PATH",
     "a folder for the pictures (default: RESULTS); or, with KIND, a file whose name ends in .svg, "
     ".png, .pdf or .csv",
     ON(MX_COMMAND_PLOT)},
    {MX_OPTION_OUT, "out", 'o', "FILE", "the page (default: report.html in the first folder)",
     ON(MX_COMMAND_REPORT)},
    {MX_OPTION_PLOT_FORMAT, "format", 0, "LIST",
     "what to write, separated by commas: svg, png, pdf, or csv, which is the picture's data "
     "(default: svg,png)",
     ON(MX_COMMAND_PLOT)},
    {MX_OPTION_TERMINAL, "terminal", 't', NULL, "draw it here, in characters; takes a KIND",
     ON(MX_COMMAND_PLOT)},
    {MX_OPTION_PICTURES, "pictures", 'p', "DIR", "write each picture as PNG and PDF to DIR as well",
     ON(MX_COMMAND_REPORT)},
    {MX_OPTION_OUT, "out", 'o', "DIR", "write comparison.json to DIR, made when it is missing",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_OUT, "out", 'o', "DIR",
     "write summary.json, timeseries.csv and delivered_by_age.csv to DIR, made when it is missing",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "how to print the tables; csv and json hold all metrics, unrounded (default: table)",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "print tables per domain in this format; csv and json hold all metrics, unrounded",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "how to print the comparison; csv and json have all digits (default: table)",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "how to print the schedule; csv and json have a row an attempt (default: table)",
     ON(MX_COMMAND_SCHEDULE)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "print only the list of what is ASSUMED, in this format", ON(MX_COMMAND_CHECK)},
    {MX_OPTION_JSON, "json", 0, NULL, "print summary.json instead of the tables",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_SEND)},
    {MX_OPTION_JSON, "json", 0, NULL, "print JSON instead of the table",
     ON(MX_COMMAND_SCHEDULE) | ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_PLOT, "plot", 'p', "FILE",
     "draw the policies on one time axis as well; FILE ends in .svg or .png",
     ON(MX_COMMAND_SCHEDULE)},
    {MX_OPTION_TRACE, "trace", 't', "FILE",
     "write every attempt to FILE, as rows of CSV; compressed when it ends in .zst",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_SEND)},
    {MX_OPTION_TRACE_FORMAT, "trace-format", 0, "csv|postfix|kumomta|powermta|sendgrid",
     "write the trace as the log of such a server instead (default: csv)",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_SEND)},
    {MX_OPTION_REPLICATIONS, "replications", 'n', "N|auto",
     "how many times to simulate, with other draws each (default: the scenario's); auto: until "
     "every --precision is met",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_REPLICATIONS, "replications", 'n', "N|auto",
     "how many times to simulate each, with the same draws for all (default: 20); auto: until "
     "every --precision is met",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_PRECISION, "precision", 0, "METRIC:HALFWIDTH",
     "how narrow an interval is to be, half of it in the metric's unit or in % of the mean, e.g. "
     "delivered_rate:0.001, providers.gmail.deferrals:2%; may be repeated",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_PRECISION, "precision", 0, "METRIC:HALFWIDTH",
     "how narrow the interval of each difference is to be, half of it in the metric's unit; may "
     "be repeated",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_REPLICATIONS_MAX, "replications-max", 0, "N",
     "with auto, where to stop in any case (default: 1000)",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_COMPARE) | ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_UNCERTAIN, "uncertain", 'u', NULL,
     "draw what is ASSUMED afresh for each replication as well, and show the range of outcomes "
     "with and without what is not known (default replications: 19 or more)",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_UNCERTAIN, "uncertain", 'u', NULL,
     "draw what is ASSUMED afresh for each replication, the same for all that is compared: "
     "intervals are then of chance and what is not known",
     ON(MX_COMMAND_COMPARE) | ON(MX_COMMAND_SWEEP) | ON(MX_COMMAND_PLAN)},
    {MX_OPTION_CONFIDENCE, "confidence", 0, "PERCENT", "of all statements together (default: 95%)",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_SELECT, "select", 0, "best",
     "find the best of all by one --metric, with no more replications than that needs",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_INDIFFERENCE, "indifference", 0, "WIDTH",
     "with --select: the smallest difference worth finding, in the metric's unit",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_SEED, "seed", 0, "N",
     "seed of all random numbers, 0 to 9223372036854775807 (default: the scenario's)",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_SEED, "seed", 0, "N",
     "seed of all random numbers, the same for all scenarios (default: the first one's)",
     ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_SEED, "seed", 0, "N",
     "draw what policies draw at random, instead of showing the middle of its range",
     ON(MX_COMMAND_SCHEDULE)},
    {MX_OPTION_SEED, "seed", 0, "N", "seed of what the policy draws at random (default: 1)",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_JOBS, "jobs", 'j', "N",
     "replications at the same time; results do not depend on it (default: processors)",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_TIME_SCALE, "time-scale", 0, "N",
     "let the policy's time pass N times faster (default: 1)", ON(MX_COMMAND_SEND)},
    {MX_OPTION_CONNECTIONS, "connections", 'c', "N",
     "connections to a destination at once (default: 20); 1000 in all", ON(MX_COMMAND_SEND)},
    {MX_OPTION_PER_CONNECTION, "per-connection", 0, "N",
     "messages over one connection (default: 100)", ON(MX_COMMAND_SEND)},
    {MX_OPTION_RATE, "rate", 0, "RATE",
     "attempts at a destination, in the policy's time, e.g. 600/m (default: no limit)",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_TIMEOUT, "timeout", 0, "N",
     "seconds that the relay has for a connection and for each reply (default: 60)",
     ON(MX_COMMAND_SEND)},
    {MX_OPTION_OUT, "out", 'o', "DIR",
     "keep the results in DIR: sweep.db, and sweep.csv at the end; where DIR holds a part of this "
     "sweep, go on with it",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_DB, "db", 0, "FILE", "the same with the database alone, called FILE",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_OUT, "out", 'o', "DIR",
     "write answer.json to DIR, and draw the curve there; made when it is missing",
     ON(MX_COMMAND_PLAN)},
    {MX_OPTION_SEED, "seed", 0, "N",
     "seed of all random numbers, the same at every point (default: the study's, or 1)",
     ON(MX_COMMAND_SWEEP) | ON(MX_COMMAND_PLAN)},
    {MX_OPTION_SEED, "seed", 0, "N",
     "seed of all random numbers, the same at every point (default: the study's, or the "
     "scenario's)",
     ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_REPLICATIONS, "replications", 'n', "N|auto",
     "how many times to simulate each point (default: the study's, or the scenario's); auto: each "
     "point until its every --precision is met",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_PRECISION, "precision", 0, "METRIC:HALFWIDTH",
     "how narrow an interval is to be at every point, half of it in the metric's unit or in % of "
     "the mean; may be repeated (default: the study's)",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "how to print the points; csv and json have all of them with their intervals (default: table)",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_FORMAT, "format", 0, "table|csv|json|markdown",
     "how to print what was tried; csv and json have a row a value and target (default: table)",
     ON(MX_COMMAND_PLAN)},
    {MX_OPTION_REPLICATIONS, "replications", 'n', "N",
     "how many times to simulate each point at first (default: the study's, or 10)",
     ON(MX_COMMAND_PLAN)},
    {MX_OPTION_JOBS, "jobs", 'j', "N",
     "threads of each process; results do not depend on it (default: processors, and 1 under "
     "mpirun)",
     ON(MX_COMMAND_SWEEP)},
    {MX_OPTION_JOBS, "jobs", 'j', "N", "threads; results do not depend on it (default: processors)",
     ON(MX_COMMAND_PLAN)},
    {MX_OPTION_SET, "set", 's', "PATH=VALUE",
     "replace a value of the study's scenario, at every point; may be repeated",
     ON(MX_COMMAND_SWEEP) | ON(MX_COMMAND_PLAN) | ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_JSON, "json", 0, NULL, "print answer.json instead of the tables",
     ON(MX_COMMAND_PLAN)},
    {MX_OPTION_QUIET, "quiet", 'q', NULL, "no progress line, no tables; errors only",
     ON(MX_COMMAND_SWEEP) | ON(MX_COMMAND_PLAN) | ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_OUT, "out", 'o', "DIR", "write sensitivity.json to DIR, made when it is missing",
     ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_REPLICATIONS, "replications", 'n', "N",
     "how many times to simulate each point (default: the study's, or 1)",
     ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_JOBS, "jobs", 'j', "N", "threads; results do not depend on it (default: processors)",
     ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_JSON, "json", 0, NULL, "print sensitivity.json instead of the tables",
     ON(MX_COMMAND_SENSITIVITY)},
    {MX_OPTION_QUIET, "quiet", 'q', NULL, "no progress line, no tables; errors only",
     ON(MX_COMMAND_RUN) | ON(MX_COMMAND_SEND) | ON(MX_COMMAND_COMPARE)},
    {MX_OPTION_QUIET, "quiet", 'q', NULL, "print mistakes only, not the plan",
     ON(MX_COMMAND_CHECK)},
    {MX_OPTION_EXACT, "exact", 0, NULL,
     "one event at a time: the slow reference that the fast order is tested against",
     ON(MX_COMMAND_RUN)},
    {MX_OPTION_COMPLETIONS, "completions", 0, "bash|zsh|fish",
     "print the completions for a shell instead", ON(MX_COMMAND_HELP)},
    {MX_OPTION_HELP, "help", 'h', NULL, "show this help", ALL_COMMANDS},
    {MX_OPTION_VERSION, "version", 'V', NULL, "show version and commit", ALL_COMMANDS},
};
const size_t mx_option_count = sizeof mx_option_table / sizeof mx_option_table[0];

/* Where parsing stands. */
struct parser {
    struct mx_options *options;
    enum mx_command_id command;
    char *error;
    char *text_at; /* next free place of override_texts */
};

static int usage(const struct parser *parser, const char *format, const char *a, const char *b)
    __attribute__((format(printf, 2, 0)));

static int usage(const struct parser *parser, const char *format, const char *a, const char *b)
{
    (void)snprintf(parser->error, MX_OPTIONS_ERROR_SIZE, format, a, b);
    return MX_EXIT_USAGE;
}

static bool applies(const struct mx_option *option, enum mx_command_id command)
{
    return (option->commands & ON(command)) != 0;
}

static const struct mx_option *find_long(enum mx_command_id command, const char *name, size_t size)
{
    for (size_t i = 0; i < mx_option_count; i++) {
        const struct mx_option *option = &mx_option_table[i];

        if (applies(option, command) && strlen(option->name) == size &&
            strncmp(option->name, name, size) == 0) {
            return option;
        }
    }
    return NULL;
}

static const struct mx_option *find_short(enum mx_command_id command, char letter)
{
    for (size_t i = 0; i < mx_option_count; i++) {
        const struct mx_option *option = &mx_option_table[i];

        if (applies(option, command) && option->letter != 0 && option->letter == letter) {
            return option;
        }
    }
    return NULL;
}

/* An option that is not there: suggest the nearest, or say whose it is. */
static int unknown_long(const struct parser *parser, const char *name, size_t size)
{
    const char *names[MX_OPTION_COUNT];
    char shown[64];
    const char *nearest;
    size_t count = 0;

    (void)snprintf(shown, sizeof shown, "%.*s", size < 60 ? (int)size : 60, name);
    for (size_t i = 0; i < mx_option_count && count < MX_OPTION_COUNT; i++) {
        if (applies(&mx_option_table[i], parser->command)) {
            names[count++] = mx_option_table[i].name;
        }
    }
    nearest = mx_nearest_name(shown, names, count);
    if (nearest != NULL) {
        return usage(parser, "there is no option --%s; did you mean --%s?", shown, nearest);
    }
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        if (find_long((enum mx_command_id)c, name, size) != NULL) {
            return usage(parser, "this command has no option --%s; others do%s", shown, "");
        }
    }
    return usage(parser, "there is no option --%s%s", shown, "");
}

static int parse_number(const struct parser *parser, const struct mx_option *option,
                        const char *value, uint64_t least, uint64_t most, uint64_t *number)
{
    char range[128];
    char *end = NULL;

    errno = 0;
    *number = value[0] >= '0' && value[0] <= '9' ? strtoull(value, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || *number < least || *number > most) {
        (void)snprintf(range, sizeof range, "%s takes a whole number from %llu to %llu",
                       option->name, (unsigned long long)least, (unsigned long long)most);
        return usage(parser, "--%s, not \"%.80s\"", range, value);
    }
    return 0;
}

static int add_override(struct parser *parser, const struct mx_option *option, const char *value)
{
    struct mx_options *options = parser->options;
    const char *equals = strchr(value, '=');
    size_t size = strlen(value);
    char *path = parser->text_at;

    if (equals == NULL || equals == value) {
        return usage(parser, "--set takes %s, not \"%.80s\"", option->argument, value);
    }
    memcpy(path, value, size + 1);
    path[equals - value] = '\0';
    parser->text_at += size + 1;
    options->overrides[options->override_count++] =
        (struct mx_override){.path = path, .value = path + (equals - value) + 1};
    return 0;
}

/* A file or folder name. */
static int take_name(const struct parser *parser, const struct mx_option *option, const char *value,
                     const char **name)
{
    *name = value;
    return value[0] != '\0' ? 0 : usage(parser, "--%s takes a name%s", option->name, "");
}

static int add_text(const struct parser *parser, const struct mx_option *option, const char *value,
                    struct mx_text_list *list)
{
    list->items[list->count++] = value;
    return value[0] != '\0' ? 0
                            : usage(parser, "--%s lacks its %s", option->name, option->argument);
}

/* One of the words of the option's argument, "a|b|c". */
static int take_choice(const struct parser *parser, const struct mx_option *option,
                       const char *value, int *choice)
{
    size_t size = strlen(value);
    const char *at = option->argument;

    MX_CHECK(at != NULL);
    for (*choice = 0;; (*choice)++) {
        size_t word = strcspn(at, "|");

        if (word == size && strncmp(at, value, size) == 0) {
            return 0;
        }
        if (at[word] == '\0') {
            break;
        }
        at += word + 1;
    }
    (void)snprintf(parser->error, MX_OPTIONS_ERROR_SIZE, "--%s is one of %s, not \"%.80s\"",
                   option->name, option->argument, value);
    return MX_EXIT_USAGE;
}

/* A number of 32 bits, from 1 on. */
static int take_number(const struct parser *parser, const struct mx_option *option,
                       const char *value, uint32_t most, uint32_t *number)
{
    uint64_t wide = 0;
    int status = parse_number(parser, option, value, 1, most, &wide);

    *number = (uint32_t)wide;
    return status;
}

static int take_replications(const struct parser *parser, const struct mx_option *option,
                             const char *value)
{
    struct mx_options *options = parser->options;

    options->replications_auto = strcmp(value, "auto") == 0;
    options->has_replications = !options->replications_auto;
    return options->replications_auto
               ? 0
               : take_number(parser, option, value, MX_REPLICATIONS_MAX, &options->replications);
}

static int take_select(const struct parser *parser, const char *value)
{
    parser->options->select_best = strcmp(value, "best") == 0;
    return parser->options->select_best
               ? 0
               : usage(parser, "--select takes best, not \"%.80s\"%s", value, "");
}

static int take_confidence(const struct parser *parser, const char *value)
{
    struct mx_options *options = parser->options;
    bool is_percent;

    return mx_quantity_number_or_percent(value, &options->confidence, &is_percent) ==
                       MX_QUANTITY_OK &&
                   options->confidence >= 0.5 && options->confidence <= 0.9999
               ? 0
               : usage(parser, "--confidence takes 50%% to 99.99%%, not \"%.80s\"%s", value, "");
}

/* Those that are one of several words. */
static int take_word(const struct parser *parser, const struct mx_option *option, const char *value)
{
    struct mx_options *options = parser->options;
    int choice = 0, status = take_choice(parser, option, value, &choice);

    if (option->id == MX_OPTION_TRACE_FORMAT) {
        options->has_trace_format = true;
        options->trace_format = (enum mx_trace_format)choice;
    } else if (option->id == MX_OPTION_FORMAT) {
        options->has_format = true;
        options->format = (enum mx_format)choice;
    } else {
        MX_CHECK(option->id == MX_OPTION_COMPLETIONS);
        options->completions = value;
    }
    return status;
}

/* Options whose value goes to one place as it is. NUMBER: from 1 to most. */
enum store_kind { NAME, TEXTS, NUMBER, FLAG };

#define PLACE(kind, member) kind, offsetof(struct mx_options, member)
static const struct store {
    enum mx_option_id id;
    enum store_kind kind;
    size_t offset;
    uint32_t most;
} stores[] = {
    {MX_OPTION_OUT, PLACE(NAME, out), 0},
    {MX_OPTION_DB, PLACE(NAME, db), 0},
    {MX_OPTION_TRACE, PLACE(NAME, trace), 0},
    {MX_OPTION_PLOT, PLACE(NAME, plot), 0},
    {MX_OPTION_PLOT_FORMAT, PLACE(NAME, plot_format), 0},
    {MX_OPTION_PICTURES, PLACE(NAME, pictures), 0},
    {MX_OPTION_INDIFFERENCE, PLACE(NAME, indifference), 0},
    {MX_OPTION_FROM, PLACE(NAME, from), 0},
    {MX_OPTION_RELAY, PLACE(NAME, relay), 0},
    {MX_OPTION_POLICY, PLACE(NAME, policy), 0},
    {MX_OPTION_SPOOL, PLACE(NAME, spool), 0},
    {MX_OPTION_RATE, PLACE(NAME, rate), 0},
    {MX_OPTION_TO, PLACE(TEXTS, to), 0},
    {MX_OPTION_PRECISION, PLACE(TEXTS, precision), 0},
    {MX_OPTION_WITH, PLACE(TEXTS, with), 0},
    {MX_OPTION_METRIC, PLACE(TEXTS, metric), 0},
    {MX_OPTION_REPLICATIONS_MAX, PLACE(NUMBER, replications_max), MX_REPLICATIONS_MAX},
    {MX_OPTION_TIME_SCALE, PLACE(NUMBER, time_scale), MX_TIME_SCALE_MAX},
    {MX_OPTION_CONNECTIONS, PLACE(NUMBER, connections), MX_RELAY_CONNECTIONS_MAX},
    {MX_OPTION_PER_CONNECTION, PLACE(NUMBER, per_connection), UINT32_MAX},
    {MX_OPTION_TIMEOUT, PLACE(NUMBER, timeout_s), MX_TIMEOUT_S_MAX},
    {MX_OPTION_UNCERTAIN, PLACE(FLAG, uncertain), 0},
    {MX_OPTION_JSON, PLACE(FLAG, json), 0},
    {MX_OPTION_QUIET, PLACE(FLAG, quiet), 0},
    {MX_OPTION_EXACT, PLACE(FLAG, exact), 0},
    {MX_OPTION_ALL, PLACE(FLAG, all), 0},
    {MX_OPTION_TERMINAL, PLACE(FLAG, terminal), 0},
    {MX_OPTION_HELP, PLACE(FLAG, help), 0},
    {MX_OPTION_VERSION, PLACE(FLAG, version), 0},
};

static int put(const struct parser *parser, const struct mx_option *option, const char *value,
               const struct store *store)
{
    void *at = (char *)parser->options + store->offset;

    switch (store->kind) {
    case NAME:
        return take_name(parser, option, value, at);
    case TEXTS:
        return add_text(parser, option, value, at);
    case NUMBER:
        return take_number(parser, option, value, store->most, at);
    case FLAG:
        *(bool *)at = true;
        break;
    }
    return 0;
}

static int apply(struct parser *parser, const struct mx_option *option, const char *value)
{
    struct mx_options *options = parser->options;

    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        if (stores[i].id == option->id) {
            return put(parser, option, value, &stores[i]);
        }
    }
    if (option->id == MX_OPTION_SET) {
        return add_override(parser, option, value);
    }
    if (option->id == MX_OPTION_SEED) {
        options->has_seed = true;
        return parse_number(parser, option, value, 0, MX_SEED_MAX, &options->seed);
    }
    if (option->id == MX_OPTION_GENERATE) {
        return parse_number(parser, option, value, 1, MX_GENERATE_MAX, &options->generate);
    }
    if (option->id == MX_OPTION_JOBS) {
        options->has_jobs = true;
        return take_number(parser, option, value, MX_JOBS_MAX, &options->jobs);
    }
    if (option->id == MX_OPTION_REPLICATIONS) {
        return take_replications(parser, option, value);
    }
    if (option->id == MX_OPTION_SELECT) {
        return take_select(parser, value);
    }
    if (option->id == MX_OPTION_CONFIDENCE) {
        return take_confidence(parser, value);
    }
    return take_word(parser, option, value);
}

/* --name, --name=value, --name value. Returns how many arguments were used up in *used. */
static int parse_long(struct parser *parser, const char *name, const char *next, int *used)
{
    size_t size = strcspn(name, "=");
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    const struct mx_option *option = find_long(parser->command, name, size);

    *used = 1;
    if (option == NULL) {
        return unknown_long(parser, name, size);
    }
    if (option->argument == NULL) {
        return value == NULL ? apply(parser, option, "")
                             : usage(parser, "--%s takes no value%s", option->name, "");
    }
    if (value == NULL) {
        if (next == NULL) {
            return usage(parser, "--%s lacks its %s", option->name, option->argument);
        }
        *used = 2;
        value = next;
    }
    return apply(parser, option, value);
}

/* -x, -xy, -o value, -ovalue. */
static int parse_short(struct parser *parser, const char *letters, const char *next, int *used)
{
    int status = 0;

    *used = 1;
    for (; *letters != '\0' && status == 0; letters++) {
        const struct mx_option *option = find_short(parser->command, *letters);
        char letter[2] = {*letters, '\0'};

        if (option == NULL) {
            return usage(parser, "there is no option -%s%s", letter, "");
        }
        if (option->argument != NULL) {
            const char *value = letters[1] != '\0' ? letters + 1 : next;

            if (value == NULL) {
                return usage(parser, "-%s lacks its %s", letter, option->argument);
            }
            *used = letters[1] != '\0' ? 1 : 2;
            return apply(parser, option, value);
        }
        status = apply(parser, option, "");
    }
    return status;
}

static int parse_all(struct parser *parser, int count, char *const *arguments)
{
    struct mx_options *options = parser->options;
    bool is_ended = false;

    for (int i = 0; i < count;) {
        const char *at = arguments[i];
        const char *next = i + 1 < count ? arguments[i + 1] : NULL;
        int used = 1, status = 0;

        if (is_ended || at[0] != '-' || at[1] == '\0') {
            options->operands[options->operand_count++] = at;
        } else if (strcmp(at, "--") == 0) {
            is_ended = true;
        } else if (at[1] == '-') {
            status = parse_long(parser, at + 2, next, &used);
        } else {
            status = parse_short(parser, at + 1, next, &used);
        }
        if (status != 0) {
            return status;
        }
        i += used;
    }
    return 0;
}

#define LIST_COUNT 4

static void get_lists(struct mx_options *options, struct mx_text_list *lists[LIST_COUNT])
{
    lists[0] = &options->to;
    lists[1] = &options->precision;
    lists[2] = &options->with;
    lists[3] = &options->metric;
}

/* No list can be longer than the command line. */
static bool make_lists(struct mx_options *options, size_t places)
{
    struct mx_text_list *lists[LIST_COUNT];
    bool is_made = true;

    get_lists(options, lists);
    for (size_t i = 0; i < LIST_COUNT; i++) {
        lists[i]->items = calloc(places, sizeof *lists[i]->items);
        is_made = is_made && lists[i]->items != NULL;
    }
    return is_made;
}

/* What one option says of another. */
static int check_together(const struct parser *parser)
{
    const struct mx_options *options = parser->options;

    if (options->json && options->has_format) {
        return usage(parser, "--json and --format are two answers to one question%s%s", "", "");
    }
    if (options->has_trace_format && options->trace == NULL) {
        return usage(parser, "--trace-format needs --trace FILE%s%s", "", "");
    }
    return 0;
}

int mx_options_parse(struct mx_options *options, enum mx_command_id command, int count,
                     char *const *arguments, char error[MX_OPTIONS_ERROR_SIZE])
{
    struct parser parser = {.options = options, .command = command, .error = error};
    size_t places = (size_t)count + 1U, text_size = 1;
    int status;

    MX_CHECK(count >= 0);
    *options = (struct mx_options){0};
    for (int i = 0; i < count; i++) {
        text_size += strlen(arguments[i]) + 1;
    }
    options->overrides = calloc(places, sizeof *options->overrides);
    options->operands = calloc(places, sizeof *options->operands);
    options->override_texts = malloc(text_size);
    if (!make_lists(options, places) || options->overrides == NULL || options->operands == NULL ||
        options->override_texts == NULL) {
        (void)snprintf(error, MX_OPTIONS_ERROR_SIZE, "out of memory");
        return MX_EXIT_FAILURE;
    }
    error[0] = '\0';
    parser.text_at = options->override_texts;
    status = parse_all(&parser, count, arguments);
    return status == 0 ? check_together(&parser) : status;
}

void mx_options_fini(struct mx_options *options)
{
    struct mx_text_list *lists[LIST_COUNT];

    get_lists(options, lists);
    for (size_t i = 0; i < LIST_COUNT; i++) {
        free(lists[i]->items);
    }
    free(options->overrides);
    free(options->operands);
    free(options->override_texts);
    *options = (struct mx_options){0};
}
