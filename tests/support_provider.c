// SPDX-License-Identifier: GPL-3.0-or-later
/* support_provider.c - providers and attempts for tests. See support_provider.h. */
#include "tests/support_provider.h"

const struct mx_reputation_params mx_test_bands = {
    .enabled = true,
    .half_life_us = 7 * MX_DAY_US,
    .epoch_us = MX_MINUTE_US,
    .episode_us = 45 * MX_MINUTE_US,
    .prior_score = 0.6,
    .prior_weight = 2000.0,
    .complaint_weight = 300.0,
    .unknown_weight = 20.0,
    .trap_weight = 1000.0,
    .domain = true,
    .band = {{.below = 0.3, .busy = 0.6, .block = 0.3, .spam = 0.99},
             {.below = 0.526, .busy = 0.2, .block = 0.01, .spam = 0.6},
             {.below = 0.769, .busy = 0.02, .spam = 0.15},
             {.below = 1.0, .spam = 0.03}},
};

struct mx_receiver_params mx_test_plain_provider(void)
{
    return (struct mx_receiver_params){.full_reply_soft = 1.0, .day = {MX_DAY_US, 0}};
}

struct mx_attempt mx_test_attempt_at(int64_t now_us, const struct mx_recipient *recipient)
{
    return (struct mx_attempt){
        .now_us = now_us,
        .until_us = now_us + MX_SECOND_US / 2,
        .greylist_s = MX_GREYLIST_UNSEEN,
        .recipient = recipient,
        .emptied_us = MX_NEVER,
        .episode_u = 0.999,
        .content_u = 0.5,
        .service_u = 0.5,
        .placement_u = 0.999,
    };
}

static const struct mx_outage some_outages[] = {{MX_HOUR_US, 2 * MX_HOUR_US, 0.0},
                                                {5 * MX_HOUR_US, 9 * MX_HOUR_US, 0.3}};

bool mx_test_coin(gsl_rng *rng)
{
    return gsl_rng_uniform_int(rng, 2) == 0;
}

struct mx_receiver_params mx_test_random_provider(gsl_rng *rng)
{
    struct mx_receiver_params params = mx_test_plain_provider();

    if (mx_test_coin(rng)) {
        params.outages = some_outages;
        params.outage_count = 2;
    }
    if (mx_test_coin(rng))
        params.connections.per_ip = 1 + (uint32_t)gsl_rng_uniform_int(rng, 20);
    if (mx_test_coin(rng))
        params.connections.total = 1 + (uint32_t)gsl_rng_uniform_int(rng, 20);
    for (int s = 0; s < MX_SCOPE_COUNT; s++) {
        struct mx_allowance_params *allowance = &params.allowance[s];

        allowance->reference_days = 1 + (uint32_t)gsl_rng_uniform_int(rng, 30);
        allowance->hourly_share = mx_test_coin(rng) ? 1.0 : gsl_rng_uniform(rng) + 0.01;
        allowance->growth = mx_test_coin(rng) ? 3.0 * gsl_rng_uniform(rng) : 0.0;
        allowance->floor_per_day = (double)gsl_rng_uniform_int(rng, 2000);
        allowance->bucket = (enum mx_bucket_kind)gsl_rng_uniform_int(rng, 2);
        allowance->refused_count = mx_test_coin(rng);
        if (mx_test_coin(rng))
            allowance->cap = (struct mx_rate){gsl_rng_uniform(rng) * 1000.0, MX_HOUR_US};
    }
    if (mx_test_coin(rng)) {
        params.reputation = mx_test_bands;
        params.reputation.domain = mx_test_coin(rng);
        params.reputation.half_life_us = 1 + (int64_t)gsl_rng_uniform_int(rng, 4000000000);
        params.reputation.prior_weight = mx_test_coin(rng) ? 0.0 : 100.0;
        params.reputation.band[MX_BAND_BAD].cap = (struct mx_rate){20, MX_HOUR_US};
        params.reputation.band[MX_BAND_HIGH].cap = (struct mx_rate){2e4, MX_DAY_US};
    }
    if (mx_test_coin(rng))
        params.block = (struct mx_block_params){1 + (uint32_t)gsl_rng_uniform_int(rng, 300),
                                                10 * MX_MINUTE_US, MX_HOUR_US};
    params.capacity.kind = (enum mx_capacity_kind)gsl_rng_uniform_int(rng, MX_CAPACITY_KIND_COUNT);
    params.capacity.rate_per_s = gsl_rng_uniform(rng);
    params.capacity.backlog = 100.0 * gsl_rng_uniform(rng);
    params.capacity.busy_cost = gsl_rng_uniform(rng);
    params.capacity.noise_cv = mx_test_coin(rng) ? 2.0 * gsl_rng_uniform(rng) : 0.0;
    params.capacity.noise_every_us = MX_MINUTE_US;
    params.capacity.servers = 1 + (uint32_t)gsl_rng_uniform_int(rng, 5);
    params.capacity.service = (struct mx_law){MX_LAW_EXPONENTIAL, 3 * MX_SECOND_US, 0};
    params.capacity.waiting_room = mx_test_coin(rng) ? UINT64_MAX : gsl_rng_uniform_int(rng, 9);
    if (mx_test_coin(rng))
        params.greylist = (struct mx_greylist_params){
            .delay_us = 300 * MX_SECOND_US, .domains = 7, .whitelist_after = 5};
    params.full_reply_soft = gsl_rng_uniform(rng);
    params.content_reject = 0.1 * gsl_rng_uniform(rng);
    params.content_busy = 0.1 * gsl_rng_uniform(rng);
    return params;
}

struct mx_attempt mx_test_random_attempt(gsl_rng *rng, int64_t now_us,
                                         const struct mx_recipient *recipient)
{
    struct mx_attempt attempt = mx_test_attempt_at(now_us, recipient);

    attempt.created_us = now_us - (int64_t)(gsl_rng_uniform(rng) * (double)now_us);
    attempt.until_us = now_us + (int64_t)gsl_rng_uniform_int(rng, 20 * MX_SECOND_US);
    attempt.ip = (uint32_t)gsl_rng_uniform_int(rng, 2);
    attempt.netblock = (uint32_t)gsl_rng_uniform_int(rng, 2);
    attempt.domain = (uint32_t)gsl_rng_uniform_int(rng, 2);
    attempt.small_domain = (uint32_t)gsl_rng_uniform_int(rng, 7);
    attempt.greylist_s = mx_test_coin(rng) ? 0 : MX_GREYLIST_UNSEEN;
    attempt.episode_u = gsl_rng_uniform_pos(rng);
    attempt.content_u = gsl_rng_uniform_pos(rng);
    attempt.service_u = gsl_rng_uniform_pos(rng);
    attempt.placement_u = gsl_rng_uniform_pos(rng);
    return attempt;
}
