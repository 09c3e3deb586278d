// SPDX-License-Identifier: GPL-3.0-or-later
/* parameter.h - one parameter of a study: which keys of the scenario it sets, and to what.
 *
 * Numbers are in base units: seconds, shares, messages per second, plain numbers. */
#ifndef MX_PARAMETER_H
#define MX_PARAMETER_H

#include <stdbool.h>
#include <stdint.h>

enum mx_unit_kind {
    MX_UNIT_NONE, /* no quantity: "none", names */
    MX_UNIT_PLAIN,
    MX_UNIT_DURATION,
    MX_UNIT_SHARE,
    MX_UNIT_RATE,
    MX_UNIT_KIND_COUNT
};

enum mx_scale { MX_SCALE_LINEAR, MX_SCALE_LOG, MX_SCALE_COUNT };

#define MX_PARAMETER_VALUES_MAX 100000U

/* values, numbers: the value_count listed ones, or those of a range with `count` or `step`; what is
 * no quantity has the number NaN. is_range: from < to, and any number between may be asked for.
 * factor: base units of one `unit`, which text of a range is written in. step: 0, or the distance
 * from each other of the values a range may have. */
struct mx_parameter {
    char *name;
    char *label; /* for tables and pictures */
    uint32_t path_count;
    char **paths;
    uint32_t value_count;
    char **values;
    double *numbers;
    enum mx_unit_kind unit_kind;
    char *unit; /* "h", "%", "k", "/s", "" */
    double factor;
    bool is_range;
    bool is_whole; /* plain whole numbers only */
    enum mx_scale scale;
    double from, to, step;
};

#define MX_PARAMETER_TEXT_SIZE 64

/* The value of a range nearest to number, clamped to it: as text that the scenario reads, and what
 * that text says exactly. Six significant digits in the parameter's unit. */
double mx_parameter_round(const struct mx_parameter *parameter, double number,
                          char text[MX_PARAMETER_TEXT_SIZE]);

/* The value at a share 0 <= u < 1 of what the parameter may be: of a list the element, of a range
 * the number (by its scale; whole numbers and steps are equally wide). *text is borrowed from the
 * parameter or from buffer. Returns the number. */
double mx_parameter_at(const struct mx_parameter *parameter, double u,
                       char buffer[MX_PARAMETER_TEXT_SIZE], const char **text);

/* What a text means as a quantity: its kind, number, and unit (a part of text). MX_UNIT_NONE: it is
 * none. */
enum mx_unit_kind mx_parameter_number(const char *text, double *number, const char **unit);

#endif
