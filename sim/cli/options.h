// SPDX-License-Identifier: GPL-3.0-or-later
/* options.h - the one table of options, and what a command line says by it.
 *
 * Parsing, --help and the manual's lists all come from the table; a new option is a new row and a
 * case in options.c. */
#ifndef MX_OPTIONS_H
#define MX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/trace.h"
#include "sim/result/table.h"
#include "sim/scenario/reader.h"

enum mx_command_id {
    MX_COMMAND_RUN,
    MX_COMMAND_COMPARE,
    MX_COMMAND_SWEEP,
    MX_COMMAND_PLAN,
    MX_COMMAND_SENSITIVITY,
    MX_COMMAND_CHECK,
    MX_COMMAND_SCHEDULE,
    MX_COMMAND_PLOT,
    MX_COMMAND_REPORT,
    MX_COMMAND_SEND,
    MX_COMMAND_HELP,
    MX_COMMAND_COUNT
};

enum mx_option_id {
    MX_OPTION_OUT,
    MX_OPTION_DB,
    MX_OPTION_SEED,
    MX_OPTION_REPLICATIONS,
    MX_OPTION_PRECISION,
    MX_OPTION_REPLICATIONS_MAX,
    MX_OPTION_WITH,
    MX_OPTION_METRIC,
    MX_OPTION_SELECT,
    MX_OPTION_INDIFFERENCE,
    MX_OPTION_CONFIDENCE,
    MX_OPTION_UNCERTAIN,
    MX_OPTION_JOBS,
    MX_OPTION_SET,
    MX_OPTION_JSON,
    MX_OPTION_TRACE,
    MX_OPTION_TRACE_FORMAT,
    MX_OPTION_FORMAT,
    MX_OPTION_QUIET,
    MX_OPTION_EXACT,
    MX_OPTION_ALL,
    MX_OPTION_PLOT,
    MX_OPTION_PLOT_FORMAT,
    MX_OPTION_TERMINAL,
    MX_OPTION_PICTURES,
    MX_OPTION_GENERATE,
    MX_OPTION_FROM,
    MX_OPTION_TO,
    MX_OPTION_RELAY,
    MX_OPTION_POLICY,
    MX_OPTION_SPOOL,
    MX_OPTION_TIME_SCALE,
    MX_OPTION_CONNECTIONS,
    MX_OPTION_PER_CONNECTION,
    MX_OPTION_RATE,
    MX_OPTION_TIMEOUT,
    MX_OPTION_COMPLETIONS,
    MX_OPTION_HELP,
    MX_OPTION_VERSION,
    MX_OPTION_COUNT
};

/* One row. letter: 0 = none. argument: its name in help, or the words
 * that it may be, "a|b|c"; NULL = a switch. text may differ by
 * command: rows of the same id are for different commands. */
struct mx_option {
    enum mx_option_id id;
    const char *name;
    char letter;
    const char *argument;
    const char *text;
    unsigned commands; /* bits 1 << enum mx_command_id */
};
extern const struct mx_option mx_option_table[];
extern const size_t mx_option_count;

/* What an option said that may be repeated. */
struct mx_text_list {
    const char **items; /* owned array of borrowed texts */
    size_t count;
};

/* What was said. Texts are borrowed from the command line. */
struct mx_options {
    const char *out, *db, *trace, *plot, *plot_format, *pictures;
    bool has_seed, has_replications, has_jobs;
    bool replications_auto; /* then has_replications is false */
    uint64_t seed;
    uint32_t replications, jobs;
    uint32_t replications_max; /* 0 where nothing was said */
    struct mx_text_list precision;
    /* compare; confidence: 0 where nothing was said */
    struct mx_text_list with, metric;
    bool select_best;
    double confidence;
    const char *indifference;
    struct mx_override *overrides; /* in order; owned */
    size_t override_count;
    bool uncertain;
    bool json, quiet, exact, all, terminal, help, version;
    bool has_format; /* else MX_FORMAT_TABLE */
    enum mx_format format;
    bool has_trace_format; /* else MX_TRACE_CSV */
    enum mx_trace_format trace_format;
    const char *completions; /* one of the words of its row, or NULL */
    /* send; numbers are 0 where nothing was said */
    const char *from, *relay, *policy, *spool, *rate;
    struct mx_text_list to;
    uint64_t generate;
    uint32_t time_scale, connections, per_connection, timeout_s;
    const char **operands; /* owned array */
    size_t operand_count;
    char *override_texts; /* owned: PATH NUL VALUE NUL ... */
};

#define MX_OPTIONS_ERROR_SIZE 512

/* Parse what follows the command's name. With MX_COMMAND_COUNT only --help and --version are
 * known. Returns 0; or MX_EXIT_USAGE with a sentence in error, or MX_EXIT_FAILURE when out of
 * memory. mx_options_fini must follow in any case. */
int mx_options_parse(struct mx_options *options, enum mx_command_id command, int count,
                     char *const *arguments, char error[MX_OPTIONS_ERROR_SIZE]);
void mx_options_fini(struct mx_options *options);

#endif
