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

static bool all_settable(const struct mx_plan *plan, const char *file, struct mx_mistakes *mistakes)
{
    size_t before = mistakes->count;

    for (size_t i = 0; i < plan->factor_count; i++) {
        if (!plan->factors[i].is_settable) {
            mx_mistakes_add(mistakes, file, 0, plan->factors[i].path,
                            "ASSUMED, but this written-out plan has nothing that could be varied "
                            "there: use the scenario that it was made of");
        }
    }
    return mistakes->count == before;
}

struct mx_uncertain *mx_uncertain_create(const struct mx_plan *plan,
                                         const struct mx_point_options *options, uint64_t seed,
                                         struct mx_mistakes *mistakes)
{
    struct mx_uncertain *uncertain = NULL;

    if (all_settable(plan, options->scenario, mistakes)) {
        uncertain = calloc(1, sizeof *uncertain);
    }
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

/* The factors of a plan as drawn for a replication. False: out of memory. */
static bool draw(const struct mx_plan *plan, uint64_t seed, uint32_t replication,
                 struct mx_factor_set *set)
{
    double *place = calloc(plan->factor_count + 1, sizeof *place);
    bool is_made;

    for (size_t i = 0; place != NULL && i < plan->factor_count; i++) {
        place[i] = mx_uncertain_place(plan->factors[i].path, seed, replication);
    }
    is_made = place != NULL && mx_factors_set(plan, place, set);
    free(place);
    return is_made;
}

/* Overrides, then what was drawn. */
static const struct mx_point *take(struct mx_point_source *source, const struct mx_plan *plan,
                                   const struct mx_override *overrides, size_t count, uint64_t seed,
                                   uint32_t replication, struct mx_mistakes *mistakes)
{
    struct mx_factor_set set = {.item = NULL};
    const struct mx_point *point = NULL;
    struct mx_override *all = NULL;

    if (draw(plan, seed, replication, &set)) {
        all = calloc(count + set.count + 1, sizeof *all);
    }
    if (all == NULL) {
        mx_mistakes_add(mistakes, plan->file, 0, "", "out of memory");
    } else {
        for (size_t i = 0; i < count; i++) {
            all[i] = overrides[i];
        }
        for (size_t i = 0; i < set.count; i++) {
            all[count + i] = set.item[i];
        }
        point = mx_point_take(source, all, count + set.count, mistakes);
    }
    free(all);
    mx_factor_set_fini(&set);
    return point;
}

const struct mx_point *mx_uncertain_take(const struct mx_uncertain *uncertain, uint32_t replication,
                                         struct mx_mistakes *mistakes)
{
    return take(uncertain->source, uncertain->plan, NULL, 0, uncertain->seed, replication,
                mistakes);
}

const struct mx_point *mx_uncertain_point(struct mx_point_source *source,
                                          const struct mx_point *base,
                                          const struct mx_override *overrides,
                                          size_t override_count, uint64_t seed,
                                          uint32_t replication, struct mx_mistakes *mistakes)
{
    if (!all_settable(base->plan, base->plan->file, mistakes)) {
        return NULL;
    }
    return take(source, base->plan, overrides, override_count, seed, replication, mistakes);
}

void mx_uncertain_release(const struct mx_uncertain *uncertain, const struct mx_point *point)
{
    mx_point_release(uncertain->source, point);
}

static const struct mx_plan *take_plan(void *context, uint32_t replication, const void **handle)
{
    struct mx_mistakes mistakes = {.item = NULL}; /* none but of memory where all were checked */
    const struct mx_point *point = mx_uncertain_take(context, replication, &mistakes);

    mx_mistakes_fini(&mistakes);
    *handle = point;
    return point != NULL ? point->plan : NULL;
}

static void release_plan(void *context, const void *handle)
{
    mx_uncertain_release(context, handle);
}

struct mx_replicate_plans mx_uncertain_plans(struct mx_uncertain *uncertain)
{
    return (struct mx_replicate_plans){take_plan, release_plan, uncertain};
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
