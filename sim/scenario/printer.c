// SPDX-License-Identifier: GPL-3.0-or-later
/* printer.c - see printer.h. */
#include "sim/scenario/printer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/quantity.h"

static void write_bytes(struct mx_printer *printer, const char *bytes, size_t size)
{
    if (printer->failed) {
        return;
    }
    if (printer->size + size + 1 > printer->room) {
        size_t room = 2 * (printer->size + size + 1) + 4096;
        char *text = realloc(printer->text, room);
        if (text == NULL) {
            printer->failed = true;
            return;
        }
        printer->text = text;
        printer->room = room;
    }
    memcpy(printer->text + printer->size, bytes, size);
    printer->size += size;
    printer->text[printer->size] = '\0';
}

void mx_print(struct mx_printer *printer, const char *text)
{
    write_bytes(printer, text, strlen(text));
}

static void put_indent(struct mx_printer *printer)
{
    for (int i = 0; i < printer->depth; i++) {
        mx_print(printer, "  ");
    }
}

/* In quotes, with escapes. */
void mx_print_quoted(struct mx_printer *printer, const char *text)
{
    mx_print(printer, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            mx_print(printer, "\\");
        }
        write_bytes(printer, text, 1);
    }
    mx_print(printer, "\"");
}

/* ---- notes ---- */

static int compare_assumed(const void *key, const void *item)
{
    return strcmp(key, ((const struct mx_plan_assumed *)item)->path);
}

static int compare_note(const void *key, const void *item)
{
    return strcmp(key, ((const struct mx_plan_note *)item)->path);
}

static bool put_note_at(struct mx_printer *printer, const char *path)
{
    const struct mx_plan *plan = printer->plan;
    const struct mx_plan_assumed *assumed = plan->assumed_count == 0
                                                ? NULL
                                                : bsearch(path, plan->assumed, plan->assumed_count,
                                                          sizeof *plan->assumed, compare_assumed);
    const struct mx_plan_note *note =
        plan->note_count == 0
            ? NULL
            : bsearch(path, plan->notes, plan->note_count, sizeof *plan->notes, compare_note);
    if (assumed == NULL && note == NULL) {
        return false;
    }
    mx_print(printer, "  # ");
    if (assumed != NULL) {
        mx_print(printer, "ASSUMED, range ");
        mx_print(printer, *assumed->range != '\0' ? assumed->range : "unknown");
        mx_print(printer, note != NULL ? "; " : "");
    }
    mx_print(printer, note != NULL ? note->text : "");
    return true;
}

/* Where the value of `key` in the open group comes from; mta's keys hold for its destinations. */
static void put_note(struct mx_printer *printer, const char *key)
{
    char path[MX_PRINT_PATH_SIZE + 100];
    static const char destinations[] = "mta.destinations.";
    size_t head = strlen(destinations);
    if (!printer->with_notes) {
        return;
    }
    snprintf(path, sizeof path, "%s%s%s", printer->path, *printer->path != '\0' ? "." : "", key);
    if ((printer->plan->seed_by_option && strcmp(path, "seed") == 0) ||
        (printer->plan->replications_by_option && strcmp(path, "replications") == 0)) {
        mx_print(printer, "  # --");
        mx_print(printer, path);
        return;
    }
    if (put_note_at(printer, path)) {
        return;
    }
    if (strncmp(path, destinations, head) == 0) {
        const char *rest = strchr(path + head, '.');
        char general[MX_PRINT_PATH_SIZE + 100];
        snprintf(general, sizeof general, "mta%s", rest != NULL ? rest : "");
        if (put_note_at(printer, general)) {
            return;
        }
    }
    mx_print(printer, "  # default");
}

/* ---- values ---- */

void mx_print_key(struct mx_printer *printer, const char *key)
{
    put_indent(printer);
    mx_print(printer, key);
    mx_print(printer, " = ");
}

void mx_print_end(struct mx_printer *printer, const char *key)
{
    mx_print(printer, ";");
    put_note(printer, key);
    mx_print(printer, "\n");
}

static void print_raw(struct mx_printer *printer, const char *key, const char *value)
{
    mx_print_key(printer, key);
    mx_print(printer, value);
    mx_print_end(printer, key);
}

void mx_print_text(struct mx_printer *printer, const char *key, const char *text)
{
    mx_print_key(printer, key);
    mx_print_quoted(printer, text);
    mx_print_end(printer, key);
}

void mx_print_none(struct mx_printer *printer, const char *key)
{
    mx_print_text(printer, key, "none");
}

void mx_print_duration(struct mx_printer *printer, const char *key, int64_t us)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print_text(printer, key, mx_quantity_put_duration(text, us));
}

void mx_print_number(struct mx_printer *printer, const char *key, double number)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    print_raw(printer, key, mx_quantity_put_number(text, number));
}

void mx_print_share(struct mx_printer *printer, const char *key, double share)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print_text(printer, key, mx_quantity_put_share(text, share));
}

void mx_print_rate(struct mx_printer *printer, const char *key, const struct mx_rate *rate)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print_text(printer, key, mx_quantity_put_rate(text, rate));
}

void mx_print_rate_none(struct mx_printer *printer, const char *key, const struct mx_rate *rate)
{
    if (rate->count > 0) {
        mx_print_rate(printer, key, rate);
    } else {
        mx_print_none(printer, key);
    }
}

void mx_print_rate_per_s(struct mx_printer *printer, const char *key, double rate_per_s)
{
    mx_print_rate_none(printer, key, &(struct mx_rate){rate_per_s, MX_SECOND_US});
}

void mx_print_count(struct mx_printer *printer, const char *key, uint64_t count)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    print_raw(printer, key, text);
}

/* 0 is "none". */
void mx_print_limit(struct mx_printer *printer, const char *key, uint64_t count)
{
    if (count > 0) {
        mx_print_count(printer, key, count);
    } else {
        mx_print_none(printer, key);
    }
}

void mx_print_truth(struct mx_printer *printer, const char *key, bool truth)
{
    print_raw(printer, key, truth ? "true" : "false");
}

void mx_print_key_name(struct mx_printer *printer, const char *key_name)
{
    if (*key_name != '\0') {
        mx_print_text(printer, "key", key_name);
    }
}

void mx_print_open(struct mx_printer *printer, const char *key)
{
    size_t used = strlen(printer->path);
    MX_CHECK(used + strlen(key) + 2 < MX_PRINT_PATH_SIZE);
    snprintf(printer->path + used, MX_PRINT_PATH_SIZE - used, "%s%s", used > 0 ? "." : "", key);
    mx_print_key(printer, key);
    mx_print(printer, "{\n");
    printer->depth++;
}

void mx_print_close(struct mx_printer *printer)
{
    char *dot = strrchr(printer->path, '.');
    *(dot != NULL ? dot : printer->path) = '\0';
    printer->depth--;
    put_indent(printer);
    mx_print(printer, "};\n");
}

/* ( … ), one element a line. put_item writes element i without a line end. */
void mx_print_list(struct mx_printer *printer, const char *key, size_t count,
                   mx_print_item *put_item, const void *items)
{
    mx_print_key(printer, key);
    mx_print(printer, "(\n");
    for (size_t i = 0; i < count; i++) {
        mx_print(printer, i > 0 ? ",\n" : "");
        put_indent(printer);
        mx_print(printer, "  ");
        put_item(printer, items, i);
    }
    mx_print(printer, "\n");
    put_indent(printer);
    mx_print(printer, ")");
    mx_print_end(printer, key);
}

/* [ … ], eight elements a line. */
void mx_print_array(struct mx_printer *printer, const char *key, size_t count,
                    mx_print_item *put_item, const void *items)
{
    mx_print_key(printer, key);
    mx_print(printer, "[ ");
    for (size_t i = 0; i < count; i++) {
        const bool is_next_line = i > 0 && i % 8 == 0;
        mx_print(printer, i == 0 ? "" : is_next_line ? ",\n" : ", ");
        if (is_next_line) {
            put_indent(printer);
            mx_print(printer, "  ");
        }
        put_item(printer, items, i);
    }
    mx_print(printer, " ]");
    mx_print_end(printer, key);
}

/* `key = value; ` inside one line. */
void mx_print_inline(struct mx_printer *printer, const char *format, ...)
{
    char text[MX_QUANTITY_TEXT_SIZE + 100];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    mx_print(printer, text);
}

void mx_item_duration(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print_quoted(printer, mx_quantity_put_duration(text, ((const int64_t *)items)[i]));
}

void mx_item_number(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print(printer, mx_quantity_put_number(text, ((const double *)items)[i]));
}

void mx_item_count(struct mx_printer *printer, const void *items, size_t i)
{
    mx_print_inline(printer, "%llu", (unsigned long long)((const uint64_t *)items)[i]);
}

void mx_item_text(struct mx_printer *printer, const void *items, size_t i)
{
    mx_print_quoted(printer, ((char *const *)items)[i]);
}

void mx_print_law(struct mx_printer *printer, const char *key, const struct mx_law *law)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    if (law->kind == MX_LAW_CONSTANT) {
        mx_print_duration(printer, key, law->mean_us);
        return;
    }
    mx_print_key(printer, key);
    mx_print_inline(printer, "{ law = \"%s\"; mean = \"%s\"; ", mx_law_kind_name(law->kind),
                    mx_quantity_put_duration(text, law->mean_us));
    if (law->kind == MX_LAW_LOGNORMAL) {
        mx_print_inline(printer, "cv = %s; ", mx_quantity_put_number(text, law->cv));
    }
    mx_print(printer, "}");
    mx_print_end(printer, key);
}

void mx_print_daily(struct mx_printer *printer, const char *key, const struct mx_daily *daily)
{
    if (daily->count > 0) {
        mx_print_array(printer, key, daily->count, mx_item_number, daily->factor);
    }
}
