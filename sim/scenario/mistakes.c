// SPDX-License-Identifier: GPL-3.0-or-later
/* mistakes.c - see mistakes.h. */
#include "sim/scenario/mistakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 1000

static void item_fini(struct mx_mistake *item)
{
    free(item->file);
    free(item->key);
    free(item->text);
}

static bool is_known(const struct mx_mistakes *mistakes, const char *file, int line,
                     const char *key, const char *text)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mx_mistake *known = &mistakes->item[i];
        if (known->line == line && strcmp(known->file, file) == 0 && strcmp(known->key, key) == 0 &&
            strcmp(known->text, text) == 0) {
            return true;
        }
    }
    return false;
}

void mx_mistakes_add_list(struct mx_mistakes *mistakes, const char *file, int line, const char *key,
                          const char *format, va_list values)
{
    char text[TEXT_SIZE];
    if (mistakes->count >= MX_MISTAKES_MAX) {
        return;
    }
    if (mistakes->item == NULL) {
        mistakes->item = calloc(MX_MISTAKES_MAX, sizeof mistakes->item[0]);
        if (mistakes->item == NULL) {
            mistakes->is_memory_out = true;
            return;
        }
        mistakes->count = 0;
    }
    vsnprintf(text, sizeof text, format, values);
    if (is_known(mistakes, file, line, key, text)) {
        return;
    }
    struct mx_mistake item = {strdup(file), line, strdup(key), strdup(text)};
    if (item.file != NULL && item.key != NULL && item.text != NULL) {
        mistakes->item[mistakes->count++] = item;
    } else {
        mistakes->is_memory_out = true;
        item_fini(&item);
    }
}

void mx_mistakes_add(struct mx_mistakes *mistakes, const char *file, int line, const char *key,
                     const char *format, ...)
{
    va_list values;
    va_start(values, format);
    mx_mistakes_add_list(mistakes, file, line, key, format, values);
    va_end(values);
}

void mx_mistakes_fini(struct mx_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        item_fini(&mistakes->item[i]);
    }
    free(mistakes->item);
    mistakes->item = NULL;
    mistakes->count = 0;
}

#define NAME_SIZE 64

/* Edit distance of Damerau and Levenshtein (neighbours may be swapped). Names up to NAME_SIZE. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NAME_SIZE + 1];
    size_t size_a = strlen(a), size_b = strlen(b);
    for (size_t j = 0; j <= size_b; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= size_a; i++) {
        size_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= size_b; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before2[j - 2] + 1 < best) {
                best = before2[j - 2] + 1;
            }
            row[j] = best;
        }
    }
    return rows[size_a % 3][size_b];
}

/* One holds the other whole: "lifetime" for "max_lifetime". */
static bool is_part(const char *a, const char *b)
{
    return strlen(a) >= 4 && strlen(b) >= 4 && (strstr(a, b) != NULL || strstr(b, a) != NULL);
}

/* Letters that two have in common at the start and at the end: of names as near, "sed" means
 * "seed" (a letter left out) and not "set". */
static size_t common_ends(const char *a, const char *b)
{
    size_t size_a = strlen(a), size_b = strlen(b), first = 0, last = 0;
    while (a[first] != '\0' && a[first] == b[first]) {
        first++;
    }
    while (last < size_a && last < size_b && a[size_a - 1 - last] == b[size_b - 1 - last]) {
        last++;
    }
    return first + last;
}

const char *mx_nearest_name(const char *name, const char *const *names, size_t count)
{
    size_t size = strlen(name), best = size / 3 + 2, best_ends = 0;
    const char *nearest = NULL;
    if (size > NAME_SIZE || size == 0) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) > NAME_SIZE) {
            continue;
        }
        size_t far = distance(name, names[i]);
        size_t ends = common_ends(name, names[i]);
        if (far < size && (far < best || (far == best && nearest != NULL && ends > best_ends))) {
            best = far;
            best_ends = ends;
            nearest = names[i];
        }
    }
    for (size_t i = 0; i < count && nearest == NULL; i++) {
        nearest = is_part(name, names[i]) ? names[i] : NULL;
    }
    return nearest;
}
