// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_message.c - what the ranks of a sweep tell each other.
 *
 *   rank n: HELLO (what it reads, how many tasks it wants)       rank 0: TASK ... or END
 *   rank n: FILE for each file that it read since, then
 *           RESULT for each TASK, in any order                   rank 0: the next TASK, or END
 *
 * A rank has twice as many tasks as threads, so that none waits for a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/base/check.h"
#include "sim/base/version.h"
#include "sim/study/sweep_parts.h"

enum message_kind { HELLO, TASK, FILE_READ, RESULT, END };

#define WAIT_US 300
#define SETTINGS_SIZE 8192

/* What follows: the settings of a HELLO, the name of a file; values of a RESULT that is done, the
 * text of one that is invalid. sha256: of the scenario, the file, the point. */
struct message {
    uint32_t kind;
    uint32_t status; /* RESULT: enum mx_crew_status */
    struct mx_crew_task task;
    uint32_t slots; /* HELLO */
    uint32_t size;  /* of what follows, in bytes */
    char sha256[65], study_sha256[65], program[40];
};

union letter {
    struct message head;
    unsigned char bytes[MX_RANK_MESSAGE_MAX];
};

static void post(struct mx_sweep *sweep, int to, const union letter *letter)
{
    const struct mx_ranks *ranks = sweep->options.ranks;

    if (!ranks->send(ranks->context, to, letter->bytes, sizeof letter->head + letter->head.size)) {
        mx_sweep_fail(sweep, MX_SWEEP_FAILED, "a message to another process could not be sent");
    }
}

static bool put_text(union letter *letter, const char *text)
{
    size_t size = strlen(text) + 1;

    if (size > sizeof letter->bytes - sizeof letter->head) {
        return false;
    }
    memcpy(letter->bytes + sizeof letter->head, text, size);
    letter->head.size = (uint32_t)size;
    return true;
}

/* The text that follows. */
static char *text_of(union letter *letter)
{
    char *text = (char *)letter->bytes + sizeof letter->head;

    text[letter->head.size > 0 ? letter->head.size - 1 : 0] = '\0';
    return text;
}

/* What the command lines must agree on, in words. */
static void put_settings(const struct mx_sweep *sweep, char *text, size_t size)
{
    const struct mx_store_identity *identity = &sweep->identity;
    int at = snprintf(text, size, "seed %llu, %s%u replications%s",
                      (unsigned long long)identity->seed, identity->is_auto ? "up to " : "",
                      identity->replications, identity->is_uncertain ? ", uncertain" : "");

    for (uint32_t p = 0; p < identity->precision_count && (size_t)at < size; p++) {
        at += snprintf(text + at, size - (size_t)at, ", precision %.200s",
                       identity->precision_texts[p].text);
    }
}

static void put_program(char program[40])
{
    (void)snprintf(program, 40, "%s %s", mx_version(), mx_commit());
}

/* ---- rank 0 ---- */

bool mx_sweep_start_ranks(struct mx_sweep *sweep)
{
    const struct mx_ranks *ranks = sweep->options.ranks;
    size_t count = ranks != NULL ? (size_t)ranks->count : 1;

    sweep->ranks_here = 1;
    sweep->outstanding = calloc(count, sizeof *sweep->outstanding);
    sweep->slots = calloc(count, sizeof *sweep->slots);
    if (sweep->outstanding == NULL || sweep->slots == NULL) {
        mx_sweep_fail(sweep, MX_SWEEP_FAILED, "out of memory");
        return false;
    }
    return true;
}

bool mx_sweep_ranks_are_here(const struct mx_sweep *sweep)
{
    return sweep->ranks_here == sweep->options.ranks->count;
}

static void welcome(struct mx_sweep *sweep, int from, union letter *letter)
{
    const struct message *hello = &letter->head;
    const char *settings = text_of(letter);
    char program[40], text[800], here[SETTINGS_SIZE];

    put_program(program);
    put_settings(sweep, here, sizeof here);
    if (strcmp(hello->program, program) != 0) {
        (void)snprintf(text, sizeof text, "process %d is another program (%s; here %s)", from,
                       hello->program, program);
        mx_sweep_fail(sweep, MX_SWEEP_INVALID, text);
    } else if (strcmp(hello->study_sha256, sweep->options.study->sha256) != 0 ||
               strcmp(hello->sha256, sweep->identity.scenario_sha256) != 0) {
        (void)snprintf(text, sizeof text,
                       "process %d reads another study or scenario: all must see the same files",
                       from);
        mx_sweep_fail(sweep, MX_SWEEP_INVALID, text);
    } else if (strcmp(settings, here) != 0) {
        (void)snprintf(text, sizeof text,
                       "process %d was started with other options (%.300s; here %.300s): all must "
                       "have the same",
                       from, settings, here);
        mx_sweep_fail(sweep, MX_SWEEP_INVALID, text);
    }
    sweep->slots[from] = hello->slots;
    sweep->ranks_here++;
}

static void take_result(struct mx_sweep *sweep, int from, union letter *letter)
{
    double values[MX_POINT_METRICS_MAX];
    struct mx_crew_result result = {.task = letter->head.task,
                                    .status = (enum mx_crew_status)letter->head.status};

    memcpy(result.sha256, letter->head.sha256, sizeof result.sha256);
    if (result.status == MX_CREW_DONE) {
        MX_CHECK(letter->head.size == sizeof *values * sweep->identity.metric_count);
        memcpy(values, letter->bytes + sizeof letter->head, letter->head.size);
        result.values = values;
    } else if (result.status == MX_CREW_INVALID) {
        result.text = text_of(letter);
    }
    mx_sweep_keep(sweep, &result);
    MX_CHECK(sweep->outstanding[from] > 0);
    sweep->outstanding[from]--;
    sweep->outstanding_total--;
}

static void hand_out(struct mx_sweep *sweep, int to)
{
    union letter letter = {.head = {.kind = TASK}};

    while (sweep->status == MX_SWEEP_OK && sweep->outstanding[to] < sweep->slots[to] &&
           mx_sweep_next(sweep, &letter.head.task)) {
        sweep->outstanding[to]++;
        sweep->outstanding_total++;
        post(sweep, to, &letter);
    }
}

void mx_sweep_serve_ranks(struct mx_sweep *sweep)
{
    const struct mx_ranks *ranks = sweep->options.ranks;
    union letter letter;
    size_t size;
    int from;

    while ((size = ranks->receive(ranks->context, &from, letter.bytes)) > 0) {
        MX_CHECK(size == sizeof letter.head + letter.head.size);
        if (letter.head.kind == HELLO) {
            welcome(sweep, from, &letter);
        } else if (letter.head.kind == FILE_READ) {
            mx_sweep_keep_file(sweep, text_of(&letter), letter.head.sha256);
        } else {
            take_result(sweep, from, &letter);
        }
        hand_out(sweep, from);
    }
    for (int rank = 1; rank < ranks->count; rank++) { /* a point may have got more replications */
        hand_out(sweep, rank);
    }
}

void mx_sweep_end_ranks(struct mx_sweep *sweep)
{
    union letter letter = {.head = {.kind = END}};

    for (int rank = 1; sweep->options.ranks != NULL && rank < sweep->options.ranks->count; rank++) {
        post(sweep, rank, &letter);
    }
}

/* ---- the others ---- */

static void say_hello(struct mx_sweep *sweep)
{
    union letter letter = {.head = {.kind = HELLO, .slots = 2 * sweep->options.jobs}};
    char settings[SETTINGS_SIZE];

    put_settings(sweep, settings, sizeof settings);
    (void)put_text(&letter, settings);
    put_program(letter.head.program);
    memcpy(letter.head.study_sha256, sweep->options.study->sha256, sizeof letter.head.study_sha256);
    memcpy(letter.head.sha256, sweep->identity.scenario_sha256, sizeof letter.head.sha256);
    post(sweep, 0, &letter);
}

static void send_files(struct mx_sweep *sweep)
{
    union letter letter = {.head = {.kind = FILE_READ}};
    char name[MX_STORE_PATH_SIZE];

    while (sweep->status == MX_SWEEP_OK && mx_sweep_next_file(sweep, name, letter.head.sha256)) {
        (void)put_text(&letter, name);
        post(sweep, 0, &letter);
    }
}

static void send_result(struct mx_sweep *sweep, const struct mx_crew_result *result)
{
    union letter letter = {
        .head = {.kind = RESULT, .status = (uint32_t)result->status, .task = result->task}};
    const void *rest = result->values;

    memcpy(letter.head.sha256, result->sha256, sizeof letter.head.sha256);
    if (result->status == MX_CREW_DONE) {
        letter.head.size = (uint32_t)sizeof(double) * sweep->identity.metric_count;
    } else if (result->status == MX_CREW_INVALID) {
        rest = result->text;
        letter.head.size = (uint32_t)strlen(result->text) + 1;
    }
    if (letter.head.size > 0) {
        memcpy(letter.bytes + sizeof letter.head, rest, letter.head.size);
    }
    post(sweep, 0, &letter);
}

void mx_sweep_follow(struct mx_sweep *sweep)
{
    const struct mx_ranks *ranks = sweep->options.ranks;
    union letter letter;
    bool goes_on = true;
    int from;

    say_hello(sweep);
    while (goes_on && sweep->status == MX_SWEEP_OK) {
        struct mx_crew_result *result;

        while (goes_on && ranks->receive(ranks->context, &from, letter.bytes) > 0) {
            goes_on = letter.head.kind == TASK;
            if (goes_on && !mx_crew_give(sweep->crew, letter.head.task)) {
                mx_sweep_fail(sweep, MX_SWEEP_FAILED, "out of memory");
            }
        }
        result = mx_crew_take(sweep->crew, WAIT_US);
        for (; result != NULL && goes_on; result = mx_crew_take(sweep->crew, 0)) {
            send_files(sweep);
            send_result(sweep, result);
            mx_crew_result_destroy(result);
        }
        mx_crew_result_destroy(goes_on ? NULL : result);
    }
}
