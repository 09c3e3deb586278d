// SPDX-License-Identifier: GPL-3.0-or-later
/* support_generator.c - see support_generator.h. */
#include "tests/support_generator.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct generator {
    uint64_t state;
    char *text;
    size_t used;
    unsigned provider_count, pool_count, list_count;
};

static uint64_t next(struct generator *g) /* splitmix64 */
{
    uint64_t z = (g->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static unsigned below(struct generator *g, unsigned count)
{
    return (unsigned)(next(g) % count);
}

static bool chance(struct generator *g, unsigned percent)
{
    return below(g, 100) < percent;
}

__attribute__((format(printf, 2, 3))) static void put(struct generator *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(g->text + g->used, MX_GENERATED_SIZE - g->used, format, arguments);
    va_end(arguments);
    if (written > 0)
        g->used += (size_t)written;
    if (g->used >= MX_GENERATED_SIZE)
        g->used = MX_GENERATED_SIZE - 1;
}

static const char *pick(struct generator *g, const char *const *words, unsigned count)
{
    return words[below(g, count)];
}
#define PICK(g, ...) \
    pick(g, (const char *const[]){__VA_ARGS__}, \
         (unsigned)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

static void put_lists(struct generator *g)
{
    put(g, "lists = {\n");
    for (unsigned l = 0; l < g->list_count; l++) {
        put(g, "  list%u = { unknown = \"%s\"; closed = \"%s\"; mailbox_full = \"%s\";\n", l,
            PICK(g, "0%", "0.4%", "5%", "40%"), PICK(g, "0%", "0.1%", "10%"),
            PICK(g, "0%", "0.1%", "20%"));
        put(g, "    spam_traps = \"%s\"; invalid_suppressed = \"%s\"; reported_spam = \"%s\";\n",
            PICK(g, "0%", "0.01%", "3%"), PICK(g, "0%", "90%", "100%"),
            PICK(g, "0%", "0.05%", "10%"));
        put(g, "    complaints = \"%s\"; complaint_delay = \"%s\"; engagement = \"%s\"; };\n",
            PICK(g, "0%", "0.05%", "0.3%", "20%"), PICK(g, "1m", "1h", "8h"), PICK(g, "0%", "20%"));
    }
    put(g, "};\n");
}

static void put_warm_up(struct generator *g, unsigned pool)
{
    if (chance(g, 70)) {
        put(g, "    warm_up = \"none\";\n");
        return;
    }
    put(g, "    warm_up = { period = \"%s\"; allowances = [%u, %u, %u]; scope = \"%s\";",
        PICK(g, "1h", "24h", "10m"), 1 + below(g, 20), 1 + below(g, 100), 1 + below(g, 1000),
        PICK(g, "all_providers", "per_provider"));
    if (pool + 1 < g->pool_count && chance(g, 50))
        put(g, " overflow = \"pool:pool%u\"; };\n", pool + 1);
    else
        put(g, " overflow = \"wait\"; };\n");
}

static void put_pools(struct generator *g)
{
    put(g, "pools = {\n");
    for (unsigned p = 0; p < g->pool_count; p++) {
        put(g, "  pool%u = { ips = ( { name = \"ip%u\"; count = %u; netblock = \"%s\"; ", p, p,
            1 + below(g, 4), PICK(g, "a", "b"));
        if (chance(g, 60))
            put(g, "age = \"%s\"; daily_volume = \"%s\"; complaints = \"%s\"; unknown = \"%s\"; ",
                PICK(g, "3d", "30d", "400d"), PICK(g, "100", "5k", "1M"),
                PICK(g, "0%", "0.03%", "1%"), PICK(g, "0%", "0.2%", "10%"));
        put(g, "} );\n");
        put_warm_up(g, p);
        put(g, "  };\n");
    }
    put(g, "};\n");
}

/* What messages to one destination share. */
static void put_shared(struct generator *g)
{
    switch (below(g, 4)) {
    case 0:
        put(g,
            "  retry = { preset = \"exim\"; rule = \"%s\"; scan_interval = \"%s\";"
            " delay_after_cutoff = %s; data_expire = \"%s\"; };\n",
            PICK(g, "F,2h,15m; G,16h,1h,1.5; F,4d,6h", "F,3h,7m", "G,5h,1m,2; H,9h,2m,3"),
            PICK(g, "none", "10m", "1h"), PICK(g, "true", "false"), PICK(g, "7d", "30m"));
        break;
    case 1:
        put(g,
            "  retry = { preset = \"powermta\"; gaps = [\"%s\", \"1h\"]; lifetime = \"30h\";"
            " recipient_gap = \"%s\"; backoff_on = [ \"%s\" ]; backoff_rate = \"%s\";"
            " backoff_connections = %s; backoff_for = \"%s\"; backoff_until_delivery = %s; };\n",
            PICK(g, "1m", "10m"), PICK(g, "30s", "10m"), PICK(g, "policy", "capacity", "outage"),
            PICK(g, "none", "10/m"), PICK(g, "\"none\"", "1"), PICK(g, "none", "20m"),
            PICK(g, "true", "false"));
        break;
    case 2:
        put(g,
            "  retry = { preset = \"postfix\"; lifetime = \"1d\"; window = %u; window_limit = 20;"
            " window_failed_cohorts = %s; window_positive = %s; window_negative = %s; };\n",
            1 + below(g, 9), PICK(g, "\"none\"", "1", "0.5"), PICK(g, "1", "0.3"),
            PICK(g, "1", "0.2"));
        break;
    default:
        put(g,
            "  retry = { preset = \"opensmtpd\"; lifetime = \"20h\"; route_penalty = \"%s\"; };\n",
            PICK(g, "15s", "5m"));
    }
}

static void put_retry(struct generator *g)
{
    switch (below(g, 7)) {
    case 6:
        put_shared(g);
        break;
    case 0:
        put(g, "  retry = { preset = \"bluecore\"; };\n");
        break;
    case 1:
        put(g,
            "  retry = { kind = \"list\"; gaps = [\"%s\", \"%s\"]; then = %s; max_gap = \"%s\";"
            " lifetime = \"%s\"; jitter = \"%s\"; };\n",
            PICK(g, "2s", "1m", "20m"), PICK(g, "3s", "5m", "1h"), PICK(g, "1.0", "1.5", "2.0"),
            PICK(g, "none", "4h"), PICK(g, "10m", "2h", "30h"), PICK(g, "0%", "10%", "1s"));
        break;
    case 2:
        put(g,
            "  retry = { kind = \"age\"; minimal_backoff = \"%s\"; maximal_backoff = \"4000s\";"
            " lifetime = \"1d\"; expiry = \"after_failure\"; scan_interval = \"300s\"; };\n",
            PICK(g, "60s", "300s"));
        break;
    case 3:
        put(g,
            "  retry = { kind = \"quadratic\"; form = \"%s\"; lifetime = \"12h\";"
            " expiry = \"%s\"; };\n",
            PICK(g, "qmail", "opensmtpd"), PICK(g, "after_failure", "deadline"));
        break;
    case 4:
        put(g, "  retry = { kind = \"exponential\"; mean_gap = \"%s\"; lifetime = \"%s\"; };\n",
            PICK(g, "30s", "10m"), PICK(g, "30m", "6h"));
        break;
    default:
        put(g,
            "  retry = { kind = \"list\"; gaps = [\"%s\"]; then = 2.0; expiry = \"%s\";"
            " max_attempts = %u; lifetime = \"40h\"; };\n",
            PICK(g, "7s", "20m"), PICK(g, "early", "attempts"), 1 + below(g, 12));
    }
}

static void put_mta(struct generator *g)
{
    put(g, "mta = {\n");
    put(g, "  connections = %s; messages_per_connection = %s; rate = \"%s\";\n",
        PICK(g, "\"none\"", "1", "3", "10"), PICK(g, "\"none\"", "1", "20"),
        PICK(g, "none", "none", "1/s", "30/m", "2000/h"));
    put(g, "  connect_time = \"%s\"; transaction_time = %s;\n", PICK(g, "0s", "0.1s", "5s"),
        PICK(g, "\"0s\"", "\"0.5s\"", "{ law = \"lognormal\"; mean = \"0.5s\"; cv = 0.5; }",
             "{ law = \"exponential\"; mean = \"20s\"; }"));
    if (chance(g, 40))
        put(g,
            "  throttle = { rules = ( { on = [ \"policy\", \"blocked\" ]; count = %u;"
            " within = \"10m\"; action = \"%s\"; value = %s; for = \"%s\";"
            " recovery = { steps = %u; every = \"1m\"; }; } ); };\n",
            1 + below(g, 20), "rate", PICK(g, "\"10/m\"", "\"1/s\""), PICK(g, "5m", "90m"),
            below(g, 4));
    else
        put(g, "  throttle = %s;\n", PICK(g, "\"none\"", "{ preset = \"esp-default\"; }"));
    put_retry(g);
    put(g, "};\n");
}

static void put_mix(struct generator *g)
{
    unsigned left = 100;
    put(g, "    mix = { ");
    for (unsigned p = 0; p < g->provider_count; p++) {
        unsigned share = p + 1 == g->provider_count ? left : below(g, left + 1);
        put(g, "p%u = \"%u%%\"; ", p, share);
        left -= share;
    }
    put(g, "};\n");
}

static void put_campaigns(struct generator *g)
{
    unsigned count = 1 + below(g, 3);
    put(g, "campaigns = {\n");
    for (unsigned c = 0; c < count; c++) {
        unsigned shape = below(g, 4);
        put(g, "  c%u = { kind = \"%s\"; list = \"list%u\"; pool = \"pool%u\"; domain = \"%s\";\n",
            c, PICK(g, "promotional", "transactional"), below(g, g->list_count),
            below(g, g->pool_count), PICK(g, "a.example", "b.example"));
        put(g, "    recipients = %u; start_after = \"%s\"; window = \"%s\"; shape = \"%s\";\n",
            1 + below(g, chance(g, 10) ? 3 : 900), PICK(g, "0s", "1h", "30h"),
            shape == 3 ? "24h" : PICK(g, "1s", "10m", "1h", "20h"),
            (const char *const[]){"steady", "poisson", "ramp", "diurnal"}[shape]);
        if (shape == 3)
            put(g,
                "    hourly = [ 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1,"
                " 0.5, 0.5, 0.5 ]; poisson = %s;\n",
                PICK(g, "true", "false"));
        if (chance(g, 25))
            put(g, "    repeat = { every = \"1d\"; count = %u; };\n", 1 + below(g, 4));
        if (chance(g, 25))
            put(g, "    spikes = ( { from = \"0.1s\"; to = \"0.9s\"; factor = %u.0; } );\n",
                below(g, 10));
        put_mix(g);
        put(g, "  };\n");
    }
    put(g, "};\n");
}

static void put_allowance(struct generator *g)
{
    if (chance(g, 40))
        return;
    put(g,
        "    allowance = { growth = %s; floor = \"%u/day\"; hourly_share = \"%s\";"
        " refused_count = %s; bucket = \"%s\"; cap = \"%s\";\n",
        PICK(g, "\"none\"", "1.1", "2.0"), 1 + below(g, 500), PICK(g, "100%", "10%"),
        PICK(g, "true", "false"), PICK(g, "continuous", "periodic"),
        PICK(g, "none", "20/h", "1/s", "100/day"));
    put(g, "      netblock = %s; domain = %s; };\n",
        PICK(g, "\"none\"", "{ growth = 2.0; floor = \"300/day\"; }"),
        PICK(g, "\"none\"", "{ growth = 1.5; floor = \"100/day\"; cap = \"50/h\"; }"));
}

static void put_reputation(struct generator *g)
{
    if (chance(g, 40))
        return;
    put(g,
        "    reputation = { half_life = \"%s\"; epoch = \"%s\"; episode = \"%s\"; domain = %s;\n",
        PICK(g, "1h", "7d"), PICK(g, "1m", "10m", "20s"), PICK(g, "0s", "10m", "45m"),
        PICK(g, "true", "false"));
    put(g,
        "      prior = { score = 0.5; weight = %u.0; };"
        " weights = { complaint = 300.0; unknown = 20.0; trap = 1000.0; };\n",
        1 + below(g, 1000));
    put(g,
        "      bands = { bad = { below = 0.2; cap = \"20/h\"; busy = \"60%%\"; block = \"30%%\";"
        " spam = \"99%%\"; }; low = { below = 0.5; cap = \"%s\"; busy = \"20%%\";"
        " block = \"1%%\"; spam = \"60%%\"; }; medium = { below = 0.8; cap = \"50k/day\";"
        " busy = \"2%%\"; block = \"0%%\"; spam = \"15%%\"; }; high = { cap = \"none\";"
        " busy = \"0.2%%\"; block = \"0%%\"; spam = \"3%%\"; }; };\n",
        PICK(g, "1/h", "200/h", "2k/h"));
    put(g, "      block = %s; };\n",
        PICK(g, "\"none\"", "{ after_policy_deferrals = 20; within = \"10m\"; lasts = \"24h\"; }",
             "{ after_policy_deferrals = 1; within = \"1h\"; lasts = \"1h\"; }"));
}

static void put_capacity(struct generator *g)
{
    switch (below(g, 14)) {
    case 0:
        put(g,
            "    capacity = { kind = \"servers\"; servers = %u; service = { law = \"%s\";"
            " mean = \"%s\"; }; waiting_room = %s; };\n",
            1 + below(g, 5), PICK(g, "exponential", "constant", "uniform"), PICK(g, "0.1s", "30s"),
            PICK(g, "0", "3", "\"none\""));
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        put(g, "    capacity = { kind = \"rate\"; rate = \"%s\"; backlog = %u; busy_cost = %s;\n",
            PICK(g, "1/s", "0.2/s", "100/s"), 1 + below(g, 200), PICK(g, "0.0", "0.1", "2.0"));
        put(g, "      noise = %s; background = %s; daily = %s; };\n",
            PICK(g, "\"none\"", "{ cv = 0.3; every = \"1m\"; }", "{ cv = 3.0; every = \"5s\"; }"),
            PICK(g, "\"none\"", "{ rate = \"0.5/s\"; }"),
            PICK(g, "[1.0]", "[1.0, 0.5, 1.5]", "[0.0, 2.0]"));
        break;
    default:
        break;
    }
}

static void put_provider(struct generator *g, unsigned p)
{
    put(g, "  p%u = { replies = \"%s\";\n", p,
        PICK(g, "generic", "gmail", "yahoo", "microsoft", "postgrey"));
    if (chance(g, 30))
        put(g, "    outages = ( { from = \"%s\"; to = \"%s\"; left = \"%s\"; } );\n",
            PICK(g, "0s", "10m", "20h"), PICK(g, "21h", "80h"), PICK(g, "0%", "0%", "50%"));
    if (chance(g, 40))
        put(g, "    connections = { per_ip = %s; total = %s; };\n", PICK(g, "\"none\"", "1", "5"),
            PICK(g, "\"none\"", "2", "20"));
    put_allowance(g);
    put_reputation(g);
    put_capacity(g);
    if (chance(g, 30))
        put(g, "    greylist = { delay = \"%s\"; domains = %s; whitelist_after = %s; };\n",
            PICK(g, "60s", "300s", "5h"), PICK(g, "1", "50"), PICK(g, "0", "1", "5"));
    put(g,
        "    recipient = { full_reply_soft = \"%s\"; }; content = { reject = \"%s\"; busy ="
        " \"%s\"; };\n  };\n",
        PICK(g, "0%", "70%", "100%"), PICK(g, "0%", "0.02%", "30%"), PICK(g, "0%", "1%", "50%"));
}

void mx_generate_scenario(uint64_t number, char *text)
{
    struct generator g = {.state = number * 7919 + 1, .text = text};
    text[0] = '\0';
    g.provider_count = 1 + below(&g, 4);
    g.pool_count = 1 + below(&g, 3);
    g.list_count = 1 + below(&g, 2);
    put(&g, "# scenario %llu\n", (unsigned long long)number);
    put(&g, "name = \"generated\"; start = \"2026-11-27 09:00\"; time_zone = \"UTC\"; seed = %u;\n",
        1 + below(&g, 1000));
    bool is_short = false;
    if (chance(&g, 15)) {
        const char *horizon = PICK(&g, "10s", "30m", "25h");
        is_short = strcmp(horizon, "10s") == 0;
        put(&g, "horizon = \"%s\";\n", horizon);
    }
    if (chance(&g, 10))
        put(&g, "warmup = \"%s\";\n", is_short ? "5s" : "10m");
    if (chance(&g, 15))
        put(&g, "engine = { window = \"%s\"; };\n", PICK(&g, "0.25s", "2s", "5s"));
    put_lists(&g);
    put_pools(&g);
    put_mta(&g);
    put_campaigns(&g);
    put(&g, "providers = {\n");
    for (unsigned p = 0; p < g.provider_count; p++)
        put_provider(&g, p);
    put(&g, "};\n");
}
