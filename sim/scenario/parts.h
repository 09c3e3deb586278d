// SPDX-License-Identifier: GPL-3.0-or-later
/* parts.h - the steps from tree to plan, one per section of a scenario, in the order in which they
 * run: each uses what stands above it. */
#ifndef MX_PARTS_H
#define MX_PARTS_H

#include "sim/scenario/build.h"
#include "sim/scenario/fields.h"

/* One named group of a section. */
struct mx_entry {
    struct mx_node *node;
    char *name;
    char *key_name;
    uint64_t key;
    uint32_t position; /* in the file */
};

/* The groups of a section in canonical order, names and keys checked. what: "a provider". NULL and
 * *count 0 for an empty or missing section. */
struct mx_entry *mx_collect(struct mx_build *build, struct mx_node *section, const char *what,
                            uint32_t *count);
/* Index by place in the file, from the plan's memory. */
uint32_t *mx_collect_shown(struct mx_build *build, const struct mx_entry *entries, uint32_t count);
/* Index of the name that a node refers to, among `count` of them; MX_NO_INDEX and a mistake. */
uint32_t mx_refer(struct mx_build *build, const struct mx_node *node, const char *name,
                  const char *what, const char *const *names, uint32_t count);

/* Letters, digits and . - _ / : are allowed in names of domains and netblocks. */
bool mx_label_check(struct mx_build *build, const struct mx_node *node, const char *name);

/* start, time_zone, engine, seed …: all that needs nothing else. */
void mx_build_start(struct mx_build *build, struct mx_fields *top);
void mx_build_lists(struct mx_build *build, struct mx_node *section);
void mx_build_pools(struct mx_build *build, struct mx_node *section);
void mx_build_providers(struct mx_build *build, struct mx_node *section);
void mx_build_mta(struct mx_build *build, struct mx_node *section);
void mx_build_campaigns(struct mx_build *build, struct mx_node *section);
void mx_build_domains(struct mx_build *build, struct mx_node *section);
/* horizon, time step of the series, exact order: all that needs the rest. */
void mx_build_end(struct mx_build *build, struct mx_fields *top);
void mx_build_assumed(struct mx_build *build, struct mx_node *sources);
void mx_build_notes(struct mx_build *build);

/* Parts of the above with a file of their own. */
/* *name: the key `name`, left alone where there is none; so is of *sending what it does not say. */
void mx_build_retry(struct mx_build *build, struct mx_node *group, struct mx_retry_policy *policy,
                    struct mx_destination_params *destination, struct mx_sending_params *sending,
                    const char **name);
/* connections, messages_per_connection, connect_interval, idle_timeout. */
void mx_build_connections(struct mx_fields *fields, struct mx_sending_params *sending);
/* Gaps of at least least_us each, up to `most`, into gap_us; *count 0 after a mistake or where list
 * is NULL. */
void mx_build_gaps(struct mx_build *build, struct mx_node *list, int64_t least_us, int64_t *gap_us,
                   uint32_t most, uint32_t *count);
/* The next part of a text up to one of `ends`, without blanks around it; *at moves to its end. */
const char *mx_take_part(struct mx_build *build, const char **at, const char *ends);
/* The keys of a policy about what messages to one destination share; its other keys were read. */
void mx_build_destination(struct mx_fields *fields, struct mx_retry_policy *policy,
                          struct mx_destination_params *destination);
/* A reason or a list of them, as bits; 0 after a mistake. */
uint32_t mx_build_reasons(struct mx_build *build, const struct mx_node *node);
void mx_build_throttle(struct mx_build *build, struct mx_node *node,
                       struct mx_throttle_params *throttle);
void mx_build_allowance(struct mx_build *build, struct mx_fields *provider,
                        struct mx_receiver_params *receiver);
void mx_build_reputation(struct mx_build *build, struct mx_fields *provider,
                         struct mx_receiver_params *receiver);
void mx_build_capacity(struct mx_build *build, struct mx_fields *provider,
                       struct mx_receiver_params *receiver);
/* Shape of a campaign; *file_count: sum of an arrivals file, 0 for other shapes. */
void mx_build_arrivals(struct mx_build *build, struct mx_fields *fields,
                       struct mx_plan_campaign *campaign, uint64_t *file_count);

#define MX_OCCURRENCES_MAX 10000
#define MX_IPS_MAX 65535
#define MX_PATHS_MAX 65535
#define MX_MESSAGES_MAX (UINT64_C(1) << 40)

#endif
