// SPDX-License-Identifier: GPL-3.0-or-later
/* test_invariance.c - what must not matter does not: the order of providers, a provider's name
 * while its key is kept, and a change at one provider for all others that share nothing with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/engine.h"
#include "sim/scenario/reader.h"

static const char *scenario_text;

static int read_memory(void *context, const char *path, char **text, size_t *size)
{
    if (strcmp(path, "scenario.cfg") != 0)
        return mx_file_access_disk.read(context, path, text, size);
    *size = strlen(scenario_text);
    *text = malloc(*size + 1);
    if (!*text)
        return -1;
    memcpy(*text, scenario_text, *size + 1);
    return 0;
}

struct run {
    struct mx_plan *plan;
    struct mx_observation *observation;
};

static struct run run_text(const char *text)
{
    static const char *const dirs[] = {"scenarios"};
    struct mx_file_access access = mx_file_access_disk;
    access.read = read_memory;
    struct mx_reader_options options = {
        .preset_dirs = dirs, .preset_dir_count = 1, .access = &access};
    struct mx_mistakes mistakes = {0};
    scenario_text = text;
    struct run run = {.plan = mx_reader_load("scenario.cfg", &options, &mistakes)};
    for (size_t i = 0; i < mistakes.count; i++)
        print_message("%d: %s: %s\n", mistakes.item[i].line, mistakes.item[i].key,
                      mistakes.item[i].text);
    mx_mistakes_fini(&mistakes);
    assert_non_null(run.plan);
    struct mx_engine_options engine = {.seed = run.plan->seed};
    assert_int_equal(mx_engine_run(run.plan, &engine, &run.observation), MX_ENGINE_OK);
    return run;
}

static void end_run(struct run *run)
{
    mx_observation_destroy(run->observation);
    mx_plan_destroy(run->plan);
}

static uint32_t provider_named(const struct run *run, const char *name)
{
    for (uint32_t p = 0; p < run->plan->provider_count; p++) {
        if (strcmp(run->plan->providers[p].name, name) == 0)
            return p;
    }
    fail_msg("no provider %s", name);
    return 0;
}

/* All that was counted at a provider: the cells of every IP by name, the series, the times. */
static bool same_provider(const struct run *a, const char *name_a, const struct run *b,
                          const char *name_b)
{
    const struct mx_observation *x = a->observation, *y = b->observation;
    uint32_t p = provider_named(a, name_a), q = provider_named(b, name_b);
    if (x->campaign_count != y->campaign_count || x->ip_count != y->ip_count ||
        x->series_count != y->series_count)
        return false;
    for (uint32_t c = 0; c < x->campaign_count; c++) {
        for (uint32_t i = 0; i <= x->ip_count; i++) {
            if (memcmp(mx_observation_cell(x, c, p, i), mx_observation_cell(y, c, q, i),
                       sizeof(struct mx_counts)) != 0)
                return false;
        }
    }
    for (size_t s = 0; s < x->series_count; s++) {
        if (memcmp(&x->series[s * x->provider_count + p], &y->series[s * y->provider_count + q],
                   sizeof(struct mx_series_bin)) != 0)
            return false;
    }
    return memcmp(&x->ttd_by_provider[p], &y->ttd_by_provider[q], sizeof(struct mx_histogram)) == 0;
}

static uint64_t deferrals_at(const struct run *run, const char *name)
{
    uint32_t p = provider_named(run, name);
    uint64_t sum = 0;
    for (uint32_t c = 0; c < run->observation->campaign_count; c++) {
        for (uint32_t i = 0; i < run->observation->ip_count; i++)
            sum += mx_counts_deferrals(mx_observation_cell(run->observation, c, p, i));
    }
    return sum;
}

#define HEAD \
    "seed = 11; name = \"invariance\";\n" \
    "lists = { l = { unknown = \"1%\"; mailbox_full = \"1%\"; complaints = \"0.5%\";" \
    " complaint_delay = \"10m\"; }; };\n" \
    "pools = { main = { ips = ( { name = \"ip\"; count = 3; age = \"30d\";" \
    " daily_volume = \"3k\"; } ); }; };\n" \
    "mta = { connections = 2; };\n" \
    "campaigns = { sale = { list = \"l\"; pool = \"main\"; recipients = \"9k\";" \
    " window = \"1h\"; shape = \"poisson\"; mix = { "
#define MIX_ABC "alpha = \"33.4%\"; beta = \"33.3%\"; gamma = \"33.3%\"; }; }; };\n"
#define MIX_CAB "gamma = \"33.3%\"; alpha = \"33.4%\"; beta = \"33.3%\"; }; }; };\n"
#define ALPHA(extra) "alpha = { preset = \"gmail\"; " extra " };\n"
#define BETA(extra) \
    "beta = { capacity = { kind = \"rate\"; rate = \"1/s\"; backlog = 30; busy_cost = 0.1; " extra \
    " }; };\n"
#define GAMMA(extra) "gamma = { preset = \"small-domain\"; " extra " };\n"

static const char base[] = HEAD MIX_ABC "providers = {\n" ALPHA("") BETA("") GAMMA("") "};\n";

static void test_order_changes_nothing(void **state)
{
    (void)state;
    struct run a = run_text(base);
    struct run b = run_text(HEAD MIX_CAB "providers = {\n" GAMMA("") ALPHA("") BETA("") "};\n");
    assert_true(same_provider(&a, "alpha", &b, "alpha"));
    assert_true(same_provider(&a, "beta", &b, "beta"));
    assert_true(same_provider(&a, "gamma", &b, "gamma"));
    /* there was something to compare */
    assert_true(deferrals_at(&a, "alpha") > 10);
    assert_true(deferrals_at(&a, "beta") > 10);
    assert_true(deferrals_at(&a, "gamma") > 10);
    end_run(&a);
    end_run(&b);
}

static void test_renaming_with_the_key_kept_changes_labels_only(void **state)
{
    (void)state;
    struct run a = run_text(base);
    struct run b = run_text(
        HEAD "zeta = \"33.4%\"; beta = \"33.3%\"; gamma = \"33.3%\"; }; }; };\nproviders = {\n"
             "zeta = { key = \"alpha\"; preset = \"gmail\"; };\n" BETA("") GAMMA("") "};\n");
    assert_true(same_provider(&a, "alpha", &b, "zeta"));
    assert_true(same_provider(&a, "beta", &b, "beta"));
    struct run c = run_text(
        HEAD "zeta = \"33.4%\"; beta = \"33.3%\"; gamma = \"33.3%\"; }; }; };\nproviders = {\n"
             "zeta = { preset = \"gmail\"; };\n" BETA("") GAMMA("") "};\n");
    assert_false(same_provider(&a, "alpha", &c, "zeta")); /* another key, other draws */
    end_run(&a);
    end_run(&b);
    end_run(&c);
}

static void test_a_change_stays_where_it_is(void **state)
{
    (void)state;
    struct run a = run_text(base);
    struct run b =
        run_text(HEAD MIX_ABC "providers = {\n" ALPHA("") BETA("noise = { cv = 0.5; every "
                                                               "= \"1m\"; };") GAMMA("") "};\n");
    assert_true(same_provider(&a, "alpha", &b, "alpha"));
    assert_true(same_provider(&a, "gamma", &b, "gamma"));
    assert_false(same_provider(&a, "beta", &b, "beta"));
    struct run c = run_text(HEAD MIX_ABC "providers = {\n" ALPHA("content = { busy = \"20%\"; };")
                                BETA("") GAMMA("") "};\n");
    assert_true(same_provider(&a, "beta", &c, "beta"));
    assert_true(same_provider(&a, "gamma", &c, "gamma"));
    assert_false(same_provider(&a, "alpha", &c, "alpha"));
    end_run(&a);
    end_run(&b);
    end_run(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_changes_nothing),
        cmocka_unit_test(test_renaming_with_the_key_kept_changes_labels_only),
        cmocka_unit_test(test_a_change_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
