// SPDX-License-Identifier: GPL-3.0-or-later
/* support_plots.c - made-up result folders: smooth curves, some deferrals, a queue that drains. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/result/plot_gnuplot.h"
#include "sim/stats/summary.h"
#include "tests/support_plots.h"

static FILE *open_in(const char *folder, const char *name)
{
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "w");
}

static const char *name_of(const struct mx_made_up *m, size_t p)
{
    static char text[4][32];
    static unsigned turn;
    char *name = text[turn++ % 4U];

    if (m->names != NULL) {
        return m->names[p];
    }
    (void)snprintf(name, sizeof text[0], "provider-%zu", p + 1);
    return name;
}

/* As RFC 4180 wants it. */
static void put_name(FILE *file, const char *name)
{
    (void)putc('"', file);
    for (; *name != '\0'; name++) {
        if (*name == '"') {
            (void)putc('"', file);
        }
        (void)putc(*name, file);
    }
    (void)putc('"', file);
}

static double sent_of(const struct mx_made_up *m, size_t p)
{
    return m->all_zero ? 0.0 : 1e6 / (double)(p + 1);
}

/* Share of the sent that ends delivered. */
static double end_of(size_t p)
{
    return 0.999 - 0.01 * (double)(p % 7);
}

static json_t *metric(double mean)
{
    return json_pack("{s:o, s:n, s:n}", "mean", isnan(mean) ? json_null() : json_real(mean), "sd",
                     "ci95");
}

/* sent: recipients without drops; delivered: a share of them. */
static json_t *scope(double sent, double delivered)
{
    double lost = sent * (1.0 - delivered);
    const struct {
        const char *name;
        double mean;
    } metrics[] = {{"recipients", sent * 1.01},
                   {"dropped", sent * 0.01},
                   {"sent", sent},
                   {"attempts", sent * 1.2},
                   {"delivered", sent * delivered},
                   {"hard_bounced", 0.4 * lost},
                   {"soft_bounced_rejected", 0.3 * lost},
                   {"soft_bounced_full", 0.15 * lost},
                   {"soft_bounced_blocked", 0.1 * lost},
                   {"soft_bounced_expired", 0.25 * lost},
                   {"pending", 0.05 * lost},
                   {"deferrals", sent * 0.2},
                   {"deferrals_rate", sent * 0.12},
                   {"delivered_rate", sent > 0.0 ? delivered : NAN},
                   {"time_until_50pct_s", sent > 0.0 && delivered >= 0.5 ? 60.0 : NAN},
                   {"time_until_90pct_s", sent > 0.0 && delivered >= 0.9 ? 4321.0 : NAN}};
    json_t *object = json_object();

    for (int m = 0; m < MX_METRIC_COUNT; m++) { /* what nobody looks at closely */
        double mean = mx_metric_is_count((enum mx_metric)m) ? 0.0 : NAN;
        (void)json_object_set_new(object, mx_metric_name((enum mx_metric)m), metric(mean));
    }
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        (void)json_object_set_new(object, metrics[i].name, metric(metrics[i].mean));
    }
    return object;
}

static bool write_summary(const char *folder, const struct mx_made_up *m)
{
    char path[512];
    double sent = 0.0, delivered = 0.0;
    json_t *providers = json_object(), *ips = json_object(), *root;
    bool ok;

    for (size_t p = 0; p < m->provider_count; p++) {
        sent += sent_of(m, p);
        delivered += sent_of(m, p) * end_of(p);
        (void)json_object_set_new(providers, name_of(m, p), scope(sent_of(m, p), end_of(p)));
    }
    delivered = sent > 0.0 ? delivered / sent : 0.0;
    for (size_t ip = 0; ip < m->ip_count; ip++) {
        char name[32];
        (void)snprintf(name, sizeof name, "ip-%zu", ip + 1);
        (void)json_object_set_new(ips, name, scope(sent / (double)m->ip_count, delivered));
    }
    root = json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s}, s:I, s:i, s:f, s:o, s:o, s:{s:o, s:o},"
                     " s:{s:O, s:{s:o}}, s:o}",
                     "mxsim", "version", "1.2.3", "commit", "abc", "scenario", "name", m->scenario,
                     "file", "made-up.cfg", "sha256", "00", "seed", (json_int_t)7, "replications",
                     (int)m->replications, "horizon_s", m->hours > 0 ? m->hours * 3600.0 : 60.0,
                     "total", scope(sent, delivered), "providers", providers, "campaigns", "news",
                     scope(sent, delivered), "receipts", scope(1234.0, 0.5), "campaigns_providers",
                     "news", providers, "receipts", name_of(m, 0), scope(1234.0, 0.5), "ips", ips);
    (void)snprintf(path, sizeof path, "%s/summary.json", folder);
    ok = root != NULL && json_dump_file(root, path, JSON_INDENT(1)) == 0;
    json_decref(root);
    return ok;
}

static void put_bin(FILE *file, const struct mx_made_up *m, double time_s, size_t p, double sent)
{
    double hours = time_s / 3600.0;
    double wave = m->all_zero ? 0.0 : exp(-0.5 * pow((hours - 2.0) / 1.5, 2.0));
    double deferrals = sent * 0.002 * wave;

    (void)fprintf(file, "%g,", time_s);
    put_name(file, p < m->provider_count ? name_of(m, p) : "total");
    (void)fprintf(file, ",%g,%g,%g,0,0,0,%g", sent * 0.01 * wave, sent * 0.012 * wave,
                  sent * 0.01 * wave, deferrals);
    for (int r = 0; r < 9; r++) {
        (void)fprintf(file, ",%g", deferrals * (r == 2 ? 0.6 : 0.05));
    }
    (void)fprintf(file, ",%g\n", sent * 0.1 * wave);
}

static bool write_timeseries(const char *folder, const struct mx_made_up *m)
{
    FILE *file = open_in(folder, "timeseries.csv");
    unsigned bins = m->hours > 0 ? m->hours * 6 : 1;
    double sent = 0.0;

    if (file == NULL) {
        return false;
    }
    for (size_t p = 0; p < m->provider_count; p++) {
        sent += sent_of(m, p);
    }
    (void)fputs("time_s,provider,created,attempts,delivered,hard_bounced,soft_bounced_rejected,"
                "soft_bounced_expired,deferrals,deferrals_outage,deferrals_connections,"
                "deferrals_rate,deferrals_spike,deferrals_reputation,deferrals_capacity,"
                "deferrals_greylist,deferrals_content,deferrals_mailbox_full,pending\n",
                file);
    for (unsigned b = 0; b < bins; b++) {
        for (size_t p = 0; p <= m->provider_count; p++) {
            put_bin(file, m, b * 600.0, p, p < m->provider_count ? sent_of(m, p) : sent);
        }
    }
    return fclose(file) == 0;
}

/* Every second try gets through, up to the twelfth. */
static bool write_numbers(const char *folder, const struct mx_made_up *m)
{
    FILE *file = open_in(folder, "attempts_by_number.csv");

    if (file == NULL) {
        return false;
    }
    (void)fputs("attempt,provider,attempts,delivered,deferrals,hard_bounced,"
                "soft_bounced_rejected\n",
                file);
    for (int number = 1; number <= 12; number++) {
        for (size_t p = 0; p < m->provider_count; p++) {
            double attempts = sent_of(m, p) * pow(0.5, number - 1);
            if (attempts > 0.0) {
                (void)fprintf(file, "%d,", number);
                put_name(file, name_of(m, p));
                (void)fprintf(file, ",%.12g,%.12g,%.12g,0,0\n", attempts, 0.5 * attempts,
                              0.5 * attempts);
            }
        }
    }
    return fclose(file) == 0;
}

static bool write_warm_up(const char *folder, const struct mx_made_up *m)
{
    FILE *file = open_in(folder, "warm_up.csv");

    if (file == NULL) {
        return false;
    }
    (void)fputs("day,ip,planned,started\n", file);
    for (unsigned day = 1; day <= m->warm_up_days; day++) {
        for (size_t ip = 0; ip < m->ip_count; ip++) {
            (void)fprintf(file, "%u,ip-%zu,%g,%g\n", day, ip + 1, 100.0 * pow(1.5, day),
                          day == 2 ? 100.0 * pow(1.5, day) : 60.0 * pow(1.5, day));
        }
    }
    return fclose(file) == 0;
}

static bool write_ages(const char *folder, const struct mx_made_up *m)
{
    FILE *file = open_in(folder, "delivered_by_age.csv");
    int count = m->hours > 0 ? 60 : 1;

    if (file == NULL) {
        return false;
    }
    (void)fputs("age_s,provider,delivered_share,lo,hi,sent\n", file);
    for (int a = 0; a < count && !m->all_zero; a++) {
        for (size_t p = 0; p <= m->provider_count; p++) {
            double age_s = pow(259200.0, a / 59.0);
            double slow = 2.0 + 1.3 * (double)(p % 7);
            double share = end_of(p) / (1.0 + exp(slow - log(age_s)));
            double half = m->replications > 1 ? 0.03 * share * (1.0 - share) : 0.0;
            (void)fprintf(file, "%.10g,", age_s);
            put_name(file, p < m->provider_count ? name_of(m, p) : "total");
            (void)fprintf(file, ",%.10g,%.10g,%.10g,1000\n", share, share - half, share + half);
        }
    }
    return fclose(file) == 0;
}

static bool write_reputation(const char *folder, const struct mx_made_up *m)
{
    static const char *const bands[] = {"bad", "low", "medium", "high"};
    FILE *file = open_in(folder, "reputation.csv");
    unsigned samples = m->hours > 0 ? m->hours : 1;

    if (file == NULL) {
        return false;
    }
    (void)fputs("time_s,provider,ip,score,band,allowance_per_day,volume_today,blocked\n", file);
    for (unsigned s = 0; s < samples && !m->all_zero; s++) {
        for (size_t p = 0; p < m->provider_count; p++) {
            for (size_t i = 0; i < m->ip_count; i++) {
                double score = 0.95 - (double)(p % 3) * 0.004 * s - 0.02 * (double)i;
                int band;
                score = score < 0.05 ? 0.05 : score;
                band = score < 0.3 ? 0 : score < 0.5 ? 1 : score < 0.8 ? 2 : 3;
                (void)fprintf(file, "%u,", s * 3600U);
                put_name(file, name_of(m, p));
                (void)fprintf(file, ",ip-%zu,%g,%s,", i + 1, score, bands[band]);
                unsigned day = s / 24;
                if (p % 4 != 3) {
                    double share = m->dips && s * 4 / samples == 2 ? 0.1 : 1.0;
                    (void)fprintf(file, "%g", 5000.0 * share * (1.0 + day) / (double)(i + 1));
                }
                (void)fprintf(file, ",%g,%d\n", 150.0 * (s % 24), band == 0);
            }
        }
    }
    return fclose(file) == 0;
}

static bool write_plan(const char *folder, const struct mx_made_up *m)
{
    FILE *file = open_in(folder, "plan.cfg");

    if (file == NULL) {
        return false;
    }
    (void)fputs("# a comment; with { brackets\nname = \"x\"; start = \"2026-11-27 09:00\";\n"
                "time_zone = \"America/New_York\";\n"
                "pools = { main = { ips = ( { name = \"a\"; }, { name = \"b\"; } ); }; };\n"
                "providers = {\n",
                file);
    for (size_t p = 0; p < m->provider_count; p++) {
        (void)fprintf(file,
                      "  %s = { reputation = { bands = { bad = { below = 0.3; };\n"
                      "    low = { below = 0.5; }; medium = { below = 0.8; }; }; }; };\n",
                      m->unnamed_plan ? "somebody" : name_of(m, p));
    }
    (void)fputs("};\n", file);
    return fclose(file) == 0;
}

bool mx_made_up_write(const char *folder, const struct mx_made_up *m)
{
    return write_summary(folder, m) && write_timeseries(folder, m) && write_ages(folder, m) &&
           write_reputation(folder, m) && write_numbers(folder, m) && write_warm_up(folder, m) &&
           (m->without_plan || write_plan(folder, m));
}

/* --- the folder --- */

char mx_plot_folder[64];

const char *mx_plot_path(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4U];

    (void)snprintf(path, sizeof paths[0], "%s/%s", mx_plot_folder, name);
    return path;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int mx_plot_make_folder(void **state)
{
    (void)state;
    (void)snprintf(mx_plot_folder, sizeof mx_plot_folder, "/tmp/mxsim-test-plot-XXXXXX");
    return mkdtemp(mx_plot_folder) == NULL;
}

int mx_plot_remove_folder(void **state)
{
    (void)state;
    return nftw(mx_plot_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

char *mx_plot_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    struct stat status;
    char *bytes;

    if (file == NULL) {
        return NULL;
    }
    assert_int_equal(fstat(fileno(file), &status), 0);
    *size = (size_t)status.st_size;
    bytes = calloc(*size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    (void)fclose(file);
    return bytes;
}

bool mx_plot_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void mx_plot_put(const char *name, const char *text)
{
    FILE *file = fopen(mx_plot_path(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int run_xmllint(const char *path)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        (void)execlp("xmllint", "xmllint", "--noout", "--nonet", path, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void mx_plot_assert_picture(const char *kind)
{
    char path[512];
    size_t size = 0;
    char *bytes;

    (void)snprintf(path, sizeof path, "%s/out/%s.svg", mx_plot_folder, kind);
    bytes = mx_plot_read(path, &size);
    assert_non_null(bytes);
    assert_null(mx_plot_file_flaw(bytes, size, MX_PLOT_SVG));
    assert_non_null(strstr(bytes, "width=\"960\" height=\"600\""));
    assert_null(strstr(bytes, "DejaVu Sans:Bold"));
    assert_non_null(strstr(bytes, "font-weight=\"bold\""));
    free(bytes);
    assert_int_equal(run_xmllint(path), 0);
    (void)snprintf(path, sizeof path, "%s/out/%s.png", mx_plot_folder, kind);
    bytes = mx_plot_read(path, &size);
    assert_non_null(bytes);
    assert_null(mx_plot_file_flaw(bytes, size, MX_PLOT_PNG)); /* its size too */
    free(bytes);
}

void mx_plot_assert_says(const char *kind, const char *text)
{
    char path[512];
    size_t size = 0;
    char *bytes;

    (void)snprintf(path, sizeof path, "%s/out/%s.svg", mx_plot_folder, kind);
    bytes = mx_plot_read(path, &size);
    assert_non_null(bytes);
    if (strstr(bytes, text) == NULL) {
        fail_msg("%s does not say \"%s\"", path, text);
    }
    free(bytes);
}
