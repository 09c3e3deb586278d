// SPDX-License-Identifier: GPL-3.0-or-later
/* live_view.c - see live_view.h. The cursor stays visible and nothing of the terminal is changed,
 * so that there is nothing to put back when the program is killed. */
#define _DEFAULT_SOURCE /* struct winsize */
#include "sim/cli/live_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/result/human_text.h"

#define COLUMNS_MIN 20
#define COLUMNS_MAX 200
#define COLUMNS_DEFAULT 80
#define BAR_MIN 10
#define BAR_MAX 40
#define REST_AFTER_S 1.0 /* before that, nothing can be said of the time that is left */
#define FIRST_S 5.0
#define INTERVAL_S_MAX 300.0
#define PLAIN_COLUMNS 120

void mx_live_view_init(struct mx_live_view *view, bool wanted)
{
    const char *terminal = getenv("TERM");

    *view = (struct mx_live_view){.kind = MX_LIVE_OFF, .next_s = FIRST_S};
    if (wanted) {
        view->kind = isatty(STDERR_FILENO) && terminal != NULL && terminal[0] != '\0' &&
                             strcmp(terminal, "dumb") != 0
                         ? MX_LIVE_TERMINAL
                         : MX_LIVE_PLAIN;
    }
}

/* Asked anew each time: windows are resized. */
static int terminal_columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return COLUMNS_DEFAULT;
    }
    return size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

/* A job in the background leaves the terminal to others. */
static bool is_in_foreground(void)
{
    pid_t foreground = tcgetpgrp(STDERR_FILENO);

    return foreground < 0 || foreground == getpgrp();
}

enum part {
    PART_PERCENT,
    PART_REST,
    PART_TIME,
    PART_COUNT_DONE,
    PART_DELIVERED,
    PART_DEFERRALS,
    PART_PENDING,
    PART_COUNT
};

#define PART_SIZE 120

static void put_parts(char part[PART_COUNT][PART_SIZE], const struct mx_live_state *state)
{
    double rest_s = state->rest_s > 0  ? state->rest_s
                    : state->share > 0 ? state->elapsed_s * (1.0 - state->share) / state->share
                                       : 0.0;

    memset(part, 0, (size_t)PART_COUNT * PART_SIZE);
    (void)snprintf(part[PART_PERCENT], PART_SIZE, "%3d%%", (int)(state->share * 100.0));
    if (state->has_rest && state->elapsed_s > REST_AFTER_S && state->share > 0.005) {
        if (rest_s < 59) { /* whole seconds: fractions would flicker */
            (void)snprintf(part[PART_REST], PART_SIZE, "%ds left", (int)rest_s + 1);
        } else {
            (void)snprintf(part[PART_REST], PART_SIZE, "%s left", mx_human_duration(rest_s).s);
        }
    }
    if (state->note != NULL) {
        (void)snprintf(part[PART_TIME], PART_SIZE, "%.100s", state->note);
    } else if (state->horizon_s > 0) {
        (void)snprintf(part[PART_TIME], PART_SIZE, "at %s of %s", mx_human_duration(state->at_s).s,
                       mx_human_duration(state->horizon_s).s);
    } else {
        (void)snprintf(part[PART_TIME], PART_SIZE, "at %s", mx_human_duration(state->at_s).s);
    }
    if (state->count > 1) {
        (void)snprintf(part[PART_COUNT_DONE], PART_SIZE, "%llu of %llu %.20s",
                       (unsigned long long)state->done, (unsigned long long)state->count,
                       state->unit);
    }
    if (state->note != NULL) {
        return;
    }
    (void)snprintf(part[PART_DELIVERED], PART_SIZE, "%s delivered",
                   mx_human_count_short((double)state->delivered).s);
    (void)snprintf(part[PART_DEFERRALS], PART_SIZE, "%s deferrals",
                   mx_human_count_short((double)state->deferrals).s);
    (void)snprintf(part[PART_PENDING], PART_SIZE, "%s pending",
                   mx_human_count_short((double)state->pending).s);
}

static int put_bar(char *text, double share, int width)
{
    int done = (int)(share * (width - 2) + 0.5);

    text[0] = '[';
    for (int i = 0; i < width - 2; i++) {
        text[1 + i] = i < done ? '#' : '.';
    }
    text[width - 1] = ']';
    text[width] = '\0';
    return width;
}

int mx_live_line(char *text, size_t size, const struct mx_live_state *state, int columns,
                 bool has_bar)
{
    static const enum part by_importance[PART_COUNT] = {
        PART_PERCENT,    PART_REST,    PART_DELIVERED, PART_DEFERRALS,
        PART_COUNT_DONE, PART_PENDING, PART_TIME};
    char part[PART_COUNT][PART_SIZE];
    bool is_in[PART_COUNT] = {false};
    int used = -2, bar, at = 0;

    put_parts(part, state);
    for (int i = 0; i < PART_COUNT; i++) {
        int width = (int)strlen(part[by_importance[i]]);

        is_in[by_importance[i]] = width > 0 && used + 2 + width <= columns;
        used += is_in[by_importance[i]] ? 2 + width : 0;
    }
    if (used < 0 || (size_t)columns + 1 > size) {
        text[0] = '\0';
        return 0;
    }
    bar = columns - used - 2 < BAR_MAX ? columns - used - 2 : BAR_MAX;
    if (has_bar && bar >= BAR_MIN) {
        at = put_bar(text, state->share, bar);
    }
    for (int i = 0; i < PART_COUNT; i++) {
        if (is_in[i]) {
            at += snprintf(text + at, size - (size_t)at, "%s%s", at > 0 ? "  " : "", part[i]);
        }
    }
    return at;
}

bool mx_live_is_due(struct mx_live_view *view, double elapsed_s)
{
    if (elapsed_s < view->next_s) {
        return false;
    }
    view->next_s = elapsed_s + (elapsed_s < INTERVAL_S_MAX ? elapsed_s : INTERVAL_S_MAX);
    return true;
}

/* The row of the cursor and what is below: all that is surely the line's. Where a window has become
 * narrower, some terminals cut the line and others break it into rows, and what stands above in the
 * first kind belongs to others; so in the second kind its beginning stays. */
static void erase(void)
{
    (void)fputs("\r\033[J", stderr);
}

void mx_live_view_restart(struct mx_live_view *view, uint64_t number)
{
    view->share = number != view->number ? 0 : view->share;
    view->number = number;
}

void mx_live_view_show(struct mx_live_view *view, const struct mx_live_state *state)
{
    struct mx_live_state shown = *state;
    char text[COLUMNS_MAX + 2];
    int columns;

    if (state->count > view->count) {
        view->share = 0;
    }
    view->count = state->count;
    view->share = state->share > view->share ? state->share : view->share;
    shown.share = view->share < 1.0 ? view->share : 1.0;
    if (view->kind == MX_LIVE_PLAIN && mx_live_is_due(view, state->elapsed_s)) {
        (void)mx_live_line(text, sizeof text, &shown, PLAIN_COLUMNS, false);
        (void)fprintf(stderr, "%s\n", text);
        (void)fflush(stderr);
    }
    if (view->kind != MX_LIVE_TERMINAL || !is_in_foreground()) {
        return;
    }
    columns = terminal_columns();
    columns = columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
    erase();
    /* Room for the "^C" that a terminal writes, and for the cursor: else there were two lines. */
    view->is_shown = mx_live_line(text, sizeof text, &shown, columns - 3, true) > 0;
    (void)fputs(text, stderr);
    (void)fflush(stderr);
}

void mx_live_view_clear(struct mx_live_view *view)
{
    if (view->is_shown) {
        erase();
        (void)fflush(stderr);
        view->is_shown = false;
    }
}
