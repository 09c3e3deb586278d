// SPDX-License-Identifier: GPL-3.0-or-later
/* fuzz_reader.c - any bytes as a scenario: a plan or a mistake, never a crash, and no file opened.
 *
 * Bytes that start with "TZif" stand for a zone file, with "CSV\n" for an arrivals file, of a
 * scenario that is good otherwise. A plan that was loaded is printed and must load back to the
 * same text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support_files.h"

#define SIZE_MAX_BYTES 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char provider_cfg[] =
    "reputation = { prior = { score = 0.5; weight = 100; };\n"
    "  weights = { complaint = 300; unknown = 20; trap = 1000; };\n"
    "  bands = { bad = { below = 0.2; cap = \"20/h\"; busy = \"60%\"; block = \"30%\"; };\n"
    "    low = { below = 0.5; }; medium = { below = 0.8; }; high = { cap = \"3M/day\"; }; }; };\n"
    "allowance = { growth = 2.0; floor = \"5k/day\"; };\n"
    "assumed = ( { key = \"reputation.prior.weight\"; range = \"1 .. 9\"; } );\n";
#define GOOD_CFG \
    "start = \"2026-03-28 09:00\";\n" \
    "pools = { p = { ips = ( { name = \"ip\"; count = 2; } ); }; };\n" \
    "campaigns = { c = { pool = \"p\"; recipients = 100; shape = \"file\"; file = \"a.csv\";\n" \
    "  window = \"2h\"; mix = { x = \"100%\"; }; repeat = { every = \"1d\"; count = 3; }; }; };\n" \
    "providers = { x = { }; };\n"
static const char good_cfg[] = GOOD_CFG;
static const char zone_cfg[] = "time_zone = \"Fuzz/Zone\";\n" GOOD_CFG;

static struct mx_plan *load(const char *text, size_t size, const char *zone, size_t zone_size,
                            const char *csv, size_t csv_size)
{
    struct mx_memory_file file[] = {
        {"f/s.cfg", text, size},
        {"f/a.csv", csv, csv_size},
        {"f/inc.cfg", "@include \"inc2.cfg\"\nseed = 7;\n", 0},
        {"f/inc2.cfg", "replications = 3;\n", 0},
        {"f/loop.cfg", "@include \"loop.cfg\"\n", 0},
        {"lib/providers/a.cfg", provider_cfg, 0},
        {"lib/providers/b.cfg", "preset = \"a\"; connections = { per_ip = 3; };\n", 0},
        {"lib/providers/loop.cfg", "preset = \"loop\";\n", 0},
        {"lib/mixes/m.cfg", "x = \"60%\"; y = \"40%\";\n", 0},
        {"lib/warm-ups/w.cfg", "period = \"1h\"; allowances = [ 20, 28 ];\n", 0},
        {"lib/mtas/t.cfg", "kind = \"age\"; lifetime = \"5d\"; expiry = \"after_failure\";\n", 0},
        {"/usr/share/zoneinfo/Fuzz/Zone", zone, zone_size},
    };
    static const char *const dirs[] = {"lib"};
    struct mx_memory_files files = {file, sizeof file / sizeof file[0], 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {
        .preset_dirs = dirs, .preset_dir_count = 1, .access = &access};
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load("f/s.cfg", &options, &mistakes);
    if ((plan == NULL) == (mistakes.count == 0)) {
        abort(); /* a plan or a mistake */
    }
    if (getenv("MX_FUZZ_SHOW") != NULL) {
        for (size_t i = 0; i < mistakes.count; i++) {
            const struct mx_mistake *item = &mistakes.item[i];
            (void)printf("%s:%d: %s: %s\n", item->file, item->line, item->key, item->text);
        }
    }
    mx_mistakes_fini(&mistakes);
    return plan;
}

/* What is printed must be what was loaded. */
static void check_print(const struct mx_plan *plan)
{
    char *text = mx_plan_print(plan, false);
    if (text == NULL) {
        return;
    }
    struct mx_plan *again = load(text, strlen(text), "", 1, "", 1);
    if (again == NULL) {
        abort();
    }
    char *text_again = mx_plan_print(again, false);
    if (text_again == NULL || strcmp(text, text_again) != 0) {
        abort();
    }
    char *notes = mx_plan_print(plan, true);
    free(notes);
    free(text);
    free(text_again);
    mx_plan_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mx_plan *plan;
    const char *bytes = (const char *)data;
    if (size == 0 || size > SIZE_MAX_BYTES) {
        return 0;
    }
    if (size >= 4 && memcmp(data, "TZif", 4) == 0) {
        plan = load(zone_cfg, 0, bytes, size, "0,5\n", 0);
    } else if (size > 4 && memcmp(data, "CSV\n", 4) == 0) {
        plan = load(good_cfg, 0, "", 1, bytes + 4, size - 4);
    } else {
        plan = load(bytes, size, "", 1, "0,5\n9,0\n", 0);
    }
    if (plan != NULL && plan->ip_count <= 1000) {
        check_print(plan);
    }
    mx_plan_destroy(plan);
    return 0;
}
