// SPDX-License-Identifier: GPL-3.0-or-later
/* part_retry_names.c - see part_retry_names.h. A server's names stand for general keys, so that
 * its manual can be read beside its policy; what they mean is decided in part_retry.c alone. */
#include "sim/scenario/part_retry_names.h"

#include <string.h>

#include "sim/scenario/parts.h"

static const struct {
    const char *server, *name, *key;
} names[] = {
    {"postfix", "minimal_backoff_time", "minimal_backoff"},
    {"postfix", "maximal_backoff_time", "maximal_backoff"},
    {"postfix", "queue_run_delay", "scan_interval"},
    {"postfix", "maximal_queue_lifetime", "lifetime"},
    {"postfix", "initial_destination_concurrency", "window"},
    {"postfix", "default_destination_concurrency_limit", "window_limit"},
    {"postfix", "default_destination_concurrency_failed_cohort_limit", "window_failed_cohorts"},
    {"postfix", "default_destination_concurrency_positive_feedback", "window_positive"},
    {"postfix", "default_destination_concurrency_negative_feedback", "window_negative"},
    {"exim", "retry_interval_max", "max_gap"},
    {"exim", "retry_data_expire", "data_expire"},
    {"sendmail", "MinQueueAge", "gaps"},
    {"sendmail", "queuereturn", "lifetime"},
    {"sendmail-max-queue-age", "MaxQueueAge", "maximal_backoff"},
    {"sendmail-max-queue-age", "queuereturn", "lifetime"},
    {"qmail", "queuelifetime", "lifetime"},
    {"opensmtpd", "ttl", "lifetime"},
    {"opensmtpd", "max-conn-per-route", "connections"},
    {"opensmtpd", "max-mail-per-session", "messages_per_connection"},
    {"opensmtpd", "conn-delay-route", "connect_interval"},
    {"opensmtpd", "session-keepalive", "idle_timeout"},
    {"haraka", "temp_fail_intervals", "gaps"},
    {"kumomta", "retry_interval", "gaps"},
    {"kumomta", "max_retry_interval", "max_gap"},
    {"kumomta", "max_age", "lifetime"},
    {"momentum", "max_outbound_connections", "connections"},
    {"momentum", "retry_interval", "gaps"},
    {"momentum", "max_retry_interval", "max_gap"},
    {"momentum", "max_retries", "max_attempts"},
    {"momentum", "message_expiration", "lifetime"},
    {"powermta", "max-smtp-out", "connections"},
    {"powermta", "max-msg-per-connection", "messages_per_connection"},
    {"powermta", "retry-after", "gaps"},
    {"powermta", "bounce-after", "lifetime"},
    {"powermta", "retry-recipients-after", "recipient_gap"},
    {"powermta", "backoff-retry-after", "backoff_gaps"},
    {"powermta", "backoff-max-msg-rate", "backoff_rate"},
    {"powermta", "backoff-max-smtp-out", "backoff_connections"},
    {"powermta", "backoff-to-normal-after", "backoff_for"},
    {"powermta", "backoff-to-normal-after-delivery", "backoff_until_delivery"},
    {"powermta-backoff", "backoff-retry-after", "gaps"},
    {"powermta-backoff", "bounce-after", "lifetime"},
    {"powermta-backoff", "retry-recipients-after", "recipient_gap"},
    {"zone-mta", "ttlMinutes", "gaps"},
    {"maddy", "max_tries", "max_attempts"},
    {"postal", "default_maximum_delivery_attempts", "max_attempts"},
};

#define NAME_COUNT (sizeof names / sizeof names[0])

static const char *read_server(struct mx_fields *fields)
{
    struct mx_build *build = fields->build;
    struct mx_node *node = mx_field(fields, "server");
    const char *known[NAME_COUNT];
    size_t count = 0;
    int choice = -1;
    for (size_t i = 0; i < NAME_COUNT; i++) { /* a server's names stand together */
        if (i == 0 || strcmp(names[i].server, names[i - 1].server) != 0) {
            known[count++] = names[i].server;
        }
    }
    mx_node_choice(build, node, known, count, &choice);
    return choice >= 0 ? known[choice] : "";
}

/* Whether a key of origin a stands over one of origin b. Of presets of presets, the first read is
 * the nearest. */
static bool is_over(uint32_t a, uint32_t b)
{
    return a == MX_ORIGIN_OVERRIDE || (b != MX_ORIGIN_OVERRIDE && a < b);
}

static void rename_assumed(struct mx_build *build, const struct mx_node *group, const char *name,
                           const char *key)
{
    const char *path = mx_node_path_of(&build->scratch, group, name);
    for (size_t i = 0; i < build->assumed_count; i++) {
        if (strcmp(build->assumed[i].path, path) == 0) {
            build->assumed[i].path = mx_node_path_of(&build->scratch, group, key);
        }
    }
}

static void settle(struct mx_build *build, struct mx_node *group, const char *name, const char *key)
{
    struct mx_node *own = mx_node_find(group, name);
    const struct mx_node *general = mx_node_find(group, key);
    rename_assumed(build, group, name, key);
    if (own == NULL) {
        return;
    }
    if (general != NULL && own->origin == general->origin) {
        mx_complain(build, own, "%s and %s are the same setting; give one of them", name, key);
    }
    if (general != NULL && !is_over(own->origin, general->origin)) {
        mx_node_remove(group, own);
        return;
    }
    if (general != NULL) {
        mx_node_remove(group, general);
    }
    own->written = own->name;
    own->name = mx_arena_copy(&build->scratch, key);
}

void mx_retry_names_settle(struct mx_fields *fields)
{
    const char *server = read_server(fields);
    for (size_t i = 0; fields->group != NULL && i < NAME_COUNT; i++) {
        if (strcmp(names[i].server, server) == 0) {
            mx_field(fields, names[i].name);
            settle(fields->build, fields->group, names[i].name, names[i].key);
        }
    }
}

const char *mx_retry_names_in(struct mx_build *build, const struct mx_node *group, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    const char *out = "";
    while (*text != '\0') {
        const size_t size = strspn(text, letters);
        const char *word = mx_arena_copy_part(&build->scratch, text, size > 0 ? size : 1);
        const struct mx_node *node = size > 0 ? mx_node_find(group, word) : NULL;
        const bool is_own = node != NULL && node->written != NULL;
        out = mx_arena_format(&build->scratch, "%s%s", out, is_own ? node->written : word);
        text += size > 0 ? size : 1;
    }
    return out;
}
