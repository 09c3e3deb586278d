// SPDX-License-Identifier: GPL-3.0-or-later
/* test_time_heap.c - the earliest of the heap is the earliest of a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_rng.h>

#include "models/time_heap.h"

#define LIMIT 37

static size_t earliest(const int64_t *times, size_t count)
{
    size_t least = 0;

    for (size_t i = 1; i < count; i++) {
        if (times[i] < times[least])
            least = i;
    }
    return least;
}

static void test_against_a_list(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    int64_t storage[LIMIT], list[LIMIT];
    struct mx_time_heap heap = {storage, 0, LIMIT};
    size_t count = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t time_us = (int64_t)gsl_rng_uniform_int(rng, 1000);
        unsigned long what = gsl_rng_uniform_int(rng, 3);

        if (what == 0 && count < LIMIT) {
            mx_time_heap_push(&heap, time_us);
            list[count++] = time_us;
        } else if (what == 1 && count > 0) {
            mx_time_heap_replace(&heap, time_us);
            list[earliest(list, count)] = time_us;
        } else if (what == 2 && count > 0) {
            mx_time_heap_pop(&heap);
            list[earliest(list, count)] = list[count - 1];
            count--;
        }
        assert_int_equal(heap.count, count);
        if (count > 0)
            assert_int_equal(mx_time_heap_earliest_us(&heap), list[earliest(list, count)]);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_a_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
