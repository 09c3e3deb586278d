// SPDX-License-Identifier: GPL-3.0-or-later
/* live_view.h - how far something is, on standard error: one line that renews itself where that is
 * a terminal, plain lines now and then where it is not (or is a dumb one). */
#ifndef MX_LIVE_VIEW_H
#define MX_LIVE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* share: done, 0 .. 1. at_s of horizon_s: simulated time; horizon_s 0: without an end. done of
 * count units ("runs"); count 0 or 1 is not shown. */
struct mx_live_state {
    double share, elapsed_s;
    bool has_rest; /* remaining time is known: rest_s, or where that is 0, by share and elapsed_s */
    double rest_s;
    double at_s, horizon_s;
    uint64_t done, count;
    const char *unit;
    uint64_t delivered, deferrals, pending;
    const char *note; /* not NULL: said instead of the simulated time and of the mail */
};

enum mx_live_kind { MX_LIVE_OFF, MX_LIVE_TERMINAL, MX_LIVE_PLAIN };

struct mx_live_view {
    enum mx_live_kind kind;
    uint64_t count;  /* when it grows, the share may fall */
    uint64_t number; /* of mx_live_view_restart */
    double share;    /* never falls */
    double next_s;   /* plain: when the next line is due */
    bool is_shown;   /* terminal: there is a line */
};

void mx_live_view_init(struct mx_live_view *view, bool wanted);
void mx_live_view_show(struct mx_live_view *view, const struct mx_live_state *state);
/* Another unit of work begins when `number` changes: the share may fall. */
void mx_live_view_restart(struct mx_live_view *view, uint64_t number);
/* Take the line away. */
void mx_live_view_clear(struct mx_live_view *view);

/* The line itself, at most `columns` wide: what has no room is left out, the least important
 * first; a bar fills what is left. Returns its width. ASCII. */
int mx_live_line(char *text, size_t size, const struct mx_live_state *state, int columns,
                 bool has_bar);
/* Plain: is a line due at elapsed_s? Then the next is due when twice the time has
 * passed, but five minutes later at most: after 5 s, 10 s, 20 s, 40 s ... */
bool mx_live_is_due(struct mx_live_view *view, double elapsed_s);

#endif
