// SPDX-License-Identifier: GPL-3.0-or-later
/* send_results.c - see send_results.h. */
#include "sim/cli/send_results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/tally.h"
#include "sim/observe/trace.h"
#include "sim/study/trace_parts.h"

#define BINS_MAX 2000
#define BIN_US MX_MINUTE_US

/* --- domains --- */

/* All domains of the spool by number; owned. */
struct domains {
    struct domain {
        char *name;
        uint64_t recipients;
        uint32_t provider;
    } * item;
    uint32_t count;
    bool out_of_memory;
};

static bool see_domain(void *context, uint32_t destination, const char *domain,
                       uint64_t recipient_count)
{
    struct domains *domains = context;

    if (destination < domains->count) {
        struct domain *item = &domains->item[destination];

        free(item->name);
        *item = (struct domain){.name = strdup(domain), .recipients = recipient_count};
        domains->out_of_memory = domains->out_of_memory || item->name == NULL;
    }
    return !domains->out_of_memory;
}

static bool load_domains(struct domains *domains, struct mx_spool *spool, uint64_t *recipients)
{
    uint64_t pending;

    *domains = (struct domains){.count = 0};
    if (!mx_spool_count(spool, recipients, &pending, &domains->count)) {
        return false;
    }
    domains->item = calloc(domains->count + 1U, sizeof *domains->item);
    domains->out_of_memory = domains->item == NULL;
    if (!domains->out_of_memory) {
        (void)mx_spool_each_destination(spool, see_domain, domains);
    }
    for (uint32_t d = 0; !domains->out_of_memory && d < domains->count; d++) {
        if (domains->item[d].name == NULL && mx_spool_status(spool) == MX_SPOOL_OK) {
            mx_spool_note_damage(spool); /* their numbers are not 0, 1, 2 ... */
        }
    }
    return !domains->out_of_memory && mx_spool_status(spool) == MX_SPOOL_OK;
}

static void free_domains(struct domains *domains)
{
    for (uint32_t d = 0; domains->item != NULL && d < domains->count; d++) {
        free(domains->item[d].name);
    }
    free(domains->item);
}

/* --- the plan --- */

static void free_plan(struct mx_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    for (uint32_t p = 0; plan->providers != NULL && p < plan->provider_count; p++) {
        free(plan->providers[p].name);
    }
    if (plan->campaigns != NULL) {
        free(plan->campaigns[0].name);
    }
    if (plan->ips != NULL) {
        free(plan->ips[0].name);
    }
    free(plan->name);
    free(plan->file);
    free(plan->providers);
    free(plan->campaigns);
    free(plan->ips);
    free(plan->providers_shown);
    free(plan->campaigns_shown);
    free(plan->ips_shown);
    free(plan);
}

static int by_size(const void *a, const void *b)
{
    const struct domain *const *one = a, *const *other = b;

    if ((*one)->recipients != (*other)->recipients) {
        return (*one)->recipients > (*other)->recipients ? -1 : 1;
    }
    return strcmp((*one)->name, (*other)->name);
}

/* The largest domains become providers of their own, in that order. */
static bool name_providers(struct mx_plan *plan, struct domains *domains)
{
    struct domain **order = calloc(domains->count + 1U, sizeof *order);
    uint32_t named = plan->provider_count;
    bool is_good = true;

    if (order == NULL) {
        return false;
    }
    for (uint32_t d = 0; d < domains->count; d++) {
        order[d] = &domains->item[d];
    }
    qsort(order, domains->count, sizeof(struct domain *), by_size);
    named -= domains->count > named;
    for (uint32_t d = 0; d < domains->count; d++) {
        order[d]->provider = d < named ? d : named;
        if (d < named) {
            plan->providers[d].name = strdup(order[d]->name);
            is_good = is_good && plan->providers[d].name != NULL;
        }
    }
    if (named < plan->provider_count) {
        plan->providers[named].name = strdup("(other)");
        is_good = is_good && plan->providers[named].name != NULL;
    }
    for (uint32_t p = 0; p < plan->provider_count; p++) {
        plan->providers_shown[p] = p;
    }
    free(order);
    return is_good;
}

static struct mx_plan *make_plan(struct domains *domains, const char *file, const char *relay)
{
    struct mx_plan *plan = calloc(1, sizeof *plan);

    if (plan == NULL) {
        return NULL;
    }
    plan->campaign_count = 1;
    plan->ip_count = 1;
    plan->provider_count =
        domains->count < MX_SEND_PROVIDERS_MAX ? domains->count : MX_SEND_PROVIDERS_MAX;
    plan->replications = 1;
    plan->window_us = MX_SECOND_US;
    plan->name = strdup(MX_SEND_CAMPAIGN);
    plan->file = strdup(file);
    plan->providers = calloc(plan->provider_count + 1U, sizeof *plan->providers);
    plan->campaigns = calloc(1, sizeof *plan->campaigns);
    plan->ips = calloc(1, sizeof *plan->ips);
    plan->providers_shown = calloc(plan->provider_count + 1U, sizeof *plan->providers_shown);
    plan->campaigns_shown = calloc(1, sizeof *plan->campaigns_shown);
    plan->ips_shown = calloc(1, sizeof *plan->ips_shown);
    if (plan->name != NULL && plan->file != NULL && plan->providers != NULL &&
        plan->campaigns != NULL && plan->ips != NULL && plan->providers_shown != NULL &&
        plan->campaigns_shown != NULL && plan->ips_shown != NULL) {
        plan->campaigns[0].name = strdup(MX_SEND_CAMPAIGN);
        plan->ips[0].name = strdup(relay);
        if (plan->campaigns[0].name != NULL && plan->ips[0].name != NULL &&
            name_providers(plan, domains)) {
            return plan;
        }
    }
    free_plan(plan);
    return NULL;
}

/* --- counting --- */

struct count {
    const struct domains *domains;
    struct mx_tally *tally;
    struct mx_observation *observation;
    struct mx_spool *spool;
    int64_t last_us;
    uint64_t attempts;
};

static bool see_last(void *context, const struct mx_spool_event *event)
{
    struct count *count = context;

    if (event->destination >= count->domains->count || event->start_us < event->due_us ||
        event->reply_us < event->start_us) {
        mx_spool_note_damage(count->spool);
        return false;
    }
    count->last_us = event->reply_us > count->last_us ? event->reply_us : count->last_us;
    count->attempts += event->kind == MX_SPOOL_ATTEMPT;
    return true;
}

static bool see_event(void *context, const struct mx_spool_event *event)
{
    struct count *count = context;
    struct mx_tally_place place = {.provider = count->domains->item[event->destination].provider};

    switch (event->kind) {
    case MX_SPOOL_EXPIRY:
        mx_tally_expired(count->tally, &place, event->reply_us, event->attempt > 0);
        break;
    case MX_SPOOL_SKIP:
        mx_tally_non_attempt(count->tally, &place, event->reply_us);
        break;
    case MX_SPOOL_ATTEMPT:
        mx_tally_attempt(count->tally, &(struct mx_tally_attempt){
                                           .place = place,
                                           .due_us = event->due_us,
                                           .start_us = event->start_us,
                                           .reply_us = event->reply_us,
                                           .attempt_count = event->attempt - 1,
                                           .verdict = event->verdict,
                                           .reason = event->reason,
                                       });
        break;
    case MX_SPOOL_EVENT_KIND_COUNT:
        return false;
    }
    return true;
}

/* All were created at time 0, the mailing's start. */
static bool count_all(struct count *count, const struct mx_plan *plan)
{
    struct mx_observation_sizes sizes = {
        .campaign_count = 1,
        .provider_count = plan->provider_count,
        .ip_count = 1,
        .horizon_us = plan->horizon_us,
        .series_every_us = BIN_US,
        .sample_every_us = plan->horizon_us,
    };

    while (plan->horizon_us / sizes.series_every_us > BINS_MAX) {
        sizes.series_every_us *= 2;
    }
    count->observation = mx_observation_create(&sizes);
    if (count->observation == NULL) {
        return false;
    }
    count->tally = mx_tally_create(count->observation, plan);
    if (count->tally == NULL) {
        return false;
    }
    for (uint32_t d = 0; d < count->domains->count; d++) {
        struct mx_tally_place place = {.provider = count->domains->item[d].provider};

        for (uint64_t i = 0; i < count->domains->item[d].recipients; i++) {
            mx_tally_sent(count->tally, &place, 0);
        }
    }
    if (!mx_spool_each_event(count->spool, see_event, count)) {
        return false;
    }
    return mx_tally_finish(count->tally);
}

static bool add_results(struct mx_send_results *made, struct count *count, uint64_t recipients,
                        uint64_t seed, const struct mx_send_totals *totals)
{
    struct mx_observation *o = count->observation;
    struct mx_performance *performance;

    o->attempt_total = count->attempts;
    o->message_total = recipients;
    made->results = mx_results_create(made->plan, seed, 1);
    if (made->results == NULL || !mx_results_add(made->results, o)) {
        return false;
    }
    mx_results_close(made->results);
    made->results->is_live = true;
    performance = &made->results->performance;
    performance->jobs = 1;
    if (totals != NULL) { /* of this run alone: an earlier one had other conditions */
        performance->wall_s = totals->wall_s;
        performance->attempt_total = totals->attempts;
        performance->pending_peak = totals->pending_peak;
        performance->queue_bytes_peak = totals->queue_bytes_peak;
    }
    return true;
}

bool mx_send_results_make(struct mx_send_results *made, struct mx_spool *spool, const char *file,
                          const char *relay, uint64_t seed, const struct mx_send_totals *totals,
                          bool *spool_failed, char **conflict)
{
    struct domains domains;
    struct count count = {.domains = &domains, .spool = spool};
    uint64_t recipients = 0;
    bool is_good =
        load_domains(&domains, spool, &recipients) && mx_spool_each_event(spool, see_last, &count);

    *made = (struct mx_send_results){NULL, NULL};
    *conflict = NULL;
    if (is_good) {
        made->plan = make_plan(&domains, file, relay);
        is_good = made->plan != NULL;
    }
    if (is_good) {
        made->plan->horizon_us = count.last_us + 1;
        made->plan->retry.lifetime_us = MX_NEVER; /* the table names none: it is the policy's */
        is_good = count_all(&count, made->plan);
    }
    if (is_good) {
        *conflict = mx_observation_conserved(count.observation);
        is_good = *conflict == NULL && add_results(made, &count, recipients, seed, totals);
    }
    *spool_failed = mx_spool_status(spool) != MX_SPOOL_OK;
    mx_tally_destroy(count.tally);
    mx_observation_destroy(count.observation);
    free_domains(&domains);
    if (!is_good) {
        mx_send_results_fini(made);
    }
    return is_good;
}

void mx_send_results_fini(struct mx_send_results *made)
{
    mx_results_destroy(made->results);
    free_plan(made->plan);
    *made = (struct mx_send_results){NULL, NULL};
}

/* --- the trace --- */

struct rows {
    struct mx_trace *trace;
    struct mx_spool *spool;
    const struct domains *domains;
    const char *relay;
    bool has_addresses; /* a mail server's log: with the envelope's own */
};

static bool write_row(void *context, const struct mx_spool_event *event)
{
    static const enum mx_trace_event shown[] = {[MX_SPOOL_ATTEMPT] = MX_TRACE_ATTEMPT,
                                                [MX_SPOOL_EXPIRY] = MX_TRACE_EXPIRY,
                                                [MX_SPOOL_SKIP] = MX_TRACE_NON_ATTEMPT};
    struct rows *rows = context;
    const struct mx_reply_text said = {event->code, event->enhanced, ""};
    struct mx_spool_mail mail = {NULL, NULL, NULL, 0};

    if (event->destination >= rows->domains->count) {
        return true;
    }
    if (rows->has_addresses && !mx_spool_load(rows->spool, event->recipient, &mail)) {
        return false;
    }
    mx_trace_write(rows->trace, &(struct mx_trace_row){
                                    .time_us = event->reply_us,
                                    .start_us = event->start_us,
                                    .next_due_us = event->next_us,
                                    .campaign = MX_SEND_CAMPAIGN,
                                    .provider = rows->domains->item[event->destination].name,
                                    .ip = rows->relay,
                                    .relay = rows->relay,
                                    .sender = mail.sender,
                                    .address = mail.address,
                                    .number = event->recipient,
                                    .attempt = event->attempt,
                                    .verdict = event->verdict,
                                    .reason = event->reason,
                                    .said = &said,
                                    .event = shown[event->kind],
                                });
    if (rows->has_addresses) {
        mx_spool_release(rows->spool);
    }
    return true;
}

static int write_rows(struct mx_trace_parts *parts, struct mx_spool *spool,
                      const struct domains *domains, const char *relay, bool has_addresses)
{
    struct rows rows = {
        .spool = spool, .domains = domains, .relay = relay, .has_addresses = has_addresses};
    int error_number, closing;

    rows.trace = mx_trace_parts_open(parts, 0, &error_number);
    if (rows.trace == NULL) {
        return error_number;
    }
    error_number = mx_spool_each_event(spool, write_row, &rows) ? 0 : EIO;
    closing = mx_trace_close(rows.trace);
    if (error_number == 0) {
        error_number = closing;
    }
    if (error_number == 0) {
        error_number = mx_trace_parts_join(parts, 0);
    }
    mx_trace_parts_drop(parts, 0);
    return error_number;
}

/* The date of time 0. A spool of an earlier version does not hold it. */
static int64_t start_of(struct mx_spool *spool)
{
    int64_t start_us = 0;
    bool is_there;

    if (!mx_spool_get_number(spool, MX_SEND_START, &start_us, &is_there) || !is_there) {
        return 0;
    }
    return start_us / MX_SECOND_US;
}

int mx_send_trace_write(const char *path, enum mx_trace_format format, struct mx_spool *spool,
                        const char *relay, bool *spool_failed)
{
    const struct mx_trace_style style = {.format = format, .start_unix_s = start_of(spool)};
    struct domains domains;
    struct mx_trace_parts *parts = NULL;
    uint64_t recipients;
    int error_number = 0;

    if (!load_domains(&domains, spool, &recipients)) {
        error_number = domains.out_of_memory ? ENOMEM : EIO;
    } else {
        parts = mx_trace_parts_create(path, &style, &error_number);
    }
    if (parts != NULL) {
        error_number = write_rows(parts, spool, &domains, relay, format != MX_TRACE_CSV);
        if (error_number == 0) {
            error_number = mx_trace_parts_commit(parts);
        } else {
            mx_trace_parts_abort(parts);
        }
    }
    free_domains(&domains);
    *spool_failed = mx_spool_status(spool) != MX_SPOOL_OK;
    return error_number;
}
