// SPDX-License-Identifier: GPL-3.0-or-later
/* world.c - building a replication's world from the plan, and taking it down. See world.h. */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "models/ip_pool.h"
#include "models/reputation.h"
#include "sim/base/check.h"

#define SAMPLES_MAX 500
#define SAMPLE_WINDOWS_MIN 60

static double noise_uniform(void *context, uint64_t interval)
{
    const struct mx_stream *stream = context;
    return mx_uniform(mx_draw(stream, interval, 0, MX_DRAW_NOISE).word[0]);
}

static int64_t sample_every_us(const struct mx_plan *plan)
{
    int64_t windows = plan->horizon_us / plan->window_us / SAMPLES_MAX;
    if (windows < SAMPLE_WINDOWS_MIN)
        windows = SAMPLE_WINDOWS_MIN;
    return windows * plan->window_us;
}

/* Local days that the horizon touches, where any pool has a warm-up plan; else 0. */
static uint32_t warm_up_day_count(const struct mx_plan *plan)
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < plan->pool_count; p++) {
        const struct mx_warm_up *warm_up = &plan->pools[p].warm_up;
        if (warm_up->step_count > 0)
            count = (uint32_t)mx_day_number(&warm_up->day, plan->horizon_us) + 1U;
    }
    return count;
}

static bool create_observation(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    struct mx_observation_sizes sizes = {
        .campaign_count = plan->campaign_count,
        .provider_count = plan->provider_count,
        .ip_count = plan->ip_count,
        .day_count = warm_up_day_count(plan),
        .horizon_us = plan->horizon_us,
        .series_every_us = plan->timeseries_every_us,
        .sample_every_us = sample_every_us(plan),
        .creation_every_us = world->options->creation_every_us,
        .batch_count = world->options->batch_count,
    };
    world->observation = mx_observation_create(&sizes);
    if (!world->observation)
        return false;
    world->tally = mx_tally_create(world->observation, plan);
    if (world->tally)
        mx_tally_set_batches(world->tally, plan->warmup_us, world->options->batch_us);
    return world->tally != NULL;
}

/* --- lists --- */

static bool create_samplers(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    world->transaction = mx_sampler_create(&plan->transaction);
    world->complaint_delay = calloc(plan->list_count + 1U, sizeof(void *));
    world->emptied_after = calloc(plan->list_count + 1U, sizeof(void *));
    if (!world->transaction || !world->complaint_delay || !world->emptied_after)
        return false;
    for (uint32_t l = 0; l < plan->list_count; l++) {
        const struct mx_list_params *params = &plan->lists[l].params;
        world->complaint_delay[l] = mx_sampler_create(&params->complaint_delay);
        world->emptied_after[l] = mx_sampler_create(&params->mailbox_emptied_after);
        if (!world->complaint_delay[l] || !world->emptied_after[l])
            return false;
    }
    return true;
}

/* Members that a list has at a provider, and how many sends it sees: suppression only has to
 * remember where a list is used more than once. */
static void list_usage(const struct mx_plan *plan, uint32_t list, uint32_t provider,
                       uint64_t *members, uint64_t *uses)
{
    *members = 0;
    *uses = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        const struct mx_plan_campaign *campaign = &plan->campaigns[c];
        if (campaign->list != list)
            continue;
        *uses += campaign->occurrence_count;
        if (campaign->counts[provider] > *members)
            *members = campaign->counts[provider];
    }
}

/* What messages to one destination share; and to one address, where Exim's data of it can meet a
 * second message. */
static bool create_destinations(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    if (!mx_destination_is_shared(&plan->retry, &plan->destination))
        return true;
    world->destinations = mx_destinations_create(plan, plan->provider_count * plan->ip_count);
    bool repeats = false;
    for (uint32_t c = 0; c < plan->campaign_count; c++)
        repeats = repeats || plan->campaigns[c].occurrence_count > 1;
    if (plan->retry.unit != MX_UNIT_HOST || !repeats)
        return world->destinations != NULL;
    world->addresses = mx_addresses_create();
    return world->destinations && world->addresses;
}

static bool create_suppression(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    size_t count = (size_t)plan->list_count * plan->provider_count;
    world->bounced = calloc(count + 1, sizeof *world->bounced);
    world->complained = calloc(count + 1, sizeof *world->complained);
    if (!world->bounced || !world->complained)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t members, uses;
        list_usage(plan, (uint32_t)(i / plan->provider_count), (uint32_t)(i % plan->provider_count),
                   &members, &uses);
        if (uses < 2)
            continue;
        world->bounced[i] = calloc((size_t)(members / 64 + 1), sizeof(uint64_t));
        world->complained[i] = calloc((size_t)(members / 64 + 1), sizeof(uint64_t));
        if (!world->bounced[i] || !world->complained[i])
            return false;
    }
    return true;
}

/* --- providers and paths --- */

static double domain_share(const struct mx_plan *plan, uint32_t domain, uint32_t provider)
{
    double at_provider = 0, all = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        if (plan->campaigns[c].domain != domain)
            continue;
        at_provider += (double)plan->campaigns[c].counts[provider];
        all += (double)plan->campaigns[c].recipients;
    }
    return all > 0 ? at_provider / all : 0;
}

/* The part of a pool's mail that goes to a provider; of pools that no campaign uses (overflow), of
 * all campaigns together. */
static double pool_share(const struct mx_plan *plan, uint32_t pool, uint32_t provider)
{
    double at_provider = 0, all = 0, at_provider_any = 0, any = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        const struct mx_plan_campaign *campaign = &plan->campaigns[c];
        at_provider_any += (double)campaign->counts[provider];
        any += (double)campaign->recipients;
        if (campaign->pool == pool) {
            at_provider += (double)campaign->counts[provider];
            all += (double)campaign->recipients;
        }
    }
    if (all > 0)
        return at_provider / all;
    return any > 0 ? at_provider_any / any : 0;
}

static void set_share(struct mx_receiver *receiver, enum mx_scope scope, uint32_t index,
                      const struct mx_history *whole, double share)
{
    struct mx_history part = *whole;
    part.daily_volume *= share;
    if (part.daily_volume > 0)
        mx_receiver_set_history(receiver, scope, index, &part);
}

static bool set_histories(const struct mx_plan *plan, struct mx_receiver *receiver,
                          uint32_t provider)
{
    struct mx_history *block = calloc(plan->netblock_count + 1U, sizeof *block);
    if (!block)
        return false;
    for (uint32_t i = 0; i < plan->ip_count; i++) {
        const struct mx_plan_ip *ip = &plan->ips[i];
        double share = pool_share(plan, ip->pool, provider);
        set_share(receiver, MX_SCOPE_IP, i, &ip->history, share);
        struct mx_history *sum = &block[ip->netblock];
        sum->daily_volume += ip->history.daily_volume * share;
        if (ip->history.days > sum->days)
            sum->days = ip->history.days;
    }
    for (uint32_t n = 0; n < plan->netblock_count; n++)
        set_share(receiver, MX_SCOPE_NETBLOCK, n, &block[n], 1);
    for (uint32_t d = 0; d < plan->domain_count; d++)
        set_share(receiver, MX_SCOPE_DOMAIN, d, &plan->domains[d].history,
                  domain_share(plan, d, provider));
    free(block);
    return true;
}

static bool create_providers(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    struct mx_receiver_sizes sizes = {plan->ip_count, plan->netblock_count, plan->domain_count};
    world->providers = calloc(plan->provider_count, sizeof *world->providers);
    if (!world->providers)
        return false;
    for (uint32_t p = 0; p < plan->provider_count; p++) {
        struct mx_world_provider *provider = &world->providers[p];
        const struct mx_receiver_params *params = &plan->providers[p].receiver;
        provider->noise = mx_stream_make(world->options->seed, world->options->replication,
                                         plan->providers[p].key);
        provider->receiver = mx_receiver_create(params, &sizes, noise_uniform, &provider->noise);
        if (!provider->receiver || !set_histories(plan, provider->receiver, p))
            return false;
        provider->next_epoch_us =
            params->reputation.enabled ? params->reputation.epoch_us : MX_NEVER;
    }
    return true;
}

static bool create_paths(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    world->path_count = plan->provider_count * plan->ip_count;
    world->paths = calloc(world->path_count, sizeof *world->paths);
    world->active = calloc(world->path_count, sizeof *world->active);
    world->wake_us = calloc(world->path_count, sizeof *world->wake_us);
    world->noted = calloc(world->path_count, sizeof *world->noted);
    world->warm_ups = calloc(world->path_count, sizeof *world->warm_ups);
    world->held = calloc(world->path_count, sizeof *world->held);
    world->ip_keys = calloc(plan->ip_count, sizeof *world->ip_keys);
    if (!world->paths || !world->active || !world->wake_us || !world->noted || !world->warm_ups ||
        !world->held || !world->ip_keys)
        return false;
    for (uint32_t i = 0; i < plan->ip_count; i++)
        world->ip_keys[i] = plan->ips[i].key;
    for (uint32_t i = 0; i < world->path_count; i++) {
        struct mx_world_path *path = &world->paths[i];
        path->provider = i / plan->ip_count;
        path->ip = i % plan->ip_count;
        const struct mx_plan_provider *provider = &plan->providers[path->provider];
        path->netblock = plan->ips[path->ip].netblock;
        path->small_domains = provider->receiver.greylist.domains;
        path->throttle_params = provider->throttle.rule_count > 0 ? &provider->throttle : NULL;
        path->receiver = world->providers[path->provider].receiver;
        path->throttle_next_us = MX_NEVER;
        world->wake_us[i] = MX_WAKE_UNKNOWN;
        path->sending = mx_sending_path_create(&provider->sending);
        if (!path->sending)
            return false;
        world->warm_ups[i].pool = plan->ips[path->ip].pool;
    }
    return true;
}

/* Messages that a pool's campaigns create. */
static uint64_t pool_messages(const struct mx_plan *plan, uint32_t pool)
{
    uint64_t sum = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        if (plan->campaigns[c].pool == pool)
            sum += plan->campaigns[c].recipients * plan->campaigns[c].occurrence_count;
    }
    return sum;
}

/* Tables pay where each slot is asked for several times. */
static bool create_ip_tables(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    world->ip_tables = calloc(plan->pool_count, sizeof *world->ip_tables);
    if (!world->ip_tables)
        return false;
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        const struct mx_plan_pool *pool = &plan->pools[i];
        if (pool->ip_count < 4 || pool_messages(plan, i) < UINT64_C(3) * MX_IP_SLOTS)
            continue;
        world->ip_tables[i] = mx_ip_table_create(&world->ip_keys[pool->ip_first], pool->ip_count);
        if (!world->ip_tables[i])
            return false;
    }
    return true;
}

/* --- streams --- */

static void init_stream(struct mx_world *world, struct mx_world_stream *stream, uint32_t c,
                        uint32_t o, uint32_t p)
{
    const struct mx_plan *plan = world->plan;
    const struct mx_plan_campaign *campaign = &plan->campaigns[c];
    const struct mx_plan_list *list = &plan->lists[campaign->list];
    uint64_t provider_key = plan->providers[p].key;
    uint64_t key = mx_key_combine(mx_key_combine(campaign->key, o), provider_key);
    uint64_t member_key = mx_key_combine(list->key, provider_key);
    uint64_t seed = world->options->seed;
    uint32_t replication = world->options->replication;

    stream->campaign = c;
    stream->occurrence = o;
    stream->provider = p;
    stream->draws = mx_stream_make(seed, replication, key);
    stream->members = mx_stream_make(seed, replication, member_key);
    stream->ip_hash = key;
    stream->small_domain_hash = member_key;
    stream->list = &list->params;
    stream->domain = campaign->domain;
    stream->pool = campaign->pool;
    stream->promotional = campaign->promotional;
    stream->warm_up = plan->pools[campaign->pool].warm_up.step_count > 0;
    mx_ordinary_prepare(&stream->ordinary, &list->params);
    stream->engagement = mx_reputation_engagement(list->params.engagement);
    world->draw_key = stream->draws.key[0];
    stream->complaint_delay = world->complaint_delay[campaign->list];
    stream->emptied_after = world->emptied_after[campaign->list];
    size_t bits = (size_t)campaign->list * plan->provider_count + p;
    stream->bounced = world->bounced[bits];
    stream->complained = world->complained[bits];
    mx_arrival_init(&stream->arrival, campaign->arrivals, campaign->occurrence_start_us[o],
                    campaign->counts[p], mx_world_arrival_u(stream, 0));
}

static bool create_streams(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    struct mx_plan_message_bits bits = mx_plan_message_bits(plan);
    uint64_t count = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++)
        count += (uint64_t)plan->campaigns[c].occurrence_count * plan->provider_count;
    world->number_bits = bits.place;
    MX_CHECK(bits.place + bits.part <= MX_PLAN_MESSAGE_BITS); /* loading sees to it */
    world->streams = calloc((size_t)count + 1, sizeof *world->streams);
    if (!world->streams)
        return false;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        for (uint32_t o = 0; o < plan->campaigns[c].occurrence_count; o++) {
            for (uint32_t p = 0; p < plan->provider_count; p++)
                init_stream(world, &world->streams[world->stream_count++], c, o, p);
        }
    }
    return true;
}

struct mx_world *mx_world_create(const struct mx_plan *plan,
                                 const struct mx_engine_options *options, enum mx_queue_kind queue)
{
    struct mx_world *world = calloc(1, sizeof *world);
    if (!world)
        return NULL;
    world->plan = plan;
    world->options = options;
    world->provider_count = plan->provider_count;
    world->ip_count = plan->ip_count;
    world->lines.keep_history = mx_retry_needs_history(&plan->retry);
    world->lifetime_us = mx_retry_deadline_us(&plan->retry, 0);
    world->retry_random = mx_retry_is_random(&plan->retry);
    world->report_all = options->trace != NULL;
    world->noted_next_us = MX_NEVER;
    world->scheduler = mx_scheduler_create(&plan->retry, queue);
    if (!create_destinations(world) || !world->scheduler || !create_observation(world) ||
        !create_samplers(world) || !create_suppression(world) || !create_providers(world) ||
        !create_paths(world) || !create_ip_tables(world) || !create_streams(world)) {
        mx_world_destroy(world);
        return NULL;
    }
    return world;
}

static void destroy_lists(struct mx_world *world)
{
    const struct mx_plan *plan = world->plan;
    for (uint32_t l = 0; l < plan->list_count; l++) {
        if (world->complaint_delay)
            mx_sampler_destroy(world->complaint_delay[l]);
        if (world->emptied_after)
            mx_sampler_destroy(world->emptied_after[l]);
    }
    for (size_t i = 0; i < (size_t)plan->list_count * plan->provider_count; i++) {
        if (world->bounced)
            free(world->bounced[i]);
        if (world->complained)
            free(world->complained[i]);
    }
    free(world->complaint_delay);
    free(world->emptied_after);
    free(world->bounced);
    free(world->complained);
    mx_sampler_destroy(world->transaction);
}

void mx_world_destroy(struct mx_world *world)
{
    if (!world)
        return;
    destroy_lists(world);
    for (uint32_t i = 0; world->paths && i < world->path_count; i++)
        mx_sending_path_destroy(world->paths[i].sending);
    for (uint32_t p = 0; world->providers && p < world->provider_count; p++)
        mx_receiver_destroy(world->providers[p].receiver);
    mx_line_pool_fini(&world->lines);
    mx_scheduler_destroy(world->scheduler);
    mx_destinations_destroy(world->destinations);
    mx_addresses_destroy(world->addresses);
    mx_tally_destroy(world->tally);
    mx_observation_destroy(world->observation);
    free(world->providers);
    free(world->paths);
    free(world->active);
    free(world->wake_us);
    free(world->noted);
    free(world->warm_ups);
    free(world->held);
    for (uint32_t i = 0; world->ip_tables && i < world->plan->pool_count; i++)
        mx_ip_table_destroy(world->ip_tables[i]);
    free(world->ip_tables);
    free(world->ip_keys);
    for (uint32_t i = 0; world->streams && i < world->stream_count; i++)
        free(world->streams[i].ahead);
    free(world->streams);
    free(world->rows);
    free(world->complaints);
    free(world->lessons);
    free(world);
}
