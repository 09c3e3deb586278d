// SPDX-License-Identifier: GPL-3.0-or-later
/* fields.h - taking the keys of one group, each with its type, unit and range.
 *
 * begin; one call per key that the group may have; end, which reports every key nobody asked for.
 * A getter returns true when the key is there and right; else it leaves *out alone, so that the
 * default stands there before the call. Wrong values are reported; missing ones are fine unless
 * mx_field_need says otherwise. `none` getters also take the text "none". */
#ifndef MX_FIELDS_H
#define MX_FIELDS_H

#include "sim/scenario/build.h"

#define MX_FIELDS_MAX 64

struct mx_fields {
    struct mx_build *build;
    struct mx_node *group; /* NULL: nothing given */
    size_t asked_count;
    const char *asked[MX_FIELDS_MAX];
};

/* node NULL, or wrong and reported: an empty group. */
void mx_fields_begin(struct mx_fields *fields, struct mx_build *build, struct mx_node *node);
void mx_fields_end(struct mx_fields *fields);

/* The node of a key, or NULL; marks the key as known. */
struct mx_node *mx_field(struct mx_fields *fields, const char *key);
/* The same; a missing one is a mistake. what: "a duration", for the message. */
struct mx_node *mx_field_need(struct mx_fields *fields, const char *key, const char *what);
/* Only reports a missing key; the getter that takes it comes after. */
void mx_field_require(struct mx_fields *fields, const char *key, const char *what);
/* A group that may be "none" (then NULL, *none true) or missing (NULL). */
struct mx_node *mx_field_group(struct mx_fields *fields, const char *key, bool *none);
struct mx_node *mx_field_list(struct mx_fields *fields, const char *key);

bool mx_field_duration(struct mx_fields *fields, const char *key, int64_t min_us, int64_t max_us,
                       int64_t *out_us);
bool mx_field_duration_none(struct mx_fields *fields, const char *key, int64_t none_us,
                            int64_t min_us, int64_t max_us, int64_t *out_us);
bool mx_field_count(struct mx_fields *fields, const char *key, uint64_t min, uint64_t max,
                    uint64_t *out);
bool mx_field_count_none(struct mx_fields *fields, const char *key, uint64_t none, uint64_t min,
                         uint64_t max, uint64_t *out);
/* The same for 32 bits. */
bool mx_field_count32(struct mx_fields *fields, const char *key, uint32_t min, uint32_t max,
                      uint32_t *out);
bool mx_field_count32_none(struct mx_fields *fields, const char *key, uint32_t none, uint32_t min,
                           uint32_t max, uint32_t *out);
/* A count that may have a fraction: "1.5M", 2.5. */
bool mx_field_amount(struct mx_fields *fields, const char *key, double min, double max,
                     double *out);
/* A bare number. */
bool mx_field_number(struct mx_fields *fields, const char *key, double min, double max,
                     double *out);
bool mx_field_number_none(struct mx_fields *fields, const char *key, double none, double min,
                          double max, double *out);
bool mx_field_share(struct mx_fields *fields, const char *key, double *out);
/* "none": count 0. */
bool mx_field_rate(struct mx_fields *fields, const char *key, struct mx_rate *out);
bool mx_field_rate_none(struct mx_fields *fields, const char *key, struct mx_rate *out);
bool mx_field_truth(struct mx_fields *fields, const char *key, bool *out);
bool mx_field_text(struct mx_fields *fields, const char *key, const char **out);
/* One of `count` words; *out is its index. */
bool mx_field_choice(struct mx_fields *fields, const char *key, const char *const *words,
                     size_t count, int *out);
/* A duration or { law; mean; cv }. */
bool mx_field_law(struct mx_fields *fields, const char *key, struct mx_law *out);
/* [ numbers ], up to MX_DAILY_MAX, at least one > 0. */
bool mx_field_daily(struct mx_fields *fields, const char *key, struct mx_daily *out);

/* The same of a node at hand (an element of a list). NULL is false. */
bool mx_node_duration(struct mx_build *build, const struct mx_node *node, int64_t min_us,
                      int64_t max_us, int64_t *out_us);
bool mx_node_count(struct mx_build *build, const struct mx_node *node, uint64_t min, uint64_t max,
                   uint64_t *out);
bool mx_node_number(struct mx_build *build, const struct mx_node *node, double min, double max,
                    double *out);
bool mx_node_choice(struct mx_build *build, const struct mx_node *node, const char *const *words,
                    size_t count, int *out);
bool mx_node_expect(struct mx_build *build, const struct mx_node *node, enum mx_node_kind kind,
                    const char *what);

/* The key was not given, and its default has no public source. */
void mx_field_assume(struct mx_fields *fields, const char *key, const char *value,
                     const char *range);

/* Rates as messages per second, and per day of day_us. */
double mx_rate_per_s(const struct mx_rate *rate);
double mx_rate_per_day(const struct mx_rate *rate, int64_t day_us);

#endif
