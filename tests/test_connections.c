// SPDX-License-Identifier: GPL-3.0-or-later
/* test_connections.c - never more at once than the limits, and no refusal while there is room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_rng.h>

#include "models/connections.h"

#define IPS 3
#define ATTEMPTS 20000

static struct {
    uint32_t ip;
    int64_t until_us;
} taken[ATTEMPTS];

/* Against a list of everything that was ever let in. */
static void against_a_list(uint32_t per_ip, uint32_t total, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct mx_connections_params params = {per_ip, total};
    struct mx_connections connections;
    size_t count = 0, refused = 0;
    int64_t now_us = 0;

    gsl_rng_set(rng, seed);
    assert_true(mx_connections_init(&connections, &params, IPS));
    for (int i = 0; i < ATTEMPTS; i++) {
        uint32_t ip = (uint32_t)gsl_rng_uniform_int(rng, IPS);
        int64_t until_us;
        uint32_t of_ip = 0, in_all = 0;
        bool room;

        now_us += (int64_t)gsl_rng_uniform_int(rng, 20);
        if (gsl_rng_uniform_int(rng, 500) == 0)
            now_us += 1000;
        until_us = now_us + (int64_t)gsl_rng_uniform_int(rng, 200);
        for (size_t k = count > 400 ? count - 400 : 0; k < count; k++) {
            in_all += taken[k].until_us > now_us;
            of_ip += taken[k].until_us > now_us && taken[k].ip == ip;
        }
        room = (per_ip == 0 || of_ip < per_ip) && (total == 0 || in_all < total);
        assert_int_equal(mx_connections_take(&connections, ip, now_us, until_us), room);
        if (room) {
            taken[count].ip = ip;
            taken[count++].until_us = until_us;
        }
        refused += !room;
    }
    if (per_ip + total > 0)
        assert_true(refused > ATTEMPTS / 100 && count > ATTEMPTS / 100);
    mx_connections_fini(&connections);
    gsl_rng_free(rng);
}

static void test_against_a_list(void **state)
{
    (void)state;
    against_a_list(3, 0, 1);
    against_a_list(0, 8, 2);
    against_a_list(4, 9, 3);
    against_a_list(1, 1, 4);
    against_a_list(0, 0, 5);
}

static void test_what_ends_now_is_free(void **state)
{
    struct mx_connections_params params = {1, 0};
    struct mx_connections connections;

    (void)state;
    assert_true(mx_connections_init(&connections, &params, 1));
    assert_true(mx_connections_take(&connections, 0, 0, 100));
    assert_false(mx_connections_take(&connections, 0, 99, 1000)); /* occupies nothing */
    assert_true(mx_connections_take(&connections, 0, 100, 101));
    assert_true(mx_connections_take(&connections, 0, 101, 102));
    mx_connections_fini(&connections);
}

static void test_limits_of_the_limits(void **state)
{
    struct mx_connections_params params = {MX_PROVIDER_CONNECTIONS_MAX + 1, 0};
    struct mx_connections connections;

    (void)state;
    assert_false(mx_connections_init(&connections, &params, 1));
    mx_connections_fini(&connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_list),
        cmocka_unit_test(test_what_ends_now_is_free),
        cmocka_unit_test(test_limits_of_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
