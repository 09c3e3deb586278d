// SPDX-License-Identifier: GPL-3.0-or-later
/* json_text.c - see json_text.h. */
#include "sim/result/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mx_json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

json_t *mx_json_count(double value)
{
    if (value >= -9e15 && value <= 9e15 && value == (double)(json_int_t)value) {
        return json_integer((json_int_t)value);
    }
    return json_real(value);
}

json_t *mx_json_finite(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* A name as valid UTF-8: what is not becomes "?". Returns owned, or NULL. */
static char *clean_name(const char *name)
{
    json_t *probe = json_string(name);
    char *copy = strdup(name);

    if (probe == NULL && copy != NULL) {
        for (char *at = copy; *at != '\0'; at++) {
            *at = (unsigned char)*at < 0x80 ? *at : '?';
        }
    }
    json_decref(probe);
    return copy;
}

bool mx_json_put_named(json_t *object, const char *name, json_t *value)
{
    char *clean = clean_name(name);
    bool is_put = clean != NULL && mx_json_put(object, clean, value);

    if (clean == NULL) {
        json_decref(value);
    }
    free(clean);
    return is_put;
}

json_t *mx_json_text(const char *text)
{
    char *clean = clean_name(text != NULL ? text : "");
    json_t *value = clean != NULL ? json_string(clean) : NULL;

    free(clean);
    return value;
}

static bool holds_objects(const json_t *value)
{
    return json_is_object(value) &&
           json_is_object(json_object_iter_value(json_object_iter((json_t *)value)));
}

static bool print_leaf(FILE *stream, const json_t *value)
{
    return json_dumpf(value, stream,
                      JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12)) == 0;
}

/* At most four levels deep. */
static bool print_object(FILE *stream, json_t *object, int indent) // NOLINT(misc-no-recursion)
{
    const char *separator = "{\n";
    const char *key;
    json_t *value;
    bool is_made = true;

    json_object_foreach(object, key, value)
    {
        json_t *name = json_string(key);

        (void)fprintf(stream, "%s%*s", separator, indent + 2, "");
        is_made = is_made && name != NULL && print_leaf(stream, name);
        (void)fputs(": ", stream);
        is_made = is_made && (holds_objects(value) ? print_object(stream, value, indent + 2)
                                                   : print_leaf(stream, value));
        json_decref(name);
        separator = ",\n";
    }
    (void)fprintf(stream, "\n%*s}", indent, "");
    return is_made;
}

char *mx_json_print(json_t *root)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = root != NULL ? open_memstream(&text, &size) : NULL;
    bool is_made = stream != NULL && print_object(stream, root, 0);

    if (stream != NULL) {
        is_made = fputc('\n', stream) != EOF && is_made;
        is_made = fclose(stream) == 0 && is_made;
    }
    if (!is_made) {
        free(text);
        return NULL;
    }
    return text;
}
