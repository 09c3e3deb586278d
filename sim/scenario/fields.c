// SPDX-License-Identifier: GPL-3.0-or-later
/* fields.c - see fields.h. */
#include "sim/scenario/fields.h"

#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/quantity.h"

#define RATE_MAX 1e12

void mx_fields_begin(struct mx_fields *fields, struct mx_build *build, struct mx_node *node)
{
    fields->build = build;
    fields->asked_count = 0;
    fields->group = node;
    if (node != NULL && !mx_node_expect(build, node, MX_NODE_GROUP, "a group { ... }")) {
        fields->group = NULL;
    }
}

void mx_fields_end(struct mx_fields *fields)
{
    for (size_t i = 0; fields->group != NULL && i < fields->group->child_count; i++) {
        const struct mx_node *child = fields->group->child[i];
        bool known = false;
        for (size_t j = 0; j < fields->asked_count && !known; j++) {
            known = strcmp(fields->asked[j], child->name) == 0;
        }
        if (!known && child->written != NULL) {
            mx_complain(fields->build, child, "not a key of this kind; known here: %s",
                        mx_list_names(fields->build, fields->asked, fields->asked_count));
        } else if (!known) {
            mx_complain(
                fields->build, child, "unknown key%s; known here: %s",
                mx_did_you_mean(fields->build, child->name, fields->asked, fields->asked_count),
                mx_list_names(fields->build, fields->asked, fields->asked_count));
        }
    }
}

struct mx_node *mx_field(struct mx_fields *fields, const char *key)
{
    size_t i = 0;
    while (i < fields->asked_count && strcmp(fields->asked[i], key) != 0) {
        i++;
    }
    if (i == fields->asked_count) {
        MX_CHECK(i < MX_FIELDS_MAX);
        fields->asked[fields->asked_count++] = key;
    }
    return mx_node_find(fields->group, key);
}

void mx_field_require(struct mx_fields *fields, const char *key, const char *what)
{
    if (fields->group != NULL && mx_node_find(fields->group, key) == NULL &&
        !mx_node_is_partial(fields->group)) {
        mx_complain_key(fields->build, fields->group, key, "missing: needs %s", what);
    }
}

struct mx_node *mx_field_need(struct mx_fields *fields, const char *key, const char *what)
{
    mx_field_require(fields, key, what);
    return mx_field(fields, key);
}

struct mx_node *mx_field_group(struct mx_fields *fields, const char *key, bool *none)
{
    struct mx_node *node = mx_field(fields, key);
    if (node != NULL && mx_node_is_none(node)) {
        *none = true;
        return NULL;
    }
    return mx_node_expect(fields->build, node, MX_NODE_GROUP, "a group { ... } or \"none\"") ? node
                                                                                             : NULL;
}

struct mx_node *mx_field_list(struct mx_fields *fields, const char *key)
{
    struct mx_node *node = mx_field(fields, key);
    return mx_node_expect(fields->build, node, MX_NODE_LIST, "a list") ? node : NULL;
}

bool mx_node_expect(struct mx_build *build, const struct mx_node *node, enum mx_node_kind kind,
                    const char *what)
{
    if (node == NULL) {
        return false;
    }
    if (node->kind != kind) {
        mx_complain(build, node, "%s is %s; allowed: %s", mx_node_text(&build->scratch, node),
                    mx_node_kind_text(node->kind), what);
        return false;
    }
    return true;
}

/* What stands after the number of a quantity, where it is more than a suffix such as "k"; or "". */
static const char *unit_in(const char *text)
{
    const char *rest = text + strspn(text, "+-.0123456789 ");
    const char *after = rest + strspn(rest, "kMG");
    return *after == '\0' ? after : rest;
}

/* Report a value of the wrong kind, or one that a quantity function did not take. */
static bool refuse(struct mx_build *build, const struct mx_node *node,
                   enum mx_quantity_status status, const char *allowed)
{
    const char *text = mx_node_text(&build->scratch, node);
    if (status == MX_QUANTITY_OK) {
        mx_complain(build, node, "%s is %s; allowed: %s", text, mx_node_kind_text(node->kind),
                    allowed);
    } else if (status == MX_QUANTITY_UNIT && *unit_in(node->text) != '\0') {
        mx_complain(build, node, "%s: \"%.40s\" is no unit here; allowed: %s", text,
                    unit_in(node->text), allowed);
    } else {
        mx_complain(build, node, "%s %s; allowed: %s", text, mx_quantity_status_text(status),
                    allowed);
    }
    return false;
}

/* A bare number where a unit belongs, e.g. 72 for "72h". */
static bool refuse_bare(struct mx_build *build, const struct mx_node *node, const char *units,
                        const char *allowed)
{
    mx_complain(build, node, "%s has no unit; write \"%.40s%s\" or the like; allowed: %s",
                mx_node_text(&build->scratch, node), node->text, units, allowed);
    return false;
}

#define DURATION_FORM "a duration such as \"90s\", \"1.5h\" or \"7d\" (us, ms, s, m, h, d)"

static const char *duration_allowed(struct mx_build *build, int64_t min_us, int64_t max_us)
{
    char min[MX_QUANTITY_TEXT_SIZE], max[MX_QUANTITY_TEXT_SIZE];
    return mx_arena_format(&build->scratch, DURATION_FORM ", %s to %s",
                           mx_quantity_put_duration(min, min_us),
                           mx_quantity_put_duration(max, max_us));
}

bool mx_node_duration(struct mx_build *build, const struct mx_node *node, int64_t min_us,
                      int64_t max_us, int64_t *out_us)
{
    if (node == NULL) {
        return false;
    }
    const char *allowed = duration_allowed(build, min_us, max_us);
    if (node->kind == MX_NODE_NUMBER) {
        return refuse_bare(build, node, "s", allowed);
    }
    if (node->kind != MX_NODE_TEXT) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    int64_t us = 0;
    enum mx_quantity_status status = mx_quantity_duration(node->text, &us);
    if (status == MX_QUANTITY_OK && (us < min_us || us > max_us)) {
        status = MX_QUANTITY_RANGE;
    }
    if (status != MX_QUANTITY_OK) {
        return refuse(build, node, status, allowed);
    }
    *out_us = us;
    return true;
}

bool mx_field_duration(struct mx_fields *fields, const char *key, int64_t min_us, int64_t max_us,
                       int64_t *out_us)
{
    return mx_node_duration(fields->build, mx_field(fields, key), min_us, max_us, out_us);
}

bool mx_field_duration_none(struct mx_fields *fields, const char *key, int64_t none_us,
                            int64_t min_us, int64_t max_us, int64_t *out_us)
{
    const struct mx_node *node = mx_field(fields, key);
    if (mx_node_is_none(node)) {
        *out_us = none_us;
        return true;
    }
    return mx_node_duration(fields->build, node, min_us, max_us, out_us);
}

bool mx_node_count(struct mx_build *build, const struct mx_node *node, uint64_t min, uint64_t max,
                   uint64_t *out)
{
    if (node == NULL) {
        return false;
    }
    const char *allowed = mx_arena_format(
        &build->scratch, "a whole number such as 800, \"50k\" or \"12M\", %llu to %llu",
        (unsigned long long)min, (unsigned long long)max);
    if (node->kind != MX_NODE_TEXT && node->kind != MX_NODE_NUMBER) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    uint64_t count = 0;
    enum mx_quantity_status status = mx_quantity_count(node->text, &count);
    if (status == MX_QUANTITY_OK && (count < min || count > max)) {
        status = MX_QUANTITY_RANGE;
    }
    if (status != MX_QUANTITY_OK) {
        return refuse(build, node, status, allowed);
    }
    *out = count;
    return true;
}

bool mx_field_count(struct mx_fields *fields, const char *key, uint64_t min, uint64_t max,
                    uint64_t *out)
{
    return mx_node_count(fields->build, mx_field(fields, key), min, max, out);
}

bool mx_field_count_none(struct mx_fields *fields, const char *key, uint64_t none, uint64_t min,
                         uint64_t max, uint64_t *out)
{
    const struct mx_node *node = mx_field(fields, key);
    if (mx_node_is_none(node)) {
        *out = none;
        return true;
    }
    return mx_node_count(fields->build, node, min, max, out);
}

bool mx_field_count32(struct mx_fields *fields, const char *key, uint32_t min, uint32_t max,
                      uint32_t *out)
{
    uint64_t count = 0;
    if (!mx_field_count(fields, key, min, max, &count)) {
        return false;
    }
    *out = (uint32_t)count;
    return true;
}

bool mx_field_count32_none(struct mx_fields *fields, const char *key, uint32_t none, uint32_t min,
                           uint32_t max, uint32_t *out)
{
    uint64_t count = 0;
    if (!mx_field_count_none(fields, key, none, min, max, &count)) {
        return false;
    }
    *out = (uint32_t)count;
    return true;
}

/* A double by one of the quantity functions, within [min, max]. */
static bool read_double(struct mx_build *build, const struct mx_node *node,
                        enum mx_quantity_status (*read)(const char *text, double *value),
                        double min, double max, const char *allowed, double *out)
{
    double value = 0;
    enum mx_quantity_status status = read(node->text, &value);
    if (status == MX_QUANTITY_OK && value < 0 && min >= 0) {
        status = MX_QUANTITY_NEGATIVE;
    }
    if (status == MX_QUANTITY_OK && !(value >= min && value <= max)) {
        status = MX_QUANTITY_RANGE;
    }
    if (status != MX_QUANTITY_OK) {
        return refuse(build, node, status, allowed);
    }
    *out = value;
    return true;
}

bool mx_field_amount(struct mx_fields *fields, const char *key, double min, double max, double *out)
{
    struct mx_build *build = fields->build;
    const struct mx_node *node = mx_field(fields, key);
    if (node == NULL) {
        return false;
    }
    const char *allowed = mx_arena_format(
        &build->scratch, "a count such as 800, \"50k\" or \"1.5M\", %g to %g", min, max);
    if (node->kind != MX_NODE_TEXT && node->kind != MX_NODE_NUMBER) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    return read_double(build, node, mx_quantity_amount, min, max, allowed, out);
}

bool mx_node_number(struct mx_build *build, const struct mx_node *node, double min, double max,
                    double *out)
{
    if (node == NULL) {
        return false;
    }
    const char *allowed = mx_arena_format(&build->scratch, "a bare number, %g to %g", min, max);
    if (node->kind != MX_NODE_NUMBER) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    return read_double(build, node, mx_quantity_number, min, max, allowed, out);
}

bool mx_field_number(struct mx_fields *fields, const char *key, double min, double max, double *out)
{
    return mx_node_number(fields->build, mx_field(fields, key), min, max, out);
}

bool mx_field_number_none(struct mx_fields *fields, const char *key, double none, double min,
                          double max, double *out)
{
    const struct mx_node *node = mx_field(fields, key);
    if (mx_node_is_none(node)) {
        *out = none;
        return true;
    }
    return mx_node_number(fields->build, node, min, max, out);
}

bool mx_field_share(struct mx_fields *fields, const char *key, double *out)
{
    static const char allowed[] = "a share such as \"0.3%\", 0% to 100%";
    struct mx_build *build = fields->build;
    const struct mx_node *node = mx_field(fields, key);
    if (node == NULL) {
        return false;
    }
    if (node->kind == MX_NODE_NUMBER) {
        return refuse_bare(build, node, "%", allowed);
    }
    if (node->kind != MX_NODE_TEXT) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    return read_double(build, node, mx_quantity_share, 0, 1, allowed, out);
}

static bool read_rate(struct mx_build *build, const struct mx_node *node, struct mx_rate *out)
{
    static const char allowed[] =
        "a rate such as \"20/h\", \"50k/day\" or \"500/s\" (a count per s, m, h, day, or per a "
        "duration as in \"3/90s\"), up to 1e12 a second";
    if (node == NULL) {
        return false;
    }
    if (node->kind == MX_NODE_NUMBER) {
        return refuse_bare(build, node, "/h", allowed);
    }
    if (node->kind != MX_NODE_TEXT) {
        return refuse(build, node, MX_QUANTITY_OK, allowed);
    }
    struct mx_rate rate = {0, 0};
    enum mx_quantity_status status = mx_quantity_rate(node->text, &rate);
    if (status == MX_QUANTITY_OK &&
        (mx_rate_per_s(&rate) > RATE_MAX || rate.period_us > MX_HORIZON_US_MAX)) {
        status = MX_QUANTITY_RANGE;
    }
    if (status != MX_QUANTITY_OK) {
        return refuse(build, node, status, allowed);
    }
    *out = rate;
    return true;
}

bool mx_field_rate(struct mx_fields *fields, const char *key, struct mx_rate *out)
{
    return read_rate(fields->build, mx_field(fields, key), out);
}

bool mx_field_rate_none(struct mx_fields *fields, const char *key, struct mx_rate *out)
{
    const struct mx_node *node = mx_field(fields, key);
    if (mx_node_is_none(node)) {
        *out = (struct mx_rate){0, MX_HOUR_US};
        return true;
    }
    struct mx_rate rate = {0, 0};
    if (!read_rate(fields->build, node, &rate)) {
        return false;
    }
    if (rate.count == 0) {
        mx_complain(fields->build, node, "%s lets nothing pass; write \"none\" for no limit",
                    mx_node_text(&fields->build->scratch, node));
        return false;
    }
    *out = rate;
    return true;
}

bool mx_field_truth(struct mx_fields *fields, const char *key, bool *out)
{
    const struct mx_node *node = mx_field(fields, key);
    if (!mx_node_expect(fields->build, node, MX_NODE_TRUTH, "true or false, without quotes")) {
        return false;
    }
    *out = node->truth;
    return true;
}

bool mx_field_text(struct mx_fields *fields, const char *key, const char **out)
{
    const struct mx_node *node = mx_field(fields, key);
    if (!mx_node_expect(fields->build, node, MX_NODE_TEXT, "text in quotes")) {
        return false;
    }
    *out = node->text;
    return true;
}

bool mx_node_choice(struct mx_build *build, const struct mx_node *node, const char *const *words,
                    size_t count, int *out)
{
    if (node == NULL) {
        return false;
    }
    for (size_t i = 0; i < count && node->kind == MX_NODE_TEXT; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            *out = (int)i;
            return true;
        }
    }
    mx_complain(build, node, "%s is not one of: %s%s", mx_node_text(&build->scratch, node),
                mx_list_names(build, words, count),
                node->kind == MX_NODE_TEXT ? mx_did_you_mean(build, node->text, words, count) : "");
    return false;
}

bool mx_field_choice(struct mx_fields *fields, const char *key, const char *const *words,
                     size_t count, int *out)
{
    return mx_node_choice(fields->build, mx_field(fields, key), words, count, out);
}

bool mx_field_law(struct mx_fields *fields, const char *key, struct mx_law *out)
{
    static const char *const kinds[] = {"constant", "uniform", "exponential", "lognormal"};
    struct mx_node *node = mx_field(fields, key);
    struct mx_law law = {MX_LAW_CONSTANT, 0, 0};
    if (node == NULL) {
        return false;
    }
    if (node->kind != MX_NODE_GROUP) {
        if (!mx_node_duration(fields->build, node, 0, MX_HORIZON_US_MAX, &law.mean_us)) {
            return false;
        }
        *out = law;
        return true;
    }
    struct mx_fields inner;
    int kind = MX_LAW_CONSTANT;
    mx_fields_begin(&inner, fields->build, node);
    bool good = mx_node_choice(fields->build, mx_field_need(&inner, "law", "a law's name"), kinds,
                               MX_LAW_KIND_COUNT, &kind);
    good &= mx_node_duration(fields->build, mx_field_need(&inner, "mean", "a duration"), 0,
                             MX_HORIZON_US_MAX, &law.mean_us);
    law.kind = (enum mx_law_kind)kind;
    if (law.kind == MX_LAW_LOGNORMAL) {
        good &=
            mx_node_number(fields->build, mx_field_need(&inner, "cv", "a number"), 0, 20, &law.cv);
    }
    mx_fields_end(&inner);
    if (good) {
        *out = law;
    }
    return good;
}

bool mx_field_daily(struct mx_fields *fields, const char *key, struct mx_daily *out)
{
    struct mx_build *build = fields->build;
    const struct mx_node *node = mx_field_list(fields, key);
    if (node == NULL) {
        return false;
    }
    struct mx_daily daily = {.count = 0};
    double sum = 0;
    bool good = true;
    if (node->child_count > MX_DAILY_MAX) {
        mx_complain(build, node, "%zu factors; allowed: up to %d", node->child_count, MX_DAILY_MAX);
        return false;
    }
    for (size_t i = 0; i < node->child_count; i++) {
        good &= mx_node_number(build, node->child[i], 0, 1000, &daily.factor[i]);
        sum += daily.factor[i];
    }
    daily.count = (uint32_t)node->child_count;
    if (good && daily.count > 0 && !(sum > 0)) {
        mx_complain(build, node, "all factors are 0; at least one must be larger");
        good = false;
    }
    if (good) {
        *out = daily;
    }
    return good;
}

void mx_field_assume(struct mx_fields *fields, const char *key, const char *value,
                     const char *range)
{
    struct mx_build *build = fields->build;
    if (fields->group == NULL || mx_node_find(fields->group, key) != NULL) {
        return;
    }
    struct mx_assumed_key assumed = {
        mx_node_path_of(&build->scratch, fields->group, key), range, value, 0, true, NULL};
    mx_assume(build, &assumed);
}

double mx_rate_per_s(const struct mx_rate *rate)
{
    if (rate->period_us == 0 || rate->count == 0) {
        return 0;
    }
    return rate->period_us == MX_SECOND_US
               ? rate->count
               : rate->count * (double)MX_SECOND_US / (double)rate->period_us;
}

double mx_rate_per_day(const struct mx_rate *rate, int64_t day_us)
{
    if (rate->period_us == 0) {
        return 0;
    }
    return rate->period_us == day_us ? rate->count
                                     : rate->count * (double)day_us / (double)rate->period_us;
}
