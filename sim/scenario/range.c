// SPDX-License-Identifier: GPL-3.0-or-later
/* range.c - see range.h. */
#include "sim/scenario/range.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/exact_math.h"
#include "models/units.h"
#include "sim/base/check.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/tree.h"

#define LOG_FROM_RATIO 10.0
#define ROUND_FORMAT "%.3e" /* four significant digits */
#define WORD_SIZE_MAX 120

static double round_off(double value)
{
    char text[40];
    snprintf(text, sizeof text, ROUND_FORMAT, value);
    return strtod(text, NULL);
}

/* ---- from text ---- */

/* A word such as none, or a list of gaps in text: what has nothing between it and another one. */
static bool is_word(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    return *text != '\0' && strlen(text) <= WORD_SIZE_MAX &&
           (text[strspn(text, letters)] == '\0' || strchr(text, ',') != NULL);
}

/* One value of the given kind; false: it is not of that kind. */
static bool read_value(enum mx_range_kind kind, const char *text, double *value, int64_t *period_us)
{
    int64_t us;
    uint64_t count;
    struct mx_rate rate;
    switch (kind) {
    case MX_RANGE_DURATION:
        if (mx_quantity_duration(text, &us) != MX_QUANTITY_OK) {
            return false;
        }
        *value = (double)us;
        return true;
    case MX_RANGE_SHARE:
        return mx_quantity_share(text, value) == MX_QUANTITY_OK;
    case MX_RANGE_RATE:
        if (mx_quantity_rate(text, &rate) != MX_QUANTITY_OK) {
            return false;
        }
        *value = rate.count;
        *period_us = rate.period_us;
        return true;
    case MX_RANGE_WHOLE:
        if (strchr(text, '.') != NULL || mx_quantity_count(text, &count) != MX_QUANTITY_OK) {
            return false;
        }
        *value = (double)count;
        return true;
    case MX_RANGE_NUMBER:
        return mx_quantity_number(text, value) == MX_QUANTITY_OK ||
               mx_quantity_amount(text, value) == MX_QUANTITY_OK;
    case MX_RANGE_CHOICE:
    case MX_RANGE_SHAPE:
    case MX_RANGE_KIND_COUNT:
        break;
    }
    return false;
}

/* Durations in whole days where both ends are, else in seconds, ms or us. */
static int64_t step_of(double low, double high)
{
    static const int64_t steps[] = {MX_DAY_US, MX_SECOND_US, 1000};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if ((int64_t)low % steps[i] == 0 && (int64_t)high % steps[i] == 0) {
            return steps[i];
        }
    }
    return 1;
}

static const char *read_quantities(struct mx_arena *arena, const char *low, const char *high,
                                   const char *value, struct mx_range *range)
{
    static const enum mx_range_kind kinds[] = {MX_RANGE_DURATION, MX_RANGE_SHARE, MX_RANGE_RATE,
                                               MX_RANGE_WHOLE, MX_RANGE_NUMBER};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        int64_t low_us = 0, high_us = 0, value_us = 0;
        if (!read_value(kinds[i], low, &range->low, &low_us) ||
            !read_value(kinds[i], high, &range->high, &high_us)) {
            continue;
        }
        if (!read_value(kinds[i], value, &range->nominal, &value_us)) {
            if (kinds[i] == MX_RANGE_WHOLE) {
                continue;
            }
            return mx_arena_format(arena, "the range %s .. %s is of another kind than the value %s",
                                   low, high, value);
        }
        range->kind = kinds[i];
        if (low_us != high_us) {
            return mx_arena_format(arena, "%s and %s have different units", low, high);
        }
        if (!(range->low < range->high)) {
            return mx_arena_format(arena, "the range %s .. %s does not rise", low, high);
        }
        if (range->kind == MX_RANGE_RATE) {
            range->period_us = low_us;
            range->nominal *= (double)low_us / (double)value_us;
        }
        range->is_log = range->low > 0 && range->high >= LOG_FROM_RATIO * range->low;
        range->step_us = step_of(range->low, range->high);
        return NULL;
    }
    return mx_arena_format(arena, "%s and %s are not two values of one kind", low, high);
}

static const char *read_shape(struct mx_arena *arena, const struct mx_node *node,
                              struct mx_range *range)
{
    if (node == NULL || node->kind != MX_NODE_LIST || node->child_count == 0) {
        return "\"flat .. this\" is a range of a list of numbers";
    }
    double *shape = mx_arena_take(arena, node->child_count, sizeof *shape);
    for (size_t i = 0; i < node->child_count; i++) {
        if (node->child[i]->kind != MX_NODE_NUMBER ||
            mx_quantity_number(node->child[i]->text, &shape[i]) != MX_QUANTITY_OK) {
            return "\"flat .. this\" is a range of a list of numbers";
        }
    }
    range->kind = MX_RANGE_SHAPE;
    range->high = range->nominal = 1;
    range->shape = shape;
    range->shape_count = (uint32_t)node->child_count;
    return NULL;
}

static const char *text_of(const struct mx_node *node)
{
    return node->kind == MX_NODE_TRUTH ? (node->truth ? "true" : "false") : node->text;
}

/* Of one value: that one, to be set within brackets. Of several: as text, "1m, 10m". */
static const char *text_of_list(struct mx_arena *arena, const struct mx_node *node,
                                struct mx_range *range)
{
    const char *text = NULL;
    for (size_t i = 0; i < node->child_count; i++) {
        const struct mx_node *child = node->child[i];
        if (child->kind == MX_NODE_GROUP || child->kind == MX_NODE_LIST) {
            return NULL;
        }
        text = i == 0 ? text_of(child) : mx_arena_format(arena, "%s, %s", text, text_of(child));
    }
    if (node->child_count == 1) {
        range->before = "[ \"";
        range->after = "\" ]";
    }
    return text;
}

/* The text of the number that varies, and what stands around it: of a law its mean, of a list its
 * only member. NULL: there is none. */
static const char *find_number(struct mx_arena *arena, const struct mx_node *node,
                               const char *value, struct mx_range *range)
{
    if (node == NULL) { /* "exponential 8h" or "lognormal 0.5s, cv 0.5", or a plain value */
        size_t word = strspn(value, "abcdefghijklmnopqrstuvwxyz");
        if (word == 0 || value[word] != ' ') {
            return value;
        }
        size_t size = strcspn(value + word + 1, ",");
        const char *cv = strstr(value, ", cv ");
        range->before = mx_arena_format(arena, "{ law = \"%.*s\"; mean = \"", (int)word, value);
        range->after = cv == NULL ? "\"; }" : mx_arena_format(arena, "\"; cv = %s; }", cv + 5);
        return mx_arena_copy_part(arena, value + word + 1, size);
    }
    if (node->kind == MX_NODE_GROUP) {
        const struct mx_node *law = mx_node_find(node, "law"), *mean = mx_node_find(node, "mean");
        const struct mx_node *cv = mx_node_find(node, "cv");
        if (law == NULL || law->kind != MX_NODE_TEXT || mean == NULL ||
            mean->kind != MX_NODE_TEXT) {
            return NULL;
        }
        range->before = mx_arena_format(arena, "{ law = \"%s\"; mean = \"", law->text);
        range->after = cv == NULL || cv->kind != MX_NODE_NUMBER
                           ? "\"; }"
                           : mx_arena_format(arena, "\"; cv = %s; }", cv->text);
        return mean->text;
    }
    return node->kind == MX_NODE_LIST ? text_of_list(arena, node, range) : text_of(node);
}

static const char *trimmed(struct mx_arena *arena, const char *text, size_t size)
{
    while (size > 0 && *text == ' ') {
        text++;
        size--;
    }
    while (size > 0 && text[size - 1] == ' ') {
        size--;
    }
    return mx_arena_copy_part(arena, text, size);
}

/* A word as it is set: "a, b" of a list is [ "a", "b" ]. */
static const char *as_set(struct mx_arena *arena, const struct mx_node *node, const char *word)
{
    if (node == NULL || node->kind != MX_NODE_LIST) {
        return word;
    }
    const char *text = "[ ";
    for (const char *at = word; *at != '\0';) {
        size_t size = strcspn(at, ",");
        text = mx_arena_format(arena, "%s\"%s\"", text, trimmed(arena, at, size));
        at += size;
        if (*at == ',') {
            text = mx_arena_format(arena, "%s, ", text);
            at++;
        }
    }
    return mx_arena_format(arena, "%s ]", text);
}

const char *mx_range_parse(struct mx_arena *arena, const char *text, const struct mx_node *node,
                           const char *value, struct mx_range *range)
{
    const char *dots = strstr(text, " .. "), *number;
    *range = (struct mx_range){.before = "", .after = "", .nominal = NAN};
    if (dots == NULL) {
        return mx_arena_format(arena, "\"%.100s\" is not a range such as 3d .. 14d", text);
    }
    const char *low = trimmed(arena, text, (size_t)(dots - text));
    const char *high = trimmed(arena, dots + 4, strlen(dots + 4));
    if (strcmp(low, "flat") == 0 && strcmp(high, "this") == 0) {
        return read_shape(arena, node, range);
    }
    number = find_number(arena, node, value, range);
    if (number == NULL) {
        return mx_arena_format(arena, "\"%.100s\" is a range of one value, not of a %s", text,
                               node->kind == MX_NODE_GROUP ? "group" : "list");
    }
    if (!is_word(low) && !is_word(high)) {
        return read_quantities(arena, low, high, number, range);
    }
    range->kind = MX_RANGE_CHOICE;
    range->high = 1;
    range->before = range->after = "";
    range->word[0] = as_set(arena, node, low);
    range->word[1] = as_set(arena, node, high);
    range->nominal = strcmp(number, low) == 0 ? 0 : strcmp(number, high) == 0 ? 1 : NAN;
    return NULL;
}

/* ---- to values ---- */

static double on_scale(const struct mx_range *range, double place)
{
    if (place <= 0) {
        return range->low;
    }
    if (place >= 1) {
        return range->high;
    }
    double value = range->is_log ? range->low * mx_exp(place * mx_log(range->high / range->low))
                                 : range->low + place * (range->high - range->low);
    return round_off(value);
}

static double within(const struct mx_range *range, double value)
{
    return value < range->low ? range->low : value > range->high ? range->high : value;
}

double mx_range_at(const struct mx_range *range, double place)
{
    MX_CHECK(place >= 0 && place <= 1);
    switch (range->kind) {
    case MX_RANGE_CHOICE:
        return place < 0.5 ? 0 : 1;
    case MX_RANGE_WHOLE:
        if (!range->is_log) {
            return within(range, range->low + floor(place * (range->high - range->low + 1)));
        }
        return within(range, floor(on_scale(range, place) + 0.5));
    case MX_RANGE_DURATION: {
        double step = (double)range->step_us;
        return within(range, floor(on_scale(range, place) / step + 0.5) * step);
    }
    case MX_RANGE_NUMBER:
    case MX_RANGE_SHARE:
    case MX_RANGE_RATE:
    case MX_RANGE_SHAPE:
        return within(range, on_scale(range, place));
    case MX_RANGE_KIND_COUNT:
        break;
    }
    MX_CHECK(false);
    return 0;
}

static void put_shape(const struct mx_range *range, double value, char text[MX_RANGE_TEXT_SIZE])
{
    double mean = 0;
    size_t size = 0;
    for (uint32_t i = 0; i < range->shape_count; i++) {
        mean += range->shape[i] / range->shape_count;
    }
    for (uint32_t i = 0; i < range->shape_count && size < MX_RANGE_TEXT_SIZE; i++) {
        char number[MX_QUANTITY_TEXT_SIZE];
        mx_quantity_put_number(number, round_off(mean + value * (range->shape[i] - mean)));
        size += (size_t)snprintf(text + size, MX_RANGE_TEXT_SIZE - size, "%s%s",
                                 i == 0 ? "[ " : ", ", number);
    }
    MX_CHECK(size + 3 <= MX_RANGE_TEXT_SIZE);
    memcpy(text + size, " ]", 3);
}

const char *mx_range_put(const struct mx_range *range, double value, char text[MX_RANGE_TEXT_SIZE])
{
    char number[MX_QUANTITY_TEXT_SIZE]; /* or a word, much shorter */
    switch (range->kind) {
    case MX_RANGE_SHAPE:
        put_shape(range, value, text);
        return text;
    case MX_RANGE_CHOICE:
        snprintf(number, sizeof number, "%s", range->word[value > 0]);
        break;
    case MX_RANGE_DURATION:
        mx_quantity_put_duration(number, (int64_t)value);
        break;
    case MX_RANGE_SHARE:
        mx_quantity_put_share(number, value);
        break;
    case MX_RANGE_RATE:
        mx_quantity_put_rate(number, &(struct mx_rate){value, range->period_us});
        break;
    case MX_RANGE_WHOLE:
    case MX_RANGE_NUMBER:
        mx_quantity_put_number(number, value);
        break;
    case MX_RANGE_KIND_COUNT:
        MX_CHECK(false);
        return text;
    }
    snprintf(text, MX_RANGE_TEXT_SIZE, "%s%s%s", range->before, number, range->after);
    return text;
}
