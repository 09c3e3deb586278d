// SPDX-License-Identifier: GPL-3.0-or-later
/* test_add_ip.c - an address more in the pool, as the whole program: what it gets comes from all
 * others alike, and no message moves between those. So a comparison with one address more differs
 * by that alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support_mxsim.h"

#define ROOM 40000
#define IPS 8

struct home {
    char message[48];
    char ip[16];
};

struct homes {
    struct home *item;
    size_t count;
};

/* The address of each message's first attempt. */
static void see(void *context, const struct mx_test_attempt *row)
{
    struct homes *homes = context;

    if (row->attempt != 1) {
        return;
    }
    assert_true(homes->count < ROOM);
    memcpy(homes->item[homes->count].message, row->message, sizeof row->message);
    memcpy(homes->item[homes->count++].ip, row->ip, sizeof row->ip);
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct home *)a)->message, ((const struct home *)b)->message);
}

static void read_homes(struct homes *homes, const char *count)
{
    char set[64];
    struct mx_test_run run;

    snprintf(set, sizeof set, "pools.main.ips[0].count=%s", count);
    const char *const sets[] = {"campaigns.newsletter.recipients=30k", "replications=1", set, NULL};
    homes->item = calloc(ROOM, sizeof *homes->item);
    homes->count = 0;
    assert_non_null(homes->item);
    mx_test_run_open(&run, "scenarios/reference.cfg", 1, true, sets);
    mx_test_trace_read(&run, see, homes);
    mx_test_run_close(&run);
    qsort(homes->item, homes->count, sizeof *homes->item, compare);
}

static void test_only_its_share_moves(void **state)
{
    struct homes before, after;
    size_t moved = 0, from[IPS + 1] = {0};

    (void)state;
    read_homes(&before, "8");
    read_homes(&after, "9");
    assert_int_equal(before.count, after.count);
    assert_true(before.count > 29000);
    for (size_t i = 0; i < before.count; i++) {
        assert_string_equal(before.item[i].message, after.item[i].message);
        if (strcmp(before.item[i].ip, after.item[i].ip) != 0) {
            unsigned long number = strtoul(strrchr(before.item[i].ip, '-') + 1, NULL, 10);

            assert_string_equal(after.item[i].ip, "ip-9");
            assert_in_range(number, 1, IPS);
            from[number]++;
            moved++;
        }
    }
    /* a ninth, and an eighth of it from each, within four standard deviations */
    printf("%zu of %zu messages moved to the new address\n", moved, before.count);
    assert_in_range(moved, before.count / 9 - 220, before.count / 9 + 220);
    for (unsigned ip = 1; ip <= IPS; ip++) {
        assert_in_range(from[ip], moved / IPS - 80, moved / IPS + 80);
    }
    free(before.item);
    free(after.item);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_only_its_share_moves)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
