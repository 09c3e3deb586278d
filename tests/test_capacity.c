// SPDX-License-Identifier: GPL-3.0-or-later
/* test_capacity.c - the backlog against a fine integral, servers against queueing theory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "models/capacity.h"

static const struct mx_day day = {MX_DAY_US, 9 * MX_HOUR_US};

static double noise_u(void *context, uint64_t interval)
{
    uint64_t x = (interval + 1) * UINT64_C(0x9e3779b97f4a7c15);

    (void)context;
    x ^= x >> 31;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    return ((double)(x >> 12) + 0.5) * 0x1p-52;
}

static bool take(struct mx_capacity *capacity, int64_t now_us)
{
    int64_t reply_us = now_us;

    return mx_capacity_take(capacity, now_us, 0.5, &reply_us);
}

static void test_noise_factor(void **state)
{
    const int n = 100000;

    (void)state;
    for (double cv = 0.05; cv < 1.0; cv *= 2.0) {
        double s = sqrt(log(1.0 + cv * cv)), sum = 0.0, squares = 0.0;

        for (int i = 0; i < n; i++) {
            double u = (i + 0.5) / n, f = mx_capacity_noise(cv, u);

            assert_true(fabs(f - exp(s * gsl_cdf_ugaussian_Pinv(u) - s * s / 2)) < 1e-7 * f);
            sum += f;
            squares += f * f;
        }
        assert_true(fabs(sum / n - 1.0) < 0.001);
        assert_true(fabs(sqrt(squares / n - sum / n * (sum / n)) - cv) < 0.02 * cv);
    }
}

/* All that can change the rate at once, and the same written down second by second. */
static const struct mx_outage outages[] = {{3 * MX_HOUR_US, 4 * MX_HOUR_US, 0.0},
                                           {4 * MX_HOUR_US, 5 * MX_HOUR_US, 0.5},
                                           {30 * MX_HOUR_US, 31 * MX_HOUR_US, 0.0}};
static const struct mx_capacity_params rich = {
    .kind = MX_CAPACITY_RATE,
    .rate_per_s = 0.5,
    .backlog = 600.0,
    .busy_cost = 0.05,
    .daily = {.count = 3, .factor = {1.0, 0.25, 1.5}},
    .noise_cv = 0.4,
    .noise_every_us = 420 * MX_SECOND_US,
    .background_per_s = 0.1,
    .background_daily = {.count = 4, .factor = {0.0, 1.0, 6.0, 2.0}},
};

static double rate_at(int64_t t_us)
{
    int64_t local_us = (t_us + day.offset_us) % day.day_us;
    double left = 1.0;

    for (int i = 0; i < 3; i++) {
        if (outages[i].from_us <= t_us && t_us < outages[i].to_us)
            left = outages[i].left;
    }
    return fmax(
        0.0, rich.rate_per_s * rich.daily.factor[local_us / (8 * MX_HOUR_US)] *
                     mx_capacity_noise(0.4, noise_u(NULL, (uint64_t)(t_us / rich.noise_every_us))) *
                     left -
                 rich.background_per_s * rich.background_daily.factor[local_us / (6 * MX_HOUR_US)]);
}

static void test_backlog_against_an_integral(void **state)
{
    struct mx_capacity *capacity = mx_capacity_create(&rich, &day, outages, 3, noise_u, NULL);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    double work = 0.0;
    int64_t next_us = 0;
    int admitted = 0, refused = 0;

    (void)state;
    for (int64_t t_us = 0; t_us < 4 * MX_DAY_US; t_us += MX_SECOND_US) {
        while (next_us == t_us) {
            bool room = work + 1.0 <= rich.backlog + 1e-6;

            if (fabs(work + 1.0 - rich.backlog) > 1e-5)
                assert_int_equal(take(capacity, t_us), room);
            else
                room = take(capacity, t_us); /* a tie of two roundings */
            admitted += room;
            refused += !room;
            work = room ? work + 1.0 : fmin(rich.backlog, work + rich.busy_cost);
            assert_true(fabs(mx_capacity_work(capacity) - work) < 1e-5);
            next_us += (int64_t)gsl_rng_uniform_int(rng, 6) * MX_SECOND_US;
            if (gsl_rng_uniform_int(rng, 20000) == 0)
                next_us += 5 * MX_HOUR_US;
        }
        work = fmax(0.0, work - rate_at(t_us));
    }
    assert_true(admitted > 10000 && refused > 10000);
    mx_capacity_destroy(capacity);
    gsl_rng_free(rng);
}

/* What goes in comes out or is still there: never more than the backlog and what was drained. */
static void test_conservation(void **state)
{
    struct mx_capacity_params params = {.kind = MX_CAPACITY_RATE, .rate_per_s = 10.0};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (int run = 0; run < 20; run++) {
        struct mx_capacity *capacity;
        int64_t t_us = 0;
        double admitted = 0.0;

        params.backlog = 1.0 + (double)gsl_rng_uniform_int(rng, 50);
        params.busy_cost = run % 2 == 0 ? 0.0 : 0.3;
        capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);
        for (int i = 0; i < 20000; i++) {
            admitted += take(capacity, t_us);
            assert_true(admitted <= params.backlog + 10.0 * (double)t_us * 1e-6 + 1e-5);
            assert_true(mx_capacity_work(capacity) <= params.backlog + 1e-5);
            t_us += (int64_t)gsl_rng_uniform_int(rng, 60000);
        }
        /* with free refusals an overloaded drain never idles */
        if (run % 2 == 0)
            assert_true(admitted >= 10.0 * (double)t_us * 1e-6 - 2.0);
        else
            assert_true(admitted < 0.9 * 10.0 * (double)t_us * 1e-6);
        mx_capacity_destroy(capacity);
    }
    gsl_rng_free(rng);
}

static void test_ties_are_exact(void **state)
{
    (void)state;
    /* one message a second, room for one: an attempt each k seconds always fits, whatever k / k
     * rounds to */
    for (int k = 1; k < 1000; k++) {
        struct mx_capacity_params params = {
            .kind = MX_CAPACITY_RATE, .rate_per_s = 1.0 / k, .backlog = 1.0};
        struct mx_capacity *capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);

        for (int i = 0; i < 100; i++) {
            assert_true(take(capacity, i * k * MX_SECOND_US));
            assert_false(take(capacity, (i + 1) * k * MX_SECOND_US - 2 * k));
        }
        mx_capacity_destroy(capacity);
    }
}

/* Nothing is drained while nothing is left, however long; and long gaps cost no time. */
static void test_outages_and_long_gaps(void **state)
{
    static const struct mx_outage down[] = {{0, 300 * MX_DAY_US, 0.0}};
    struct mx_capacity_params params = {.kind = MX_CAPACITY_RATE,
                                        .rate_per_s = 1.0,
                                        .backlog = 10.0,
                                        .noise_cv = 0.1,
                                        .noise_every_us = 1};
    struct mx_capacity *capacity = mx_capacity_create(&params, &day, down, 1, noise_u, NULL);

    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(take(capacity, i * 10 * MX_DAY_US), i < 10);
    mx_capacity_destroy(capacity);
    capacity = mx_capacity_create(&params, &day, NULL, 0, noise_u, NULL);
    for (int i = 0; i < 20; i++)
        assert_true(take(capacity, i * 20 * MX_DAY_US));
    mx_capacity_destroy(capacity);
}

/* --- servers ------------------------------------------------------------------------------ */

struct queue_result {
    double refused_share, wait_mean; /* in units of the mean service time, of the admitted */
};

/* Poisson arrivals of load a (in servers), mean service 1 s. */
static struct queue_result queue(double load, uint32_t servers, uint64_t waiting_room,
                                 enum mx_law_kind law, int n, unsigned long seed)
{
    struct mx_capacity_params params = {.kind = MX_CAPACITY_SERVERS,
                                        .servers = servers,
                                        .service = {law, MX_SECOND_US, 1.5},
                                        .waiting_room = waiting_room};
    struct mx_capacity *capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct mx_sampler *service = mx_sampler_create(&params.service);
    double t_us = 0.0, wait_us = 0.0;
    int refused = 0;

    gsl_rng_set(rng, seed);
    for (int i = 0; i < n; i++) {
        double u = gsl_rng_uniform_pos(rng);
        int64_t now_us, reply_us;

        t_us += gsl_ran_exponential(rng, (double)MX_SECOND_US / load);
        now_us = (int64_t)t_us;
        reply_us = 0;
        if (mx_capacity_take(capacity, now_us, u, &reply_us))
            wait_us += (double)(reply_us - now_us - mx_sampler_us(service, u));
        else
            refused++;
    }
    mx_capacity_destroy(capacity);
    mx_sampler_destroy(service);
    gsl_rng_free(rng);
    return (struct queue_result){refused / (double)n,
                                 wait_us / (n - refused) / (double)MX_SECOND_US};
}

/* Erlang's loss formula, B(k) = a B(k-1) / (k + a B(k-1)): for any law of service. */
static void test_erlang_loss(void **state)
{
    const struct {
        double load;
        uint32_t servers;
        double refused;
    } rows[] = {{1, 2, 0.2}, {5, 5, 0.284867821331}, {20, 30, 0.00845749834}};

    (void)state;
    for (size_t r = 0; r < 3; r++) {
        double b = 1.0;

        for (uint32_t k = 1; k <= rows[r].servers; k++)
            b = rows[r].load * b / (k + rows[r].load * b);
        assert_true(fabs(b - rows[r].refused) < 1e-10);
        for (int law = MX_LAW_CONSTANT; law < MX_LAW_KIND_COUNT; law++) {
            struct queue_result result =
                queue(rows[r].load, rows[r].servers, 0, (enum mx_law_kind)law, 400000, 17);

            assert_true(fabs(result.refused_share / rows[r].refused - 1.0) <
                        (r == 2 ? 0.08 : 0.012));
            assert_true(result.wait_mean == 0.0);
        }
    }
}

/* Erlang's delay formula; one server with K places: P_K = (1 - rho) rho^K / (1 - rho^(K+1)). */
static void test_waiting(void **state)
{
    struct queue_result result = queue(9.0, 10, UINT64_MAX, MX_LAW_EXPONENTIAL, 1000000, 3);

    (void)state;
    assert_true(result.refused_share == 0.0);
    assert_true(fabs(result.wait_mean / 0.6687315241 - 1.0) < 0.06);
    result = queue(4.5, 5, UINT64_MAX, MX_LAW_EXPONENTIAL, 1000000, 4);
    assert_true(fabs(result.wait_mean / 1.524986441 - 1.0) < 0.06);
    result = queue(0.5, 1, 4, MX_LAW_EXPONENTIAL, 1000000, 5);
    assert_true(fabs(result.refused_share / 0.01587301587 - 1.0) < 0.06);
    result = queue(0.8, 1, 4, MX_LAW_EXPONENTIAL, 1000000, 6);
    assert_true(fabs(result.refused_share / 0.08881949866 - 1.0) < 0.03);
    result = queue(1.2, 1, 9, MX_LAW_EXPONENTIAL, 1000000, 7);
    assert_true(fabs(result.refused_share / 0.1925864951 - 1.0) < 0.03);
}

static void test_servers_by_hand(void **state)
{
    struct mx_capacity_params params = {.kind = MX_CAPACITY_SERVERS,
                                        .servers = 2,
                                        .service = {MX_LAW_CONSTANT, 100, 0},
                                        .waiting_room = 1};
    struct mx_capacity *capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);
    const struct {
        int64_t now_us, reply_us; /* 0: refused */
    } rows[] = {{0, 100},     {10, 110},    {20, 200},    {30, 0},  {99, 0},
                {100, 210},   {110, 300},   {111, 0},     {199, 0}, {200, 310},
                {1000, 1100}, {1000, 1100}, {1000, 1200}, {1000, 0}};

    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        int64_t reply_us = 0;
        bool room = mx_capacity_take(capacity, rows[r].now_us, 0.5, &reply_us);

        assert_int_equal(room, rows[r].reply_us > 0);
        assert_int_equal(reply_us, rows[r].reply_us);
    }
    mx_capacity_destroy(capacity);
    /* without a waiting room, a server that is free now is free */
    params.servers = 1;
    params.waiting_room = 0;
    capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);
    for (int64_t now_us = 0; now_us < 1000; now_us++) {
        int64_t reply_us = 0;

        assert_int_equal(mx_capacity_take(capacity, now_us, 0.5, &reply_us), now_us % 100 == 0);
    }
    mx_capacity_destroy(capacity);
}

static void test_the_reply_waits_for_the_connection(void **state)
{
    struct mx_capacity_params params = {.kind = MX_CAPACITY_SERVERS,
                                        .servers = 1,
                                        .service = {MX_LAW_CONSTANT, 100, 0},
                                        .waiting_room = UINT64_MAX};
    struct mx_capacity *capacity = mx_capacity_create(&params, &day, NULL, 0, NULL, NULL);
    int64_t reply_us = 150;

    (void)state;
    assert_true(mx_capacity_take(capacity, 0, 0.5, &reply_us));
    assert_int_equal(reply_us, 150);
    assert_true(mx_capacity_take(capacity, 0, 0.5, &reply_us));
    assert_int_equal(reply_us, 200);
    mx_capacity_destroy(capacity);
}

static void test_sizes_past_their_limits(void **state)
{
    struct mx_capacity_params params = {.kind = MX_CAPACITY_SERVERS,
                                        .servers = MX_SERVERS_MAX + 1,
                                        .service = {MX_LAW_CONSTANT, 1, 0}};

    (void)state;
    assert_null(mx_capacity_create(&params, &day, NULL, 0, NULL, NULL));
    params.servers = 1;
    params.waiting_room = MX_WAITING_ROOM_MAX + 1;
    assert_null(mx_capacity_create(&params, &day, NULL, 0, NULL, NULL));
    mx_capacity_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_factor),
        cmocka_unit_test(test_backlog_against_an_integral),
        cmocka_unit_test(test_conservation),
        cmocka_unit_test(test_ties_are_exact),
        cmocka_unit_test(test_outages_and_long_gaps),
        cmocka_unit_test(test_erlang_loss),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_servers_by_hand),
        cmocka_unit_test(test_the_reply_waits_for_the_connection),
        cmocka_unit_test(test_sizes_past_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
