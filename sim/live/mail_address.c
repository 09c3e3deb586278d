// SPDX-License-Identifier: GPL-3.0-or-later
/* mail_address.c - see mail_address.h. */
#include "sim/live/mail_address.h"

#include <string.h>

#define LOCAL_MAX 64

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_domain(const char *domain)
{
    size_t size = strlen(domain);
    bool is_literal = size > 2 && domain[0] == '[' && domain[size - 1] == ']';

    if (size == 0) {
        return false;
    }
    for (size_t i = is_literal ? 1 : 0; i < size - (is_literal ? 1 : 0); i++) {
        char c = domain[i];

        if (is_literal ? !is_alnum(c) && c != '.' && c != ':'
                       : !is_alnum(c) && c != '-' && c != '_' && (c != '.' || i == 0)) {
            return false;
        }
        if (c == '.' && (domain[i + 1] == '.' || domain[i + 1] == '\0')) {
            return false;
        }
    }
    return true;
}

bool mx_address_is_valid(const char *address)
{
    const char *at = strrchr(address, '@');
    size_t size = strlen(address), local_size;

    if (at == NULL || size >= MX_ADDRESS_SIZE || !is_domain(at + 1)) {
        return false;
    }
    local_size = (size_t)(at - address);
    if (local_size == 0 || local_size > LOCAL_MAX) {
        return false;
    }
    for (size_t i = 0; i < local_size; i++) {
        char c = address[i];

        if (!is_alnum(c) && (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~.", c) == NULL)) {
            return false;
        }
    }
    return true;
}

void mx_address_domain(const char *address, char domain[MX_ADDRESS_SIZE])
{
    const char *from = strrchr(address, '@') + 1;
    size_t i;

    for (i = 0; i < MX_ADDRESS_SIZE - 1 && from[i] != '\0'; i++) {
        domain[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] - 'A' + 'a' : from[i]);
    }
    domain[i] = '\0';
}

/* One place of a list: what was read of an address so far. Words may stand before an angle alone:
 * "A B c@d" would otherwise go to ABc@d. */
struct place {
    char text[MX_ADDRESS_SIZE];
    size_t size;
    bool has_angle, is_closed, is_too_long;
    bool has_gap; /* after text */
    bool is_broken;
};

static void put(struct place *place, char c)
{
    place->is_broken = place->is_broken || place->has_gap || (place->has_angle && place->is_closed);
    if (place->size + 1 < sizeof place->text) {
        place->text[place->size++] = c;
    } else {
        place->is_too_long = true;
    }
}

/* Where a comment or quoted string that opens at `at` is over; size when it is not. */
static size_t skip(const char *value, size_t size, size_t at)
{
    bool is_comment = value[at] == '(';
    int depth = 0;

    for (; at < size; at++) {
        if (value[at] == '\\') {
            at++;
        } else if (is_comment) {
            depth += value[at] == '(';
            depth -= value[at] == ')';
            if (depth == 0) {
                return at;
            }
        } else if (value[at] == '"' && depth++ > 0) {
            return at;
        }
    }
    return size;
}

/* At a comma or the end. A place without any text is fine: ", ," and empty groups have them. */
static bool finish(struct place *place, bool (*see)(void *context, const char *address),
                   void *context)
{
    bool is_good = true;

    place->text[place->size] = '\0';
    if (place->size > 0 || place->has_angle) {
        is_good = !place->is_too_long && !place->is_broken &&
                  place->has_angle == place->is_closed && mx_address_is_valid(place->text) &&
                  see(context, place->text);
    }
    *place = (struct place){.size = 0};
    return is_good;
}

/* One character outside comments and quotes. */
static bool step(struct place *place, char c, bool (*see)(void *context, const char *address),
                 void *context)
{
    switch (c) {
    case ',':
    case ';':
        return finish(place, see, context);
    case ':': /* the name of a group; within an angle it is no address anyway */
        *place = (struct place){.size = 0};
        return true;
    case '<':
        *place = (struct place){.has_angle = true, .is_broken = place->has_angle};
        return true;
    case '>':
        place->is_broken = place->is_broken || place->is_closed;
        place->is_closed = true;
        return true;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        place->has_gap = place->size > 0;
        return true;
    default:
        put(place, c);
        return true;
    }
}

bool mx_address_list(const char *value, size_t size,
                     bool (*see)(void *context, const char *address), void *context)
{
    struct place place = {.size = 0};

    for (size_t at = 0; at < size; at++) {
        if (value[at] == '(' || value[at] == '"') {
            bool is_quote = value[at] == '"';

            at = skip(value, size, at);
            if (at >= size || (is_quote && place.has_angle)) {
                return false; /* not closed; a quoted local part: not taken */
            }
            place.has_gap = place.size > 0;
        } else if (!step(&place, value[at], see, context)) {
            return false;
        }
    }
    return finish(&place, see, context);
}
