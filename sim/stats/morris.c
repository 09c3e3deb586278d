// SPDX-License-Identifier: GPL-3.0-or-later
/* morris.c - see morris.h. */
#include "sim/stats/morris.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/base/random.h"
#include "sim/stats/interval.h"

#define DELTA ((double)MX_MORRIS_LEVELS / (2.0 * (MX_MORRIS_LEVELS - 1)))
#define KEY_OF_FACTORS UINT64_C(1)
#define KEY_OF_ORDER UINT64_C(2)

uint64_t mx_morris_point_count(const struct mx_morris_design *design)
{
    return (uint64_t)design->trajectory_count * (design->group_count + 1);
}

static uint64_t word(const struct mx_morris_design *design, uint64_t key, uint64_t trajectory,
                     uint64_t index)
{
    const struct mx_stream stream = mx_stream_make(design->seed, trajectory, key);

    return mx_draw(&stream, index, 0, MX_DRAW_ASSUMED).word[0];
}

/* The how-manieth a group moves in a trajectory: groups in the order of their words, so that no
 * order has to be kept. Ties (2^-64) go by the group's number. */
static uint32_t turn_of(const struct mx_morris_design *design, uint64_t trajectory, uint32_t group)
{
    uint64_t mine = word(design, KEY_OF_ORDER, trajectory, group);
    uint32_t turn = 0;

    for (uint32_t g = 0; g < design->group_count; g++) {
        uint64_t other = word(design, KEY_OF_ORDER, trajectory, g);

        turn += other < mine || (other == mine && g < group);
    }
    return turn;
}

/* A factor starts at one of the levels from which a step of delta stays within [0, 1]: up from the
 * lower half, down from the upper one. Returns the level, *step with its sign. */
static double start_of(const struct mx_morris_design *design, uint64_t trajectory, uint32_t factor,
                       double *step)
{
    uint64_t level = word(design, KEY_OF_FACTORS, trajectory, factor) % MX_MORRIS_LEVELS;

    *step = level < MX_MORRIS_LEVELS / 2 ? DELTA : -DELTA;
    return (double)level / (MX_MORRIS_LEVELS - 1);
}

void mx_morris_point(const struct mx_morris_design *design, uint64_t point, double *place)
{
    uint64_t trajectory = point / (design->group_count + 1);
    uint32_t moved = (uint32_t)(point % (design->group_count + 1)); /* groups moved so far */

    MX_CHECK(point < mx_morris_point_count(design));
    for (uint32_t f = 0; f < design->factor_count; f++) {
        double step;

        place[f] = start_of(design, trajectory, f, &step);
        if (turn_of(design, trajectory, design->group_of[f]) < moved) {
            place[f] += step;
        }
        place[f] = place[f] < 0 ? 0 : place[f] > 1 ? 1 : place[f]; /* of rounding */
    }
}

/* The sign of the step of a group that is one factor; 0 for several. */
static double sign_of(const struct mx_morris_design *design, uint64_t trajectory, uint32_t group)
{
    double sign = 0, step;
    uint32_t members = 0;

    for (uint32_t f = 0; f < design->factor_count; f++) {
        if (design->group_of[f] == group) {
            (void)start_of(design, trajectory, f, &step);
            sign = step > 0 ? 1 : -1;
            members++;
        }
    }
    return members == 1 ? sign : 0;
}

static struct mx_morris_effect summarise(const double *effects, uint32_t count, bool is_signed,
                                         double *absolute, double confidence)
{
    struct mx_morris_effect effect = {NAN, NAN, NAN, NAN, NAN, count};
    double sum = 0, star = 0, square = 0;

    for (uint32_t i = 0; i < count; i++) {
        absolute[i] = fabs(effects[i]);
        sum += effects[i];
        star += absolute[i];
    }
    if (count < 2) {
        return effect;
    }
    effect.mu_star = star / count;
    for (uint32_t i = 0; i < count; i++) {
        double from = is_signed ? effects[i] - sum / count : absolute[i] - effect.mu_star;

        square += from * from;
    }
    effect.mu = is_signed ? sum / count : NAN;
    effect.sigma = sqrt(square / (count - 1));
    struct mx_interval interval = mx_interval_mean(absolute, count, confidence);
    effect.low = interval.low > 0 ? interval.low : 0;
    effect.high = interval.high;
    return effect;
}

bool mx_morris_effects(const struct mx_morris_design *design, const double *values,
                       double confidence, struct mx_morris_effect *effects)
{
    uint32_t r = design->trajectory_count;
    double *found = calloc(2 * (size_t)r + 1, sizeof *found);

    if (found == NULL) {
        return false;
    }
    for (uint32_t g = 0; g < design->group_count; g++) {
        uint32_t count = 0;
        bool is_signed = true;

        for (uint32_t t = 0; t < r; t++) {
            uint64_t before = (uint64_t)t * (design->group_count + 1) + turn_of(design, t, g);
            double sign = sign_of(design, t, g);
            double effect = (values[before + 1] - values[before]) / DELTA;

            is_signed = is_signed && sign != 0;
            if (!isnan(effect)) {
                found[count++] = sign != 0 ? sign * effect : effect;
            }
        }
        effects[g] = summarise(found, count, is_signed, found + r, confidence);
    }
    free(found);
    return true;
}
