// SPDX-License-Identifier: GPL-3.0-or-later
/* printer.h - writing settings: key = value, groups and lists, indented, with notes behind them. */
#ifndef MX_PRINTER_H
#define MX_PRINTER_H

#include "sim/scenario/plan.h"

#define MX_PRINT_PATH_SIZE 600

/* Zero it but for plan and with_notes. text: owned by who made it; failed: without memory. */
struct mx_printer {
    const struct mx_plan *plan;
    bool with_notes;
    bool failed;
    char *text;
    size_t size, room;
    int depth;
    char path[MX_PRINT_PATH_SIZE]; /* of the open groups */
};

/* Text as it is. */
void mx_print(struct mx_printer *printer, const char *text);
/* In quotes, with escapes. */
void mx_print_quoted(struct mx_printer *printer, const char *text);
/* Formatted, of up to 400 characters. */
void mx_print_inline(struct mx_printer *printer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `key = ` and, after a value, its end: semicolon, note, new line. */
void mx_print_key(struct mx_printer *printer, const char *key);
void mx_print_end(struct mx_printer *printer, const char *key);
void mx_print_open(struct mx_printer *printer, const char *key);
void mx_print_close(struct mx_printer *printer);

void mx_print_text(struct mx_printer *printer, const char *key, const char *text);
void mx_print_none(struct mx_printer *printer, const char *key);
void mx_print_duration(struct mx_printer *printer, const char *key, int64_t us);
void mx_print_number(struct mx_printer *printer, const char *key, double number);
void mx_print_share(struct mx_printer *printer, const char *key, double share);
void mx_print_rate(struct mx_printer *printer, const char *key, const struct mx_rate *rate);
/* A count of 0 is "none". */
void mx_print_rate_none(struct mx_printer *printer, const char *key, const struct mx_rate *rate);
void mx_print_rate_per_s(struct mx_printer *printer, const char *key, double rate_per_s);
void mx_print_limit(struct mx_printer *printer, const char *key, uint64_t count);
void mx_print_count(struct mx_printer *printer, const char *key, uint64_t count);
void mx_print_truth(struct mx_printer *printer, const char *key, bool truth);
/* key = "..." where it is not the name. */
void mx_print_key_name(struct mx_printer *printer, const char *key_name);
void mx_print_law(struct mx_printer *printer, const char *key, const struct mx_law *law);
/* Nothing where there are no factors. */
void mx_print_daily(struct mx_printer *printer, const char *key, const struct mx_daily *daily);

/* Writes element i of items, without a line end. */
typedef void mx_print_item(struct mx_printer *printer, const void *items, size_t i);
/* ( ... ), one element a line; [ ... ], eight elements a line. */
void mx_print_list(struct mx_printer *printer, const char *key, size_t count,
                   mx_print_item *put_item, const void *items);
void mx_print_array(struct mx_printer *printer, const char *key, size_t count,
                    mx_print_item *put_item, const void *items);
void mx_item_duration(struct mx_printer *printer, const void *items, size_t i); /* int64_t */
void mx_item_number(struct mx_printer *printer, const void *items, size_t i);   /* double */
void mx_item_count(struct mx_printer *printer, const void *items, size_t i);    /* uint64_t */
void mx_item_text(struct mx_printer *printer, const void *items, size_t i);     /* char * */

#endif
