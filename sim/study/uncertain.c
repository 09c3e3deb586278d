// SPDX-License-Identifier: GPL-3.0-or-later
/* uncertain.c - see uncertain.h. */
#include "sim/study/uncertain.h"

#include <stdlib.h>

#include "sim/base/random.h"
#include "sim/scenario/mistakes.h"

struct mx_uncertain {
    const struct mx_plan *plan;
    struct mx_point_source *source;
    uint64_t seed;
};

struct mx_uncertain *mx_uncertain_create(const struct mx_plan *plan,
                                         const struct mx_point_options *options, uint64_t seed,
                                         struct mx_mistakes *mistakes)
{
    struct mx_uncertain *uncertain;
    size_t before = mistakes->count;

    for (size_t i = 0; i < plan->factor_count; i++) {
        if (!plan->factors[i].is_settable) {
            mx_mistakes_add(mistakes, options->scenario, 0, plan->factors[i].path,
                            "ASSUMED, but this written-out plan has nothing that could be varied "
                            "there: use the scenario that it was made of");
        }
    }
    uncertain = mistakes->count == before ? calloc(1, sizeof *uncertain) : NULL;
    if (uncertain == NULL) {
        return NULL;
    }
    uncertain->plan = plan;
    uncertain->seed = seed;
    uncertain->source = mx_point_source_create(options);
    if (uncertain->source == NULL) {
        free(uncertain);
        return NULL;
    }
    return uncertain;
}

void mx_uncertain_destroy(struct mx_uncertain *uncertain)
{
    if (uncertain != NULL) {
        mx_point_source_destroy(uncertain->source);
        free(uncertain);
    }
}

double mx_uncertain_place(const char *path, uint64_t seed, uint32_t replication)
{
    const struct mx_stream stream = mx_stream_make(seed, replication, mx_key_of_name(path));

    return mx_uniform(mx_draw(&stream, 0, 0, MX_DRAW_ASSUMED).word[0]);
}

const struct mx_point *mx_uncertain_take(const struct mx_uncertain *uncertain, uint32_t replication,
                                         struct mx_mistakes *mistakes)
{
    const struct mx_plan *plan = uncertain->plan;
    double *place = calloc(plan->factor_count + 1, sizeof *place);
    const struct mx_point *point = NULL;
    struct mx_factor_set set;

    for (size_t i = 0; place != NULL && i < plan->factor_count; i++) {
        place[i] = mx_uncertain_place(plan->factors[i].path, uncertain->seed, replication);
    }
    if (place == NULL || !mx_factors_set(plan, place, &set)) {
        mx_mistakes_add(mistakes, plan->file, 0, "", "out of memory");
    } else {
        point = mx_point_take(uncertain->source, set.item, set.count, mistakes);
        mx_factor_set_fini(&set);
    }
    free(place);
    return point;
}

void mx_uncertain_release(const struct mx_uncertain *uncertain, const struct mx_point *point)
{
    mx_point_release(uncertain->source, point);
}

uint32_t mx_uncertain_check(const struct mx_uncertain *uncertain, uint32_t count,
                            struct mx_mistakes *mistakes)
{
    for (uint32_t r = 0; r < count; r++) {
        const struct mx_point *point = mx_uncertain_take(uncertain, r, mistakes);

        if (point == NULL) {
            return r;
        }
        mx_uncertain_release(uncertain, point);
    }
    return count;
}
