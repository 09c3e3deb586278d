// SPDX-License-Identifier: GPL-3.0-or-later
/* test_reader.c - wrong scenarios: every mistake is found, placed and explained; none is guessed
 * around. Files in memory, and the same with files on disk where the disk matters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support_files.h"

#define POOLS "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n"
#define CAMPAIGN(more) \
    "campaigns = { c = { pool = \"p\"; recipients = 100; window = \"1h\"; " more " }; };\n"
#define CAMPAIGNS CAMPAIGN("mix = { x = \"100%\"; };")
#define PROVIDERS "providers = { x = { }; };\n"
#define GOOD POOLS CAMPAIGNS PROVIDERS

static const char bands_cfg[] =
    "reputation = { prior = { score = 0.5; weight = 100; };\n"
    "  weights = { complaint = 300; unknown = 20; trap = 1000; };\n"
    "  bands = { bad = { below = 0.2; cap = \"20/h\"; busy = \"60%\"; block = \"30%\"; };\n"
    "    low = { below = 0.5; }; medium = { below = 0.8; }; high = { cap = \"3M/day\"; }; }; };\n"
    "assumed = ( { key = \"reputation.prior.weight\"; range = \"1 .. 9\"; } );\n";

static const struct mx_memory_file shared_files[] = {
    {"lib/providers/bands.cfg", bands_cfg, 0},
    {"lib/providers/loop.cfg", "preset = \"loop2\";\n", 0},
    {"lib/providers/loop2.cfg", "preset = \"loop\";\n", 0},
    {"lib/providers/lost.cfg", "assumed = ( { key = \"nothing\"; range = \"1\"; } );\n", 0},
    {"lib/mixes/half.cfg", "x = \"50%\";\n", 0},
    {"f/loop.cfg", "seed = 3;\n@include \"loop.cfg\"\n", 0},
    {"f/loop-a.cfg", "@include \"loop-b.cfg\"\n", 0},
    {"f/loop-b.cfg", "@include \"loop-a.cfg\"\n", 0},
    {"f/typo.cfg", "sede = 3;\n", 0},
    {"f/broken.cfg", "seed = ;\n", 0},
    {"f/rows.csv", "seconds,count\n0,10\n\nx,5\n20,3\n10,4\n30,-1\n", 0},
    {"f/open.csv", "0,10\n7200,5\n", 0},
    {"f/none.csv", "# nothing\n", 0},
};

#define SHARED_COUNT (sizeof shared_files / sizeof shared_files[0])

static struct mx_plan *load(const char *text, size_t size, const struct mx_override *overrides,
                            size_t override_count, struct mx_mistakes *mistakes)
{
    static const char *const dirs[] = {"lib"};
    struct mx_memory_file file[SHARED_COUNT + 1];
    memcpy(file, shared_files, sizeof shared_files);
    file[SHARED_COUNT] = (struct mx_memory_file){"f/s.cfg", text, size};
    struct mx_memory_files files = {file, SHARED_COUNT + 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {.preset_dirs = dirs,
                                        .preset_dir_count = 1,
                                        .access = &access,
                                        .overrides = overrides,
                                        .override_count = override_count};
    *mistakes = (struct mx_mistakes){0};
    return mx_reader_load("f/s.cfg", &options, mistakes);
}

static void show(const struct mx_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mx_mistake *item = &mistakes->item[i];
        print_message("  %s:%d: %s: %s\n", item->file, item->line, item->key, item->text);
    }
}

/* One mistake that a text has to lead to: its line (0: any), its key, a part of what it says. */
struct bad {
    const char *text;
    int line;
    const char *key, *part;
};

static void check_found(const struct bad *bad, struct mx_plan *plan, struct mx_mistakes *mistakes)
{
    bool found = false;
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mx_mistake *item = &mistakes->item[i];
        found = found ||
                (strcmp(item->key, bad->key) == 0 && (bad->line == 0 || item->line == bad->line) &&
                 strstr(item->text, bad->part) != NULL);
    }
    if (plan != NULL || !found) {
        print_message("%s\nwas to give %d: %s: %s\n", bad->text, bad->line, bad->key, bad->part);
        show(mistakes);
        fail();
    }
    mx_mistakes_fini(mistakes);
}

static void check_bad(const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mx_mistakes mistakes;
        struct mx_plan *plan = load(bad[i].text, 0, NULL, 0, &mistakes);
        check_found(&bad[i], plan, &mistakes);
    }
}

#define CHECK_BAD(table) check_bad(table, sizeof(table) / sizeof((table)[0]))

static void the_base_is_good(void **state)
{
    (void)state;
    struct mx_mistakes mistakes;
    struct mx_plan *plan = load(GOOD, 0, NULL, 0, &mistakes);
    show(&mistakes);
    assert_non_null(plan);
    assert_int_equal(mistakes.count, 0);
    mx_plan_destroy(plan);
}

static void syntax(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {GOOD "seed = ;\n", 4, "", "a value is expected here"},
        {GOOD "seed 3;\n", 4, "", "an = is expected here"},
        {GOOD "seed = 3\n}\n", 5, "", "a key is expected here"},
        {GOOD "expect = ( \"a\", );\n", 4, "", "a value is expected here"},
        {GOOD "expect = ( \"a\" ];\n", 4, "", "expected ')'"},
        {GOOD "engine = {\n window = \"1s\";\n", 5, "", "expected '}' for the '{' of line 4"},
        {GOOD "name = reference;\n", 4, "", "needs quotes"},
        {GOOD "horizon = 72h;\n", 4, "", "needs quotes: \"72h\""},
        {GOOD "name = \"x\n\";\n", 4, "", "without its closing quote"},
        {GOOD "/* open\n", 4, "", "without its */"},
        {GOOD "name = \"a\\qb\";\n", 4, "", "unknown escape"},
        {GOOD "seed = 1; seed = 2;\n", 4, "", "duplicate"},
        {GOOD "name = \"a\" 3;\n", 4, "", "a key is expected here"},
        {GOOD "x = [ 1, true ];\n", 4, "", "mismatched element type"},
        {GOOD "seed = 3 $;\n", 4, "", "unexpected character '$'"},
        {GOOD " seed = 1; @include \"a\"\n", 4, "", "unexpected character '@'"},
        {"\n  \n", 0, "", "empty scenario"},
        {"", 0, "", "empty scenario"},
        {"# only a comment", 0, "", "empty scenario"},
    };
    CHECK_BAD(table);
}

/* What Debian 12's libconfig 1.5 reads wrongly without saying so. */
static void literals_that_libconfig_spoils(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {GOOD "seed = 1.0e400;\n", 4, "", "1.0e400 is out of range"},
        {GOOD "seed = 99999999999999999999999L;\n", 4, "", "too many digits"},
        {GOOD "seed = 0x1ffffffffffffffff;\n", 4, "", "not a number"},
        {GOOD "seed = 18446744073709551616;\n", 4, "", "too many digits"},
        {GOOD "seed = -5000000000;\n", 4, "seed", "is negative"},
        {GOOD "replications = 5000000000;\n", 4, "replications", "is out of range"},
    };
    CHECK_BAD(table);

    struct mx_mistakes mistakes;
    struct mx_plan *plan = load(GOOD "seed = 5000000000; replications = 0x10;\n"
                                     "mta = { retry = { then = 3; }; };\n",
                                0, NULL, 0, &mistakes);
    show(&mistakes);
    assert_non_null(plan);
    assert_true(plan->seed == UINT64_C(5000000000)); /* 705032704 in libconfig 1.5 */
    assert_int_equal(plan->replications, 16);
    assert_true(plan->retry.multiply == 3); /* a float look-up of 3 fails there */
    mx_plan_destroy(plan);
}

static void quantities(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {GOOD "horizon = 72;\n", 4, "horizon", "72 has no unit; write \"72s\""},
        {GOOD "horizon = \"72\";\n", 4, "horizon", "has no unit; allowed"},
        {GOOD "horizon = \"72 hours\";\n", 4, "horizon",
         "\"hours\" is no unit here; allowed: a duration"},
        {GOOD "horizon = \"50%\";\n", 4, "horizon", "\"%\" is no unit here"},
        {GOOD "horizon = \"-72h\";\n", 4, "horizon", "is negative"},
        {GOOD "horizon = \"nan\";\n", 4, "horizon", "finite number"},
        {GOOD "horizon = \"infh\";\n", 4, "horizon", "finite number"},
        {GOOD "horizon = \"401d\";\n", 4, "horizon", "out of range; allowed: a duration"},
        {GOOD "horizon = \"1e300d\";\n", 4, "horizon", "out of range"},
        {GOOD "horizon = true;\n", 4, "horizon", "is true or false; allowed: a duration"},
        {GOOD "horizon = [ \"1h\" ];\n", 4, "horizon", "is a list; allowed: a duration"},
        {GOOD "mta = { retry = { whole_seconds = 1; }; };\n", 4, "mta.retry.whole_seconds",
         "true or false, without quotes"},
        {GOOD "mta = { retry = { whole_seconds = \"true\"; }; };\n", 4, "mta.retry.whole_seconds",
         "without quotes"},
        {GOOD "seed = 1.5;\n", 4, "seed", "not a whole number"},
        {GOOD "seed = 9223372036854775808L;\n", 4, "seed", "out of range"},
        {GOOD "replications = 100001;\n", 4, "replications", "out of range"},
        {GOOD "horizon = \"3h\"; warmup = \"3h\";\n", 4, "warmup", "nothing would be counted"},
        {GOOD "seed = \"many\";\n", 4, "seed", "finite number"},
        {GOOD "lists = { l = { unknown = 0.1; }; };\n", 4, "lists.l.unknown", "write \"0.1%\""},
        {GOOD "lists = { l = { unknown = \"101%\"; }; };\n", 4, "lists.l.unknown", "of range"},
        {GOOD "lists = { l = { unknown = \"inf%\"; }; };\n", 4, "lists.l.unknown", "finite"},
        {GOOD "lists = { l = { unknown = \"60%\";\n closed = \"50%\"; }; };\n", 4, "lists.l",
         "up to 100 %"},
        {GOOD "mta = { rate = \"50k\"; };\n", 4, "mta.rate", "has no unit; allowed: a rate"},
        {GOOD "mta = { rate = 5; };\n", 4, "mta.rate", "write \"5/h\""},
        {GOOD "mta = { rate = \"0/h\"; };\n", 4, "mta.rate", "write \"none\""},
        {GOOD "mta = { transaction_time = { law = \"exponential\"; }; };\n", 4,
         "mta.transaction_time.mean", "missing"},
        {GOOD "mta = { transaction_time = { law = \"normal\"; mean = \"1s\"; }; };\n", 4,
         "mta.transaction_time.law", "did you mean \"lognormal\"?"},
        {GOOD "mta = { transaction_time = { law = \"constant\"; mean = \"1s\"; cv = 1; }; };\n", 4,
         "mta.transaction_time.cv", "unknown key"},
    };
    CHECK_BAD(table);
}

static void unknown_keys(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {GOOD "sede = 3;\n", 4, "sede", "unknown key; did you mean \"seed\"?"},
        {GOOD "mta = { conections = 3; };\n", 4, "mta.conections", "mean \"connections\"?"},
        {GOOD "mta = { retry = { max_lifetime = \"1h\"; }; };\n", 4, "mta.retry.max_lifetime",
         "did you mean \"lifetime\"?"},
        {POOLS CAMPAIGNS "providers = { x = {\n  capcity = \"none\"; }; };\n", 4,
         "providers.x.capcity", "did you mean \"capacity\"?"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; qqqqq = 1;") PROVIDERS, 2, "campaigns.c.qqqqq",
         "known here: key, kind"},
        {"pools = { p = { ips = ( { name = \"ip\"; counts = 3; } ); }; };\n" CAMPAIGNS PROVIDERS, 1,
         "pools.p.ips[0].counts", "did you mean \"count\"?"},
        {GOOD "@include \"typo.cfg\"\n", 1, "sede", "unknown key"},
    };
    CHECK_BAD(table);
}

static void missing_and_wrong_groups(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {CAMPAIGNS PROVIDERS, 0, "pools", "missing"},
        {POOLS PROVIDERS, 0, "campaigns", "missing"},
        {POOLS CAMPAIGNS, 0, "providers", "missing"},
        {"pools = { };" CAMPAIGNS PROVIDERS, 1, "campaigns.c.pool", "there is no pool \"p\""},
        {POOLS "campaigns = { };" PROVIDERS, 0, "", "at least one pool, campaign and provider"},
        {"pools = 3;\n" CAMPAIGNS PROVIDERS, 1, "pools", "is a bare number; allowed: a group"},
        {"pools = { p = { }; };\n" CAMPAIGNS PROVIDERS, 1, "pools.p.ips", "missing"},
        {"pools = { p = { ips = ( ); }; };\n" CAMPAIGNS PROVIDERS, 1, "pools.p.ips",
         "at least one address"},
        {"pools = { p = { ips = ( 3 ); }; };\n" CAMPAIGNS PROVIDERS, 1, "pools.p.ips[0]",
         "allowed: a group"},
        {POOLS "campaigns = { c = { pool = \"p\"; recipients = 5; mix = { x = \"100%\"; }; }; "
               "};" PROVIDERS,
         2, "campaigns.c.window", "missing"},
        {POOLS "campaigns = { c = { window = \"1h\"; recipients = 5; mix = { x = \"100%\"; }; }; "
               "};" PROVIDERS,
         2, "campaigns.c.pool", "missing"},
        {POOLS "campaigns = { c = { pool = \"p\"; window = \"1h\"; mix = { x = \"100%\"; }; }; "
               "};" PROVIDERS,
         2, "campaigns.c.recipients", "missing"},
        {POOLS CAMPAIGN("") PROVIDERS, 2, "campaigns.c.mix", "missing"},
        {GOOD "mta = { throttle = 3; };\n", 4, "mta.throttle", "allowed: \"none\""},
        {GOOD "mta = \"none\";\n", 4, "mta", "allowed: a group"},
    };
    CHECK_BAD(table);
}

static void names_and_references(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {"pools = { p = { ips = ( { name = \"a b\"; } ); }; };\n" CAMPAIGNS PROVIDERS, 1,
         "pools.p.ips[0].name", "is not a name"},
        {"pools = { p = { ips = ( { name = \"(none)\"; } ); }; };\n" CAMPAIGNS PROVIDERS, 1,
         "pools.p.ips[0].name", "is not a name"},
        {"pools = { p = { ips = ( { name = \"total\"; } ); }; };\n" CAMPAIGNS PROVIDERS, 1,
         "pools.p.ips[0].name", "reserved"},
        {"pools = { p = { ips = ( { name = \"a\"; }, { name = \"a\"; } ); }; };\n" CAMPAIGNS
             PROVIDERS,
         1, "pools.p.ips[1]", "second address of the name \"a\""},
        {"pools = { p = { ips = ( { name = \"a\"; count = 2; }, { name = \"a-2\"; } ); }; "
         "};\n" CAMPAIGNS PROVIDERS,
         1, "pools.p.ips[1]", "second address"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; };") "providers = { x = { }; none = { }; };\n", 3,
         "providers.none", "reserved"},
        {POOLS CAMPAIGNS "providers = { x = { key = \"k\"; }; y = { key = \"k\"; }; };\n", 3,
         "providers.y", "the same key"},
        {POOLS CAMPAIGNS "providers = { x = { }; y = { key = \"x\"; }; };\n", 3, "providers.y",
         "the same key"},
        {POOLS CAMPAIGN("mix = { gmial = \"100%\"; };") "providers = { gmail = { }; };\n", 2,
         "campaigns.c.mix.gmial", "did you mean \"gmail\"?"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; list = \"byers\";") PROVIDERS
         "lists = { buyers = { }; };\n",
         2, "campaigns.c.list", "did you mean \"buyers\"?"},
        {POOLS "campaigns = { c = { pool = \"q\"; recipients = 1; window = \"1h\"; "
               "mix = { x = \"100%\"; }; }; };\n" PROVIDERS,
         2, "campaigns.c.pool", "no pool \"q\""},
        {GOOD "mta = { destinations = { xx = { connections = 3; }; }; };\n", 4,
         "mta.destinations.xx", "there is no provider \"xx\""},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; domain = \"a b\";") PROVIDERS, 2,
         "campaigns.c.domain", "is not a name"},
        {GOOD "domains = ( { name = \"other.example\"; } );\n", 4, "domains[0]",
         "no campaign sends from"},
    };
    CHECK_BAD(table);
}

static void mixes_and_limits(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {POOLS CAMPAIGN("mix = { x = \"99%\"; };") PROVIDERS, 2, "campaigns.c.mix", "sum to 99 %"},
        {POOLS CAMPAIGN("mix = { x = \"100.001%\"; };") PROVIDERS, 2, "campaigns.c.mix.x", "range"},
        {POOLS CAMPAIGN("mix = { preset = \"half\"; };") PROVIDERS, 2, "campaigns.c.mix",
         "sum to 50 %"},
        {POOLS CAMPAIGN("mix = { x = 1.0; };") PROVIDERS, 2, "campaigns.c.mix.x", "\"65%\""},
        {POOLS CAMPAIGN("mix = { x = \"-5%\"; };") PROVIDERS, 2, "campaigns.c.mix.x", "negative"},
        {POOLS CAMPAIGN("mix = { }; ") PROVIDERS, 2, "campaigns.c.mix", "sum to 0 %"},
        {POOLS CAMPAIGN("counts = { x = 99; };") PROVIDERS, 2, "campaigns.c.counts",
         "not the campaign's recipients"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; repeat = { every = \"1d\"; count = 10001; };")
             PROVIDERS,
         2, "campaigns.c.repeat.count", "out of range"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; repeat = { every = \"1d\"; count = 500; };")
             PROVIDERS,
         2, "campaigns.c", "after 400 days"},
        {POOLS "campaigns = { c = { pool = \"p\"; recipients = \"1100G\"; window = \"1h\"; "
               "mix = { x = \"100%\"; }; }; };\n" PROVIDERS,
         2, "campaigns.c.recipients", "range"},
        {POOLS
         "campaigns = { c = { pool = \"p\"; recipients = \"600G\"; window = \"1h\"; "
         "repeat = { every = \"1h\"; count = 2; }; mix = { x = \"100%\"; }; }; };\n" PROVIDERS,
         2, "campaigns.c", "more than 2^40 messages"},
        {POOLS "campaigns = { c = { pool = \"p\"; recipients = \"300G\"; window = \"1h\"; "
               "mix = { x = \"100%\"; }; }; d = { pool = \"p\"; recipients = 1; window = \"1h\"; "
               "mix = { x = \"100%\"; }; }; e = { pool = \"p\"; recipients = 1; window = \"1h\"; "
               "mix = { x = \"100%\"; }; }; };\n" PROVIDERS,
         2, "campaigns", "up to 274877906944 are allowed"},
        {"pools = { p = { ips = ( { name = \"ip\"; count = 40000; } ); }; };\n" CAMPAIGNS
         "providers = { x = { }; y = { }; };\n",
         0, "", "allowed: 65535 paths"},
        {"pools = { p = { ips = ( { name = \"ip\"; count = 65536; } ); }; };\n" CAMPAIGNS PROVIDERS,
         1, "pools.p.ips[0].count", "range"},
        {GOOD "horizon = \"auto\"; mta = { retry = { lifetime = \"none\"; }; };\n", 0, "horizon",
         "no lifetime"},
        {POOLS CAMPAIGN("mix = { x = \"100%\"; }; start_after = \"399d\";") PROVIDERS, 0, "horizon",
         "allowed: 400 days"},
        {GOOD "engine = { window = \"1us\"; }; horizon = \"300d\";\n", 4, "engine.window",
         "out of range"},
    };
    CHECK_BAD(table);
}

static void campaigns(void **state)
{
    (void)state;
#define MIX "mix = { x = \"100%\"; }; "
    static const struct bad table[] = {
        {POOLS CAMPAIGN(MIX "shape = \"diurnal\";") PROVIDERS, 2, "campaigns.c.hourly", "missing"},
        {POOLS CAMPAIGN(MIX "shape = \"diurnal\"; hourly = [ 1, 2 ];") PROVIDERS, 2,
         "campaigns.c.hourly", "allowed: 24"},
        {POOLS CAMPAIGN(MIX "shape = \"wave\";") PROVIDERS, 2, "campaigns.c.shape", "not one of"},
        {POOLS CAMPAIGN(MIX "spikes = ( { from = \"2m\"; to = \"1m\"; factor = 2; } );") PROVIDERS,
         2, "campaigns.c.spikes[0]", "before"},
        {POOLS CAMPAIGN(MIX "spikes = ( { from = \"2m\"; to = \"2h\"; factor = 2; } );") PROVIDERS,
         2, "campaigns.c.spikes[0]", "window's end"},
        {POOLS CAMPAIGN(MIX "spikes = ( { from = \"0m\"; to = \"1h\"; factor = 0; } );") PROVIDERS,
         2, "campaigns.c", "sends nothing"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"rows.csv\";") PROVIDERS, 4, "",
         "first column"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"rows.csv\";") PROVIDERS, 6, "",
         "must increase"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"rows.csv\";") PROVIDERS, 7, "",
         "second column"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"open.csv\";") PROVIDERS, 2, "",
         "no end to spread to"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"none.csv\";") PROVIDERS, 0, "", "no rows"},
        {POOLS CAMPAIGN(MIX "shape = \"file\"; file = \"lost.csv\";") PROVIDERS, 2,
         "campaigns.c.file", "cannot read f/lost.csv"},
        {POOLS CAMPAIGN(MIX "shape = \"pieces\"; edges = [ \"0s\" ]; weights = [ 1 ];") PROVIDERS,
         2, "campaigns.c.edges", "one edge more"},
        {POOLS CAMPAIGN(MIX "shape = \"pieces\"; edges = [ \"5s\", \"5s\" ]; weights = [ 1 ];")
             PROVIDERS,
         2, "campaigns.c.edges[1]", "must increase"},
        {POOLS CAMPAIGN(MIX "start_after = \"1h\"; starts_after = [ \"1h\" ];") PROVIDERS, 2,
         "campaigns.c.starts_after", "in place of"},
        {GOOD "start = \"2026-02-29 09:00\";\n", 4, "start", "not a date"},
        {GOOD "start = \"27.11.2026\";\n", 4, "start", "not a date"},
        {GOOD "time_zone = \"Europe/Atlantis\";\n", 4, "time_zone", "no such zone"},
        {GOOD "time_zone = \"../../etc/passwd\";\n", 4, "time_zone", "not a name"},
        {GOOD "utc_offset = \"5h\";\n", 4, "utc_offset", "not an offset"},
        {GOOD "clock_changes = ( \"1d -04:00\" );\n", 4, "clock_changes", "needs utc_offset"},
        {GOOD "utc_offset = \"-05:00\"; clock_changes = ( \"1d\" );\n", 4, "clock_changes[0]",
         "an offset, such as"},
        {GOOD "utc_offset = \"-05:00\"; clock_changes = ( \"2h +01:00\", \"1h +02:00\" );\n", 4,
         "clock_changes[1]", "after the one before"},
    };
    CHECK_BAD(table);
}

static void retry_policies(void **state)
{
    (void)state;
#define RETRY(keys) GOOD "horizon = \"80h\"; mta = { retry = { " keys " }; };\n"
    static const struct bad table[] = {
        {RETRY("gaps = [ \"0s\" ]; then = \"repeat\";"), 4, "mta.retry", "never advances"},
        {RETRY("gaps = [ ];"), 4, "mta.retry.gaps", "allowed: 1 to 64"},
        {RETRY("gaps = [ \"2m\", 5 ];"), 4, "mta.retry.gaps[1]", "5 has no unit"},
        {RETRY("gaps = 2;"), 4, "mta.retry.gaps", "a list of durations"},
        {RETRY("gaps = \"2m, 5x\";"), 4, "mta.retry.gaps", "not a gap"},
        {RETRY("gaps = \"2m*\";"), 4, "mta.retry.gaps", "not a gap"},
        {RETRY("gaps = \"2m,\";"), 4, "mta.retry.gaps", "not a gap"},
        {RETRY("gaps = \"1m*60, 2m*5\";"), 4, "mta.retry.gaps", "more than 64"},
        {RETRY("kind = \"age\"; max_attempts = \"gaps\";"), 4, "mta.retry.max_attempts",
         "for a list"},
        {RETRY("jitter_max = \"30s\";"), 4, "mta.retry.jitter_max", "first_gap"},
        {RETRY("jitter_step = \"1s\";"), 4, "mta.retry", "jitter_step"},
        {RETRY("kind = \"age\"; jitter_of = \"first_gap\";"), 4, "mta.retry.jitter_of",
         "for a list"},
        {RETRY("offsets = true; whole_factor = true;"), 4, "mta.retry", "whole_factor"},
        {RETRY("server = \"postfx\";"), 4, "mta.retry.server", "did you mean \"postfix\"?"},
        {RETRY("server = \"kumomta\"; max_age = \"1d\"; lifetime = \"2d\";"), 4,
         "mta.retry.max_age", "the same setting"},
        {RETRY("max_age = \"1d\";"), 4, "mta.retry.max_age", "unknown key"},
        {RETRY("expiry = \"attempts_due\";"), 4, "mta.retry", "max_attempts"},
        {RETRY("kind = \"list\";"), 4, "mta.retry.gaps", "missing"},
        {RETRY("then = 0.5;"), 4, "mta.retry.then", "out of range"},
        {RETRY("then = \"again\";"), 4, "mta.retry.then", "not \"repeat\""},
        {RETRY("server = \"postfix\"; kind = \"age\"; maximal_backoff_time = \"10parsec\";"), 4,
         "mta.retry.maximal_backoff_time", "is no unit here"},
        {RETRY("server = \"postfix\"; kind = \"list\"; maximal_backoff_time = \"1h\";"), 4,
         "mta.retry.maximal_backoff_time", "not a key of this kind"},
        {RETRY("server = \"kumomta\"; retry_interval = [ \"5m\", \"x\" ];"), 4,
         "mta.retry.retry_interval[1]", "finite number"},
        {RETRY("server = \"postfix\"; kind = \"age\"; minimal_backoff_time = \"2h\"; "
               "maximal_backoff_time = \"1h\"; lifetime = \"1d\";"),
         4, "mta.retry", "maximal_backoff_time: must not be shorter than minimal_backoff_time"},
        {RETRY("kind = \"age\"; minimal_backoff = \"2h\"; maximal_backoff = \"1h\";"), 4,
         "mta.retry", "minimal_backoff"},
        {RETRY("kind = \"segments\"; rule = \"F,2h\";"), 4, "mta.retry.rule", "not a segment"},
        {RETRY("kind = \"segments\"; rule = \"Z,2h,1h\";"), 4, "mta.retry.rule", "not a segment"},
        {RETRY("kind = \"segments\"; rule = \"F,2h,0s\";"), 4, "mta.retry.rule", "out of range"},
        {RETRY("kind = \"segments\"; rule = \"F,2h,15m; F,1h,15m\";"), 4, "mta.retry", "later"},
        {RETRY("kind = \"quadratic\";"), 4, "mta.retry.form", "missing"},
        {RETRY("kind = \"exponential\"; mean_gap = \"0s\";"), 4, "mta.retry.mean_gap", "range"},
        {RETRY("kind = \"fibonacci\";"), 4, "mta.retry.kind", "not one of"},
        {RETRY("jitter = \"100%\";"), 4, "mta.retry.jitter", "less than 100"},
        {RETRY("lifetime = \"0s\";"), 4, "mta.retry.lifetime", "out of range"},
        {RETRY("expiry = \"attempts\";"), 4, "mta.retry", "max_attempts"},
        {RETRY("expiry = \"late\";"), 4, "mta.retry.expiry", "not one of"},
        {RETRY("preset = \"blucore\";"), 4, "mta.retry.preset", "did you mean \"bluecore\"?"},
    };
    CHECK_BAD(table);
}

static void senders(void **state)
{
    (void)state;
#define RULE(keys) GOOD "mta = { throttle = { rules = ( { " keys " } ); }; };\n"
#define RULE_KEYS "on = [ \"rate\" ]; count = 2; within = \"1h\"; for = \"1h\"; "
#define WARM_UP(keys) \
    "pools = { p = { ips = ( { name = \"ip\"; } ); warm_up = { " keys \
    " }; }; };\n" CAMPAIGNS PROVIDERS
    static const struct bad table[] = {
        {RULE(RULE_KEYS "action = \"stop\";"), 4, "mta.throttle.rules[0].action", "not one of"},
        {RULE(RULE_KEYS "action = \"rate\";"), 4, "mta.throttle.rules[0].value", "missing"},
        {RULE(RULE_KEYS "action = \"rate\"; value = 3;"), 4, "mta.throttle.rules[0].value",
         "no unit"},
        {RULE(RULE_KEYS "action = \"rate\"; value = \"0/h\";"), 4, "mta.throttle.rules[0].value",
         "a rate of 0"},
        {RULE(RULE_KEYS "action = \"pause\"; value = 1;"), 4, "mta.throttle.rules[0].value",
         "unknown key"},
        {RULE("on = [ \"spam\" ]; count = 2; within = \"1h\"; for = \"1h\"; action = \"pause\";"),
         4, "mta.throttle.rules[0].on[0]", "not one of"},
        {RULE("on = [ ]; count = 2; within = \"1h\"; for = \"1h\"; action = \"pause\";"), 4,
         "mta.throttle.rules[0].on", "at least one reason"},
        {RULE("action = \"pause\";"), 4, "mta.throttle.rules[0].count", "missing"},
        {GOOD "mta = { throttle = { preset = \"nope\"; }; };\n", 4, "mta.throttle.preset",
         "known in throttles/: esp-default"},
        {GOOD "mta = { connections = 0; };\n", 4, "mta.connections", "out of range"},
        {GOOD "mta = { burst = 0.5; };\n", 4, "mta.burst", "out of range"},
        {WARM_UP("period = \"1h\";"), 1, "pools.p.warm_up.allowances", "missing"},
        {WARM_UP("period = \"2d\"; allowances = [ 5 ];"), 1, "pools.p.warm_up.period", "range"},
        {WARM_UP("period = \"1h\"; allowances = [ -5 ];"), 1, "pools.p.warm_up.allowances[0]",
         "negative"},
        {WARM_UP("period = \"1h\"; allowances = [ 5 ]; overflow = \"drop\";"), 1,
         "pools.p.warm_up.overflow", "\"wait\" or \"pool:NAME\""},
        {WARM_UP("period = \"1h\"; allowances = [ 5 ]; overflow = \"pool:p\";"), 1,
         "pools.p.warm_up.overflow", "a loop"},
        {WARM_UP("period = \"1h\"; allowances = [ 5 ]; overflow = \"pool:q\";"), 1,
         "pools.p.warm_up.overflow", "no pool \"q\""},
        {WARM_UP("preset = \"sendgrid\";"), 1, "pools.p.warm_up.preset", "known in warm-ups/"},
    };
    CHECK_BAD(table);
}

static void providers(void **state)
{
    (void)state;
#define PROVIDER(keys) POOLS CAMPAIGNS "providers = { x = { " keys " }; };\n"
    static const struct bad table[] = {
        {PROVIDER("replies = \"gmial\";"), 3, "providers.x.replies", "mean \"gmail\"?"},
        {PROVIDER("connections = { per_ip = 0; };"), 3, "providers.x.connections.per_ip", "range"},
        {PROVIDER("connections = 5;"), 3, "providers.x.connections", "a group"},
        {PROVIDER("outages = ( { from = \"2h\"; to = \"1h\"; } );"), 3, "providers.x.outages[0]",
         "before"},
        {PROVIDER(
             "outages = ( { from = \"1h\"; to = \"3h\"; }, { from = \"2h\"; to = \"4h\"; } );"),
         3, "providers.x.outages", "overlap"},
        {PROVIDER("allowance = { growth = 0.5; };"), 3, "providers.x.allowance.growth", "range"},
        {PROVIDER("allowance = { growth = 2; reference = \"90m\"; };"), 3,
         "providers.x.allowance.reference", "whole number of days"},
        {PROVIDER("allowance = { hourly_share = \"0%\"; };"), 3,
         "providers.x.allowance.hourly_share", "nothing pass"},
        {PROVIDER("allowance = { bucket = \"leaky\"; };"), 3, "providers.x.allowance.bucket",
         "not one of"},
        {PROVIDER("reputation = { };"), 3, "providers.x.reputation.bands", "missing"},
        {PROVIDER("preset = \"bands\"; reputation = { prior = { score = 1.5; }; };"), 3,
         "providers.x.reputation.prior.score", "range"},
        {PROVIDER("preset = \"bands\"; reputation = { bands = { low = { below = 0.1; }; }; };"), 0,
         "providers.x.reputation.bands", "must not fall"},
        {PROVIDER("preset = \"bands\"; reputation = { bands = { bad = { busy = \"80%\"; }; }; };"),
         3, "providers.x.reputation.bands.bad", "more than 100"},
        {PROVIDER("preset = \"bands\"; reputation = { epoch = \"1500ms\"; };"), 0,
         "providers.x.reputation.epoch", "not a multiple"},
        {PROVIDER("capacity = { kind = \"rate\"; };"), 3, "providers.x.capacity.rate", "missing"},
        {PROVIDER("capacity = { };"), 3, "providers.x.capacity.kind", "missing"},
        {PROVIDER("capacity = { backlog = 5; };"), 3, "providers.x.capacity.rate", "missing"},
        {PROVIDER("capacity = { kind = \"drain\"; rate = \"5/s\"; };"), 3,
         "providers.x.capacity.kind", "not one of: rate, servers"},
        {PROVIDER("capacity = { busy_cost = 1; servers = 2; };"), 3, "providers.x.capacity",
         "busy_cost belongs to kind = \"rate\" and servers to kind = \"servers\""},
        {PROVIDER("capacity = { rate = \"5/s\"; waiting_room = 2; };"), 3, "providers.x.capacity",
         "rate belongs to kind = \"rate\" and waiting_room to kind = \"servers\""},
        {PROVIDER("capacity = { kind = \"servers\"; servers = 2; service = \"1s\"; };"), 3,
         "providers.x.capacity.waiting_room", "missing"},
        {PROVIDER("capacity = { kind = \"rate\"; rate = \"5/s\"; daily = [ 0, 0 ]; };"), 3,
         "providers.x.capacity.daily", "all factors are 0"},
        {PROVIDER("capacity = { kind = \"rate\"; rate = \"5/s\"; daily = [ 1, \"x\" ]; };"), 3,
         "providers.x.capacity.daily[1]", "is text"},
        {PROVIDER("greylist = { domains = 3; };"), 3, "providers.x.greylist.delay", "missing"},
        {PROVIDER("content = { reject = \"60%\"; busy = \"60%\"; };"), 3, "providers.x.content",
         "more than 100"},
        {PROVIDER("preset = \"gmail\";"), 3, "providers.x.preset",
         "known in providers/: bands, loop, loop2, lost"},
        {PROVIDER("preset = \"band\";"), 3, "providers.x.preset", "did you mean \"bands\"?"},
        {PROVIDER("preset = \"loop\";"), 1, "preset", "a preset loop"},
        {PROVIDER("preset = \"lost\";"), 1, "assumed[0].key", "not a key of this file"},
        {PROVIDER("preset = 3;"), 3, "providers.x.preset", "the name of a preset in quotes"},
        {PROVIDER("preset = \"bands\";") "sources = { assumed = \"error\"; };\n", 1,
         "providers.x.reputation.prior.weight", "100 is ASSUMED (range 1 .. 9)"},
        {GOOD "sources = { assumed = \"loud\"; };\n", 4, "sources.assumed", "not one of"},
    };
    CHECK_BAD(table);
}

static void includes(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {GOOD "@include \"loop.cfg\"\n", 2, "", "an include loop"},
        {GOOD "@include \"loop-a.cfg\"\n", 1, "", "an include loop"},
        {GOOD "@include \"s.cfg\"\n", 4, "", "an include loop"},
        {GOOD "@include \"none.cfg\"\n", 4, "", "cannot read f/none.cfg: No such file"},
        {GOOD "@include \"broken.cfg\"\n", 1, "", "a value is expected"},
        {GOOD "@include none\n", 4, "", "file name in quotes"},
    };
    CHECK_BAD(table);
}

/* All of them at once, not one after the other. */
static void all_mistakes_at_once(void **state)
{
    (void)state;
    static const char text[] = "sede = 3;\nhorizon = 72;\n" POOLS CAMPAIGN(
        "mix = { x = \"90%\"; };") "providers = { x = { greylst = 1; }; };\n"
                                   "mta = { rate = \"x\"; };\n";
    struct mx_mistakes mistakes;
    assert_null(load(text, 0, NULL, 0, &mistakes));
    assert_int_equal(mistakes.count, 5);
    for (size_t i = 0; i < mistakes.count; i++) {
        assert_string_equal(mistakes.item[i].file, "f/s.cfg");
        assert_true(mistakes.item[i].line > 0);
    }
    mx_mistakes_fini(&mistakes);
}

static void mistakes_have_a_limit(void **state)
{
    (void)state;
    static char text[20000];
    size_t size = 0;
    for (int i = 0; i < 500; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size, "wrong%d = 1;\n", i);
    }
    struct mx_mistakes mistakes;
    assert_null(load(text, 0, NULL, 0, &mistakes));
    assert_int_equal(mistakes.count, 100);
    mx_mistakes_fini(&mistakes);
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    struct mx_mistakes mistakes;
    struct bad bad = {"NUL", 0, "", "NUL byte"};
    check_found(&bad, load("seed = 1;\0seed = 2;", 19, NULL, 0, &mistakes), &mistakes);
    static char deep[500];
    memcpy(deep, "a = ", 4);
    memset(deep + 4, '(', 200);
    bad = (struct bad){"deep", 0, "", "nested too deeply"};
    check_found(&bad, load(deep, 0, NULL, 0, &mistakes), &mistakes);
    static char wide[5000 * 12];
    size_t size = 0;
    for (int i = 0; i < 5000; i++) {
        size += (size_t)snprintf(wide + size, sizeof wide - size, "a%d=1;\n", i);
    }
    bad = (struct bad){"wide", 0, "", "too many settings"};
    check_found(&bad, load(wide, 0, NULL, 0, &mistakes), &mistakes);
}

static void overrides_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *key, *part;
    } table[] = {
        {"sede", "3", "sede", "did you mean \"seed\"?"},
        {"providers.y.replies", "gmail", "providers.y.replies", "there is no providers.y"},
        {"pools.p.ips[1].count", "3", "pools.p.ips[1].count", "has no element 1"},
        {"pools.p.ips.count", "3", "pools.p.ips.count", "pools.p.ips[0]"},
        {"pools.p.hosts[0].count", "3", "pools.p.hosts[0].count",
         "no list pools.p.hosts to take an element of; set it whole: pools.p.hosts=(...)"},
        {"expect.delivered_rate", "99%", "expect.delivered_rate",
         "write --set 'expect=(\"delivered_rate >= 99%\")'"},
        {"expect.providers.x.deferrals<", "5", "expect.providers.x.deferrals<",
         "write --set 'expect=(\"providers.x.deferrals <= 5\")'"},
        {"expect", "delivered_rate >= 99%", "expect", "a list such as (\"delivered_rate >= 99%\")"},
        {"expect[0]", "delivered_rate >= 99%", "expect[0]", "set it whole: expect=(...)"},
        {"mta.retry.lifetime", "24", "mta.retry.lifetime", "24 has no unit"},
        {"mta.retry.lifetme", "24h", "mta.retry.lifetme", "did you mean \"lifetime\"?"},
        {"mta..retry", "1", "mta..retry", "not a path"},
        {"", "1", "", "not a path"},
        {"mta.", "1", "mta.", "not a path"},
        {"a[x]", "1", "a[x]", "not a path"},
        {"[0]", "1", "[0]", "not a path"},
        {"seed", "1; name = \"x\"", "seed", "is no unit here"},
        {"seed", "", "seed", "finite number"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mx_override override = {table[i].path, table[i].value};
        struct bad bad = {table[i].path, 0, table[i].key, table[i].part};
        struct mx_mistakes mistakes;
        struct mx_plan *plan = load(GOOD, 0, &override, 1, &mistakes);
        if (mistakes.count > 0) {
            assert_string_equal(mistakes.item[0].file, "--set");
            assert_int_equal(mistakes.item[0].line, 0);
        }
        check_found(&bad, plan, &mistakes);
    }
}

/* ---- files on disk ---- */

static char folder[] = "/tmp/mx-reader-XXXXXX";

static const char *disk_path(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(disk_path(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_disk_mistake(const char *name, const char *part)
{
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load(disk_path(name), NULL, &mistakes);
    assert_null(plan);
    assert_true(mistakes.count > 0);
    assert_non_null(strstr(mistakes.item[0].text, part));
    mx_mistakes_fini(&mistakes);
}

static void files_on_disk(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    expect_disk_mistake("missing.cfg", "No such file");
    expect_disk_mistake(".", "Is a directory");
    write_file("empty.cfg", "");
    expect_disk_mistake("empty.cfg", "empty scenario");
    write_file("syntax.cfg", "pools = {\n");
    expect_disk_mistake("syntax.cfg", "expected '}'");
    write_file("loop.cfg", "@include \"loop.cfg\"\n");
    expect_disk_mistake("loop.cfg", "an include loop");
    write_file("large.cfg", "");
    assert_int_equal(truncate(disk_path("large.cfg"), (17 << 20)), 0);
    expect_disk_mistake("large.cfg", "File too large");

    assert_int_equal(mkdir(disk_path("providers"), 0700), 0);
    write_file("providers/mine.cfg", "connections = { per_ip = 7; };\n");
    write_file("part.cfg", POOLS CAMPAIGNS);
    write_file("good.cfg", "@include \"part.cfg\"\nproviders = { x = { preset = \"mine\"; }; };\n");
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load(disk_path("good.cfg"), NULL, &mistakes);
    show(&mistakes);
    assert_non_null(plan);
    assert_int_equal(plan->providers[0].receiver.connections.per_ip, 7);
    assert_string_equal(plan->name, "good");
    mx_plan_destroy(plan);

    write_file("other.cfg", POOLS CAMPAIGNS "providers = { x = { preset = \"mien\"; }; };\n");
    expect_disk_mistake("other.cfg", "did you mean \"mine\"?; known in providers/: mine");
    static const char *const names[] = {"empty.cfg", "syntax.cfg",        "loop.cfg",
                                        "large.cfg", "good.cfg",          "part.cfg",
                                        "other.cfg", "providers/mine.cfg"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(unlink(disk_path(names[i])), 0);
    }
    assert_int_equal(rmdir(disk_path("providers")), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* Any file that cannot be read is a mistake, whichever it is. */
static void reads_that_fail(void **state)
{
    (void)state;
    static const char text[] =
        "@include \"typo.cfg\"\n" POOLS CAMPAIGNS "providers = { x = { preset = \"bands\"; }; };\n";
    static const struct mx_memory_file file[] = {{"f/s.cfg", text, 0},
                                                 {"f/typo.cfg", "seed = 3;", 0},
                                                 {"lib/providers/bands.cfg", bands_cfg, 0}};
    static const char *const dirs[] = {"lib"};
    size_t failed = 0, n = 0, read_count = SIZE_MAX;
    while (n < read_count && n < 50) {
        struct mx_memory_files files = {file, 3, 0, ++n};
        struct mx_file_access access = mx_memory_access(&files);
        struct mx_reader_options options = {
            .preset_dirs = dirs, .preset_dir_count = 1, .access = &access};
        struct mx_mistakes mistakes = {0};
        struct mx_plan *plan = mx_reader_load("f/s.cfg", &options, &mistakes);
        assert_true((plan == NULL) == (mistakes.count > 0));
        failed += plan == NULL;
        read_count = plan != NULL ? files.read_count : read_count;
        mx_mistakes_fini(&mistakes);
        mx_plan_destroy(plan);
    }
    assert_int_equal(failed + 1, read_count); /* the one: looked for, then read after all */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_is_good),
        cmocka_unit_test(syntax),
        cmocka_unit_test(literals_that_libconfig_spoils),
        cmocka_unit_test(quantities),
        cmocka_unit_test(unknown_keys),
        cmocka_unit_test(missing_and_wrong_groups),
        cmocka_unit_test(names_and_references),
        cmocka_unit_test(mixes_and_limits),
        cmocka_unit_test(campaigns),
        cmocka_unit_test(retry_policies),
        cmocka_unit_test(senders),
        cmocka_unit_test(providers),
        cmocka_unit_test(includes),
        cmocka_unit_test(all_mistakes_at_once),
        cmocka_unit_test(mistakes_have_a_limit),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(overrides_refused),
        cmocka_unit_test(files_on_disk),
        cmocka_unit_test(reads_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
