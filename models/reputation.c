// SPDX-License-Identifier: GPL-3.0-or-later
/* reputation.c - decay, score, band. */
#include "models/reputation.h"

#include "models/exact_math.h"

#define LN_2 0.69314718055994530942

/* Less than this of a message is nothing: it keeps counts away from denormal numbers. */
#define COUNT_MIN 1e-9

double mx_reputation_decay(double half_lives)
{
    return half_lives < 1000.0 ? mx_exp(-LN_2 * half_lives) : 0.0;
}

void mx_reputation_prepare(struct mx_reputation_rule *rule,
                           const struct mx_reputation_params *params)
{
    *rule = (struct mx_reputation_rule){.params = params};
    if (params->enabled && params->half_life_us > 0)
        rule->keep = mx_reputation_decay((double)params->epoch_us / (double)params->half_life_us);
}

double mx_reputation_score(const struct mx_reputation_params *params, double good, double bad)
{
    double prior = params->prior_weight * params->prior_score;
    double all = params->prior_weight + good + bad;

    return all > 0.0 ? (prior + good) / all : params->prior_score;
}

enum mx_band mx_reputation_band(const struct mx_reputation_params *params, double score)
{
    for (int band = MX_BAND_BAD; band < MX_BAND_HIGH; band++) {
        if (score < params->band[band].below)
            return (enum mx_band)band;
    }
    return MX_BAND_HIGH;
}

static void judge(const struct mx_reputation_params *params, struct mx_reputation *key)
{
    key->score = mx_reputation_score(params, key->good, key->bad);
    key->band = mx_reputation_band(params, key->score);
}

void mx_reputation_init(const struct mx_reputation_rule *rule, struct mx_reputation *key)
{
    *key = (struct mx_reputation){0};
    if (rule->params->enabled)
        judge(rule->params, key);
    else
        *key = (struct mx_reputation){.score = 1.0, .band = MX_BAND_HIGH};
}

/* Each past epoch brought the same and has decayed since: a geometric sum over n epochs,
 * keep + keep^2 + ... + keep^n. */
void mx_reputation_set_history(const struct mx_reputation_rule *rule, struct mx_reputation *key,
                               double daily_volume, double days, double complaints, double unknown,
                               int64_t day_us)
{
    const struct mx_reputation_params *params = rule->params;
    double epochs, left, volume;

    mx_reputation_init(rule, key);
    if (!params->enabled || !(daily_volume > 0.0) || !(days > 0.0))
        return;
    epochs = days * (double)day_us / (double)params->epoch_us;
    left = params->half_life_us > 0
               ? mx_reputation_decay(days * (double)day_us / (double)params->half_life_us)
               : 0.0;
    volume = daily_volume * (double)params->epoch_us / (double)day_us;
    volume *= rule->keep < 1.0 ? rule->keep * (1.0 - left) / (1.0 - rule->keep) : epochs;
    key->good = volume;
    key->bad = volume * (params->complaint_weight * complaints + params->unknown_weight * unknown);
    judge(params, key);
}

void mx_reputation_weigh(const struct mx_reputation_params *params, struct mx_reputation *key)
{
    const struct mx_reputation_counts *since = &key->since;

    key->good +=
        (double)since->inboxed + params->engagement_weight * ((double)since->engaged * 0x1p-20);
    key->bad += params->complaint_weight * (double)since->complaints +
                params->unknown_weight * (double)since->unknown +
                params->trap_weight * (double)since->traps;
    key->since = (struct mx_reputation_counts){0};
}

void mx_reputation_epoch(const struct mx_reputation_rule *rule, struct mx_reputation *key)
{
    mx_reputation_weigh(rule->params, key);
    if (key->good + key->bad <= 0.0)
        return; /* nothing since it was last judged */
    key->good *= rule->keep;
    key->bad *= rule->keep;
    if (key->good + key->bad < COUNT_MIN) {
        key->good = 0.0;
        key->bad = 0.0;
    }
    judge(rule->params, key);
}
