// SPDX-License-Identifier: GPL-3.0-or-later
/* part_retry.c - mta.retry = { … }: when a refused message is tried again. */
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/part_retry_names.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define GAP_US_MAX MX_HORIZON_US_MAX

static void read_gaps(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    mx_build_gaps(fields->build, mx_field_need(fields, "gaps", "a list of durations"), 0,
                  policy->gap_us, MX_RETRY_GAPS_MAX, &policy->gap_count);
}

static void read_list(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    struct mx_build *build = fields->build;
    read_gaps(fields, policy);
    const struct mx_node *then = mx_field(fields, "then");
    policy->multiply = 2;
    if (then != NULL && then->kind == MX_NODE_TEXT && strcmp(then->text, "repeat") == 0) {
        policy->multiply = 1;
    } else if (then != NULL && then->kind == MX_NODE_TEXT) {
        mx_complain(build, then, "%s is not \"repeat\" or a bare number, 1 to 1000",
                    mx_node_text(&build->scratch, then));
    } else {
        mx_node_number(build, then, 1, 1000, &policy->multiply);
    }
    mx_field_duration_none(fields, "max_gap", 0, 1, GAP_US_MAX, &policy->gap_us_max);
    mx_field_truth(fields, "offsets", &policy->offsets);
    mx_field_truth(fields, "whole_factor", &policy->whole_factor);
}

static void read_age(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    policy->backoff_us_min = 300 * MX_SECOND_US;
    policy->backoff_us_max = 4000 * MX_SECOND_US;
    mx_field_duration(fields, "minimal_backoff", 0, GAP_US_MAX, &policy->backoff_us_min);
    mx_field_duration(fields, "maximal_backoff", 1, GAP_US_MAX, &policy->backoff_us_max);
}

static void read_quadratic(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    static const char *const forms[] = {"qmail", "opensmtpd"};
    int form = MX_QUADRATIC_QMAIL;
    mx_node_choice(fields->build, mx_field_need(fields, "form", "\"qmail\" or \"opensmtpd\""),
                   forms, MX_QUADRATIC_COUNT, &form);
    policy->quadratic = (enum mx_retry_quadratic)form;
    policy->quadratic_unit_us = 400 * MX_SECOND_US;
    policy->quadratic_skip = 20;
    mx_field_duration(fields, "step", 1, GAP_US_MAX, &policy->quadratic_unit_us);
    mx_field_count32(fields, "skip", 1, 100000, &policy->quadratic_skip);
}

/* "G,16h,1h,1.5". Returns false with a mistake. */
static bool read_segment(struct mx_build *build, const struct mx_node *node, const char *text,
                         struct mx_retry_segment *segment)
{
    const char *at = text, *part[4] = {"", "", "", ""};
    int count = 0;
    while (count < 4) {
        part[count++] = mx_take_part(build, &at, ",");
        if (*at != ',') {
            break;
        }
        at++;
    }
    segment->kind = part[0][0];
    segment->factor = 1;
    bool good = *at == '\0' && strlen(part[0]) == 1 && strchr("FGH", part[0][0]) != NULL;
    good = good && count == (segment->kind == 'F' ? 3 : 4);
    good = good && mx_quantity_duration(part[1], &segment->until_us) == MX_QUANTITY_OK;
    good = good && mx_quantity_duration(part[2], &segment->gap_us) == MX_QUANTITY_OK;
    good = good && (count == 3 || mx_quantity_number(part[3], &segment->factor) == MX_QUANTITY_OK);
    if (!good) {
        mx_complain(build, node,
                    "\"%.60s\" is not a segment such as F,2h,15m or G,16h,1h,1.5 "
                    "(kind F, G or H; until; gap; factor of G and H)",
                    text);
        return false;
    }
    if (segment->until_us > GAP_US_MAX || segment->gap_us > GAP_US_MAX || segment->gap_us < 1 ||
        !(segment->factor >= 1 && segment->factor <= 1000)) {
        mx_complain(build, node,
                    "\"%.60s\" is out of range: times up to 400d, gap at least 1us, "
                    "factor 1 to 1000",
                    text);
        return false;
    }
    return true;
}

static void read_segments(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    struct mx_build *build = fields->build;
    const struct mx_node *node =
        mx_field_need(fields, "rule", "text such as \"F,2h,15m; G,16h,1h,1.5; F,4d,6h\"");
    mx_field_duration_none(fields, "max_gap", 0, 1, GAP_US_MAX, &policy->gap_us_max);
    if (!mx_node_expect(build, node, MX_NODE_TEXT, "text in quotes")) {
        return;
    }
    const char *at = node->text;
    while (*at != '\0') {
        const char *text = mx_take_part(build, &at, ";");
        at += *at == ';';
        if (*text == '\0') {
            continue;
        }
        if (policy->segment_count == MX_RETRY_SEGMENTS_MAX) {
            mx_complain(build, node, "more than %d segments", MX_RETRY_SEGMENTS_MAX);
            return;
        }
        if (!read_segment(build, node, text, &policy->segment[policy->segment_count++])) {
            return;
        }
    }
}

/* A share of the gap or of the first gap, or a duration. */
static void read_jitter(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    static const char *const words[] = {"gap", "first_gap"};
    const struct mx_node *node = mx_node_find(fields->group, "jitter");
    int of = 0;
    int64_t most_us = GAP_US_MAX;
    mx_field_choice(fields, "jitter_of", words, 2, &of);
    const bool has_most = mx_field_duration(fields, "jitter_max", 1, GAP_US_MAX, &most_us);
    mx_field_duration(fields, "jitter_step", 0, GAP_US_MAX, &policy->jitter_step_us);
    mx_field_truth(fields, "jitter_grows", &policy->jitter_grows);
    if (node != NULL && node->kind == MX_NODE_TEXT && strchr(node->text, '%') != NULL) {
        if (mx_field_share(fields, "jitter", &policy->jitter) && !(policy->jitter < 1)) {
            mx_complain(fields->build, node, "%s is out of range; allowed: less than 100%%",
                        mx_node_text(&fields->build->scratch, node));
        }
    } else {
        mx_field_duration(fields, "jitter", 0, GAP_US_MAX, &policy->jitter_us);
    }
    if (of == 1) { /* a duration, once the first gap is known */
        policy->jitter_us += (int64_t)((double)policy->gap_us[0] * policy->jitter + 0.5);
        policy->jitter_us = policy->jitter_us < most_us ? policy->jitter_us : most_us;
        policy->jitter = 0;
    } else if (has_most) {
        mx_complain_key(fields->build, fields->group, "jitter_max",
                        "needs jitter_of = \"first_gap\"");
    }
    if (of == 1 && policy->kind != MX_RETRY_LIST) {
        mx_complain_key(fields->build, fields->group, "jitter_of",
                        "\"first_gap\" is for a list of gaps");
    }
}

/* A number, or "gaps": one attempt more than the list has gaps. */
static void read_attempts(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    const struct mx_node *node = mx_node_find(fields->group, "max_attempts");
    if (node == NULL || node->kind != MX_NODE_TEXT || strcmp(node->text, "gaps") != 0) {
        mx_field_count32_none(fields, "max_attempts", 0, 1, 10000, &policy->attempts_max);
    } else if (mx_field(fields, "max_attempts") != NULL && policy->kind == MX_RETRY_LIST) {
        policy->attempts_max = policy->gap_count + 1;
    } else {
        mx_complain(fields->build, node, "\"gaps\" is for a list of gaps");
    }
}

static void read_common(struct mx_fields *fields, struct mx_retry_policy *policy)
{
    static const char *const clocks[] = {"creation", "first_deferral", "host_failure"};
    static const char *const expiries[] = {"deadline", "after_failure", "early", "attempts",
                                           "attempts_due"};
    static const char *const units[] = {"message", "host", "queue"};
    int clock = MX_CLOCK_CREATION, expiry = MX_EXPIRE_AT_DEADLINE, unit = MX_UNIT_MESSAGE;
    policy->lifetime_us = 72 * MX_HOUR_US;
    mx_field_duration_none(fields, "lifetime", MX_NEVER, 1, MX_HORIZON_US_MAX,
                           &policy->lifetime_us);
    mx_field_choice(fields, "clock", clocks, MX_CLOCK_COUNT, &clock);
    mx_field_choice(fields, "expiry", expiries, MX_EXPIRE_COUNT, &expiry);
    mx_field_choice(fields, "unit", units, MX_UNIT_COUNT, &unit);
    policy->clock = (enum mx_retry_clock)clock;
    policy->expiry = (enum mx_retry_expiry)expiry;
    policy->unit = (enum mx_retry_unit)unit;
    read_attempts(fields, policy);
    read_jitter(fields, policy);
    mx_field_duration_none(fields, "scan_interval", 0, 1, GAP_US_MAX, &policy->scan_us);
    mx_field_duration(fields, "scan_phase", 0, GAP_US_MAX, &policy->scan_phase_us);
    mx_field_duration(fields, "scan_ahead", 0, GAP_US_MAX, &policy->scan_ahead_us);
    mx_field_truth(fields, "whole_seconds", &policy->whole_seconds);
}

void mx_build_retry(struct mx_build *build, struct mx_node *group, struct mx_retry_policy *policy,
                    struct mx_destination_params *destination, struct mx_sending_params *sending,
                    const char **name)
{
    static const char *const kinds[] = {"list", "age", "quadratic", "segments", "exponential"};
    struct mx_fields fields;
    int kind = MX_RETRY_LIST;
    size_t before = build->source.mistakes->count;
    const char *ignored = "";
    *policy = (struct mx_retry_policy){.multiply = 1};
    mx_fields_begin(&fields, build, group);
    mx_retry_names_settle(&fields);
    mx_field_text(&fields, "source", &ignored);
    if (mx_field_text(&fields, "name", name) &&
        (**name == '\0' || strlen(*name) > 100 || strpbrk(*name, "\n\r\t") != NULL)) {
        mx_complain(build, mx_node_find(group, "name"),
                    "a name has 1 to 100 characters, in one line");
    }
    mx_field_choice(&fields, "kind", kinds, MX_RETRY_KIND_COUNT, &kind);
    policy->kind = (enum mx_retry_kind)kind;
    switch (policy->kind) {
    case MX_RETRY_LIST:
        read_list(&fields, policy);
        break;
    case MX_RETRY_AGE:
        read_age(&fields, policy);
        break;
    case MX_RETRY_QUADRATIC:
        read_quadratic(&fields, policy);
        break;
    case MX_RETRY_SEGMENTS:
        read_segments(&fields, policy);
        break;
    case MX_RETRY_EXPONENTIAL:
        mx_node_duration(build, mx_field_need(&fields, "mean_gap", "a duration"), 1, GAP_US_MAX,
                         &policy->gap_us_mean);
        break;
    case MX_RETRY_KIND_COUNT:
        break;
    }
    read_common(&fields, policy);
    mx_build_destination(&fields, policy, destination);
    mx_build_connections(&fields, sending);
    mx_fields_end(&fields);
    const bool is_read = build->source.mistakes->count == before;
    const char *wrong = is_read ? mx_retry_check(policy) : NULL;
    if (is_read && wrong == NULL) {
        wrong = mx_destination_check(policy, destination);
    }
    if (wrong != NULL && group != NULL && !mx_node_is_partial(group)) {
        mx_complain(build, group, "this policy cannot be used: %s",
                    mx_retry_names_in(build, group, wrong));
    }
}
