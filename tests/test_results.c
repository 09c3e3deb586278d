// SPDX-License-Identifier: GPL-3.0-or-later
/* test_results.c - from observations to files: ages, series, standing, JSON and CSV texts. */
/* mxtest: valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/result/csv_files.h"
#include "sim/result/result_folder.h"
#include "sim/result/run_table.h"
#include "sim/result/summary_json.h"
#include "tests/support_results.h"

/* Three replications: beta (index 0) delivers 10, 11, 12 after 1 s; alpha defers 4, none, none. */
static struct mx_results *make_results(uint32_t count)
{
    struct mx_results *results = mx_results_create(mx_test_plan(), 7, count);

    assert_non_null(results);
    for (uint32_t r = 0; r < count; r++) {
        struct mx_observation *o = mx_test_observation();

        mx_test_deliver(o, 0, 10 + r, MX_SECOND_US);
        mx_test_deliver(o, 0, 10, 90 * MX_SECOND_US);
        if (r == 0) {
            mx_test_defer(o, 1, 4, MX_REASON_GREYLIST);
        }
        /* sample 3, provider 0, ip 1 */
        o->samples[(3 * 2 + 0) * 2 + 1] = (struct mx_ip_sample){.score = 0.5F,
                                                                .allowance_per_day = 100.0F,
                                                                .volume_today = (float)(r * 10),
                                                                .band = 2,
                                                                .blocked = r == 0};
        assert_true(mx_results_add(results, o));
        mx_observation_destroy(o);
    }
    return results;
}

static void assert_near(double got, double wanted, double slack)
{
    if (!(fabs(got - wanted) <= slack)) {
        print_error("%.15g is not %.15g\n", got, wanted);
        fail();
    }
}

static void test_ages(void **state)
{
    struct mx_results *results = make_results(3);
    const struct mx_ages *ages = results->ages;
    struct mx_age_share share;
    size_t minute = 0, first = 0;

    (void)state;
    assert_true(mx_ages_count(ages) >= 200 && mx_ages_count(ages) <= MX_AGES_MAX);
    assert_int_equal(mx_ages_us(ages, 0), MX_SECOND_US);
    assert_int_equal(mx_ages_us(ages, mx_ages_count(ages) - 1), 72 * MX_HOUR_US);
    for (size_t a = 1; a < mx_ages_count(ages); a++) {
        assert_true(mx_ages_us(ages, a) > mx_ages_us(ages, a - 1));
        minute = mx_ages_us(ages, a) == MX_MINUTE_US ? a : minute;
    }
    assert_true(minute > 0);
    assert_true(mx_ages_share(ages, 0, first, &share));
    assert_near(share.share, (10.0 / 20 + 11.0 / 21 + 12.0 / 22) / 3, 1e-12);
    /* of three the least and the most, which hold a fourth with 50 % */
    assert_near(share.low, 0.5, 0);
    assert_near(share.high, 12.0 / 22, 0);
    assert_near(share.sent, 21, 0);
    assert_true(mx_ages_share(ages, 0, mx_ages_count(ages) - 1, &share));
    assert_near(share.share, 1, 0);
    /* alpha sent in the first replication alone, which counts alone */
    assert_true(mx_ages_share(ages, 1, minute, &share));
    assert_near(share.share, 0, 0);
    assert_near(share.sent, 4.0 / 3, 1e-12);
    assert_true(mx_ages_share(ages, 2, minute, &share));
    assert_near(share.share, (10.0 / 24 + 11.0 / 21 + 12.0 / 22) / 3, 1e-12);
    mx_results_destroy(results);
}

static json_t *metric_of(json_t *root, const char *group, const char *name, const char *metric)
{
    json_t *scope = json_object_get(root, group);

    scope = name != NULL ? json_object_get(scope, name) : scope;
    return json_object_get(scope, metric);
}

static void test_json(void **state)
{
    struct mx_results *results = make_results(3);
    char *text = mx_summary_json(mx_test_plan(), results);
    json_error_t error;
    json_t *root, *metric;

    (void)state;
    assert_non_null(text);
    root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "seed")), 7);
    assert_int_equal(json_integer_value(json_object_get(root, "replications")), 3);
    assert_int_equal(json_integer_value(json_object_get(root, "horizon_s")), 3600);
    metric = metric_of(root, "total", NULL, "delivered");
    assert_int_equal(json_integer_value(json_object_get(metric, "mean")), 21);
    assert_near(json_number_value(json_object_get(metric, "sd")), 1, 0);
    assert_null(json_object_get(metric, "reached"));
    metric = metric_of(root, "providers", "alpha", "time_to_deliver_p50_s");
    assert_true(json_is_null(json_object_get(metric, "mean")));
    assert_true(json_is_null(json_object_get(metric, "ci95")));
    assert_int_equal(json_integer_value(json_object_get(metric, "reached")), 0);
    metric = metric_of(root, "providers", "alpha", "delivered_rate");
    assert_int_equal(json_integer_value(json_object_get(metric, "reached")), 1);
    assert_int_equal(json_object_size(json_object_get(root, "ips")), 3);
    assert_non_null(metric_of(root, "ips", "(none)", "dropped"));
    assert_non_null(metric_of(root, "ips", "ip \"2\"", "dropped"));
    assert_int_equal(json_object_size(json_object_get(root, "total")), MX_METRIC_COUNT);
    /* shown order */
    assert_string_equal(json_object_iter_key(json_object_iter(json_object_get(root, "providers"))),
                        "alpha");
    assert_null(strstr(text, "nan"));
    json_decref(root);
    free(text);
    mx_results_destroy(results);
}

static void test_json_of_one_replication(void **state)
{
    struct mx_results *results = make_results(1);
    char *text = mx_summary_json(mx_test_plan(), results);

    (void)state;
    assert_non_null(strstr(text, "\"delivered\": {\"mean\": 20, \"sd\": null, \"ci95\": null}"));
    free(text);
    mx_results_destroy(results);
}

static char folder[64];

static char *read_text(const char *name)
{
    char path[128];
    char *text = calloc(1, 1 << 20);
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(text);
    (void)fread(text, 1, (1 << 20) - 1, file);
    (void)fclose(file);
    return text;
}

static void test_folder(void **state)
{
    struct mx_results *results = make_results(3);
    char failed[256];
    char *text;

    (void)state;
    assert_int_equal(mx_result_folder_prepare(folder), 0);
    assert_int_equal(mx_result_folder_write(folder, mx_test_plan(), "name = \"x\";\n", results,
                                            failed, sizeof failed),
                     0);
    text = read_text("plan.cfg");
    assert_string_equal(text, "name = \"x\";\n");
    free(text);
    text = read_text("timeseries.csv");
    assert_non_null(strstr(text, "deferrals_mailbox_full,pending\n0,alpha,1.33333333333,"
                                 "1.33333333333,0,0,0,0,1.33333333333,0,0,0,0,0,0,1.33333333333,0,"
                                 "0,1.33333333333\n0,\"beta, inc\",21,11,11,0,0,0,0,0,0,0,0,0,0,0,"
                                 "0,0,10\n0,total,22.3333333333,"));
    assert_non_null(strstr(text, "\n60,\"beta, inc\",0,10,10,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"));
    assert_non_null(strstr(text, "\n3600,alpha,0,0,")); /* pending */
    assert_non_null(strstr(text, "\n3600,total,"));
    assert_null(strstr(text, "\n120,\"beta"));
    free(text);
    text = read_text("reputation.csv");
    assert_non_null(strstr(text, "\n1800,\"beta, inc\",\"ip \"\"2\"\"\",0.5,medium,100,10,1\n"));
    assert_non_null(strstr(text, "\n0,\"beta, inc\",\"ip \"\"2\"\"\",0,bad,,0,0\n"));
    assert_null(strstr(text, "alpha"));
    free(text);
    text = read_text("delivered_by_age.csv");
    assert_non_null(strstr(text, "\n259200,\"beta, inc\",1,1,1,21\n"));
    free(text);
    mx_results_destroy(results);
}

static void test_table_is_100_columns_wide(void **state)
{
    struct mx_results *results = make_results(3);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    int column = 0;

    (void)state;
    assert_non_null(stream);
    assert_true(mx_run_table_print(stream, mx_test_plan(), results, MX_FORMAT_TABLE, false));
    assert_int_equal(fclose(stream), 0);
    for (const char *at = text; *at != '\0'; at++) {
        column = *at == '\n' ? 0 : column + 1;
        assert_true(column <= 100);
        assert_true((*at >= ' ' && *at < 0x7F) || *at == '\n');
    }
    assert_non_null(strstr(text, "greylist 100%"));
    free(text);
    mx_results_destroy(results);
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/mxsim-results-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_of_one_replication),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_table_is_100_columns_wide),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
