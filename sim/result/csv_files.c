// SPDX-License-Identifier: GPL-3.0-or-later
/* csv_files.c - see csv_files.h. */
#include "sim/result/csv_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/receiver.h"
#include "sim/observe/csv_text.h"

#define ROW_SIZE ((size_t)32 * MX_CSV_NUMBER_SIZE)

/* Numbers of a row, collected before they are written at once. */
struct row {
    char text[ROW_SIZE];
    char *at;
};

static void put_number(struct row *row, double value)
{
    *row->at++ = ',';
    row->at = mx_csv_number(row->at, value);
}

/* Names may be long: written on their own. */
static void write_name(struct mx_outfile *out, const char *name)
{
    if (strpbrk(name, ",\"\r\n") == NULL) {
        mx_outfile_printf(out, ",%s", name);
        return;
    }
    mx_outfile_printf(out, ",\"");
    for (; *name != '\0'; name++) {
        mx_outfile_printf(out, *name == '"' ? "\"\"" : "%c", *name);
    }
    mx_outfile_printf(out, "\"");
}

/* The first field of a row, which is a time, and the name after it; then numbers follow. */
static void begin_row(struct mx_outfile *out, struct row *row, int64_t time_us, const char *name)
{
    char time[MX_CSV_NUMBER_SIZE];
    char *end = mx_csv_number(time, (double)time_us / 1e6);

    mx_outfile_write(out, time, (size_t)(end - time));
    write_name(out, name);
    row->at = row->text;
}

static void end_row(struct mx_outfile *out, struct row *row)
{
    *row->at++ = '\n';
    mx_outfile_write(out, row->text, (size_t)(row->at - row->text));
}

/* --- timeseries.csv --- */

static void write_bin(struct mx_outfile *out, int64_t time_us, const char *name,
                      const struct mx_series_bin *bin, int64_t pending, uint32_t replications,
                      bool has_non_attempts)
{
    double n = replications;
    uint64_t outcome[] = {bin->created,      bin->attempts,      bin->delivered,
                          bin->hard_bounced, bin->soft_rejected, bin->expired};
    uint64_t deferrals = 0;
    struct row row;

    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        deferrals += bin->deferrals[r];
    }
    begin_row(out, &row, time_us, name);
    for (size_t i = 0; i < sizeof outcome / sizeof outcome[0]; i++) {
        put_number(&row, (double)outcome[i] / n);
    }
    put_number(&row, (double)deferrals / n);
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        put_number(&row, (double)bin->deferrals[r] / n);
    }
    put_number(&row, (double)pending / n);
    if (has_non_attempts) {
        put_number(&row, (double)bin->non_attempts / n);
    }
    end_row(out, &row);
}

/* Policies under which messages may be skipped: only then there is a column for that. */
static bool can_skip(const struct mx_plan *plan)
{
    return mx_destination_is_shared(&plan->retry, &plan->destination);
}

/* One interval, all providers. pending: per provider, total last; carried on. */
static void write_bins(struct mx_outfile *out, const struct mx_plan *plan,
                       const struct mx_series *series, size_t b, int64_t *pending)
{
    int64_t time_us = (int64_t)b * series->every_us;
    bool has_non_attempts = can_skip(plan);
    struct mx_series_bin total = {0};

    for (uint32_t i = 0; i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];
        const struct mx_series_bin *bin = &series->bins[b * series->provider_count + p];

        pending[p] += mx_series_bin_net(bin);
        mx_series_bin_add(&total, bin);
        if (!mx_series_bin_is_idle(bin) || pending[p] != 0) {
            write_bin(out, time_us, plan->providers[p].name, bin, pending[p],
                      series->replication_count, has_non_attempts);
        }
    }
    pending[plan->provider_count] += mx_series_bin_net(&total);
    if (!mx_series_bin_is_idle(&total) || pending[plan->provider_count] != 0) {
        write_bin(out, time_us, "total", &total, pending[plan->provider_count],
                  series->replication_count, has_non_attempts);
    }
}

int mx_timeseries_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                            const struct mx_series *series)
{
    int64_t *pending = calloc((size_t)plan->provider_count + 1U, sizeof *pending);

    if (pending == NULL) {
        return ENOMEM;
    }
    mx_outfile_printf(out, "time_s,provider,created,attempts,delivered,hard_bounced,"
                           "soft_bounced_rejected,soft_bounced_expired,deferrals");
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        mx_outfile_printf(out, ",deferrals_%s", mx_reason_name((enum mx_reason)r));
    }
    mx_outfile_printf(out, can_skip(plan) ? ",pending,non_attempts\n" : ",pending\n");
    for (size_t b = 0; b < series->bin_count && mx_outfile_error(out) == 0; b++) {
        write_bins(out, plan, series, b, pending);
    }
    free(pending);
    return 0;
}

/* --- delivered_by_age.csv --- */

/* Of the replications with what is assumed drawn; empty where these sent nothing. */
static void put_drawn(struct row *row, const struct mx_ages *drawn, uint32_t provider, size_t age)
{
    struct mx_age_share share;

    if (mx_ages_share(drawn, provider, age, &share)) {
        put_number(row, share.share);
        put_number(row, share.low);
        put_number(row, share.high);
    } else {
        memcpy(row->at, ",,,", 3);
        row->at += 3;
    }
}

void mx_delivered_by_age_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                                   const struct mx_ages *ages, const struct mx_ages *drawn)
{
    mx_outfile_printf(out, "age_s,provider,delivered_share,lo,hi,sent%s\n",
                      drawn != NULL ? ",drawn_share,drawn_lo,drawn_hi" : "");
    for (size_t a = 0; a < mx_ages_count(ages) && mx_outfile_error(out) == 0; a++) {
        for (uint32_t i = 0; i <= plan->provider_count; i++) {
            bool is_total = i == plan->provider_count;
            uint32_t p = is_total ? i : plan->providers_shown[i];
            struct mx_age_share share;
            struct row row;

            if (!mx_ages_share(ages, p, a, &share)) {
                continue;
            }
            begin_row(out, &row, mx_ages_us(ages, a), is_total ? "total" : plan->providers[p].name);
            put_number(&row, share.share);
            put_number(&row, share.low);
            put_number(&row, share.high);
            put_number(&row, share.sent);
            if (drawn != NULL) {
                put_drawn(&row, drawn, p, a);
            }
            end_row(out, &row);
        }
    }
}

/* --- reputation.csv --- */

static void write_sample(struct mx_outfile *out, const struct mx_plan *plan,
                         const struct mx_standing *standing, size_t s, uint32_t p, uint32_t ip)
{
    const struct mx_standing_sample *at = mx_standing_at(standing, s, p, ip);
    double n = standing->replication_count;
    struct row row;
    const char *band = mx_band_name((enum mx_band)at->band);
    size_t band_size = strlen(band);

    begin_row(out, &row, (int64_t)s * standing->every_us, plan->providers[p].name);
    write_name(out, plan->ips[ip].name);
    put_number(&row, at->score / n);
    *row.at++ = ',';
    memcpy(row.at, band, band_size);
    row.at += band_size;
    if (at->allowance_count > 0) {
        put_number(&row, at->allowance_per_day / at->allowance_count);
    } else {
        *row.at++ = ',';
    }
    put_number(&row, at->volume_today / n);
    put_number(&row, at->blocked ? 1.0 : 0.0);
    end_row(out, &row);
}

int mx_reputation_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                            const struct mx_standing *standing)
{
    size_t pairs = (size_t)plan->provider_count * plan->ip_count;
    bool *is_used = calloc(pairs + 1U, sizeof *is_used);

    if (is_used == NULL) {
        return ENOMEM;
    }
    for (size_t i = 0; i < pairs; i++) {
        is_used[i] = mx_standing_is_used(standing, (uint32_t)(i / plan->ip_count),
                                         (uint32_t)(i % plan->ip_count));
    }
    mx_outfile_printf(out,
                      "time_s,provider,ip,score,band,allowance_per_day,volume_today,blocked\n");
    for (size_t s = 0; s < standing->sample_count && mx_outfile_error(out) == 0; s++) {
        for (size_t i = 0; i < pairs; i++) {
            uint32_t p = plan->providers_shown[i / plan->ip_count];
            uint32_t ip = plan->ips_shown[i % plan->ip_count];

            if (is_used[(size_t)p * plan->ip_count + ip]) {
                write_sample(out, plan, standing, s, p, ip);
            }
        }
    }
    free(is_used);
    return 0;
}

/* --- attempts_by_number.csv --- */

void mx_attempts_by_number_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                                     const struct mx_counters *counters)
{
    double n = counters->replication_count;

    mx_outfile_printf(out, "attempt,provider,attempts,delivered,deferrals,hard_bounced,"
                           "soft_bounced_rejected\n");
    for (uint32_t number = 1; number <= MX_ATTEMPT_NUMBER_COUNT; number++) {
        for (uint32_t i = 0; i < plan->provider_count; i++) {
            uint32_t p = plan->providers_shown[i];
            const uint64_t *count = mx_counters_at(counters, p, number);
            uint64_t all = 0;
            struct row row;

            for (int v = 0; v < MX_VERDICT_COUNT; v++) {
                all += count[v];
            }
            if (all == 0) {
                continue;
            }
            mx_outfile_printf(out, "%u", number);
            write_name(out, plan->providers[p].name);
            row.at = row.text;
            put_number(&row, (double)all / n);
            for (int v = 0; v < MX_VERDICT_COUNT; v++) {
                put_number(&row, (double)count[v] / n);
            }
            end_row(out, &row);
        }
    }
}

/* --- warm_up.csv --- */

static void write_warm_up_day(struct mx_outfile *out, const struct mx_plan *plan,
                              const struct mx_counters *counters, size_t day)
{
    for (uint32_t i = 0; i < plan->ip_count; i++) {
        uint32_t ip = plan->ips_shown[i];
        const struct mx_warm_up *warm_up = &plan->pools[plan->ips[ip].pool].warm_up;
        size_t step = day + warm_up->first_day;
        struct row row = {.at = row.text};

        if (warm_up->step_count == 0) {
            continue;
        }
        mx_outfile_printf(out, "%zu", day + 1);
        write_name(out, plan->ips[ip].name);
        if (step < warm_up->step_count) {
            double periods = (double)warm_up->day.day_us / (double)warm_up->period_us;
            double scopes = warm_up->per_provider ? plan->provider_count : 1.0;
            put_number(&row, (double)warm_up->allowance[step] * periods * scopes);
        } else {
            *row.at++ = ','; /* the plan is over: no limit */
        }
        put_number(&row, (double)counters->warm_up_starts[day * plan->ip_count + ip] /
                             counters->replication_count);
        end_row(out, &row);
    }
}

void mx_warm_up_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                          const struct mx_counters *counters)
{
    mx_outfile_printf(out, "day,ip,planned,started\n");
    for (size_t day = 0; day < counters->day_count && mx_outfile_error(out) == 0; day++) {
        write_warm_up_day(out, plan, counters, day);
    }
}
