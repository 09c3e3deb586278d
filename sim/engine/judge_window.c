// SPDX-License-Identifier: GPL-3.0-or-later
/* judge_window.c - judging all that started within a window. See judge_window.h.
 *
 * Providers share nothing within a window, so each is judged by itself: its processor foresees the
 * same stages better. Most windows do not even need one order for all that reaches a provider (see
 * mx_receiver_is_order_free): its paths are judged one by one then, and nothing is sorted. A trace
 * wants all in one order and gets it; results do not depend on it. */
#include "sim/engine/judge_window.h"

#include "sim/base/check.h"

#define LOOK_AHEAD 4 /* attempts */

struct judging {
    struct mx_world *world;
    struct mx_batch *batch;
    int64_t from_us, until_us;
    size_t outcome_count;
};

/* Segments of one provider or more: [line, line_end) of the batch's first, [over, over_end) of the
 * others. */
struct span {
    size_t line, line_end, over, over_end;
};

/* --- draws of reputation's episodes --- */

/* The episode of a path's attempts is the same throughout a window, unless it ends there or there
 * is one for each attempt: it is looked up once for each stream in a row. */
static void ask_segment(const struct judging *j, const struct mx_segment *segment)
{
    const struct mx_world *world = j->world;
    struct mx_asks *asks = &j->batch->asks;
    const bool holds =
        mx_receiver_episode_holds(world->paths[segment->path].receiver, j->from_us, j->until_us);
    size_t stream = SIZE_MAX;
    uint64_t step = MX_STEP_NONE;
    for (uint32_t i = segment->first; i < segment->first + segment->count; i++) {
        struct mx_work *work = &j->batch->works[i];
        const uint64_t message = work->entry.message;
        const size_t its = mx_world_stream_of(world, message);
        if (its != stream || !holds) {
            stream = its;
            step = mx_world_episode_step(world, work);
        }
        if (step == MX_STEP_NONE) {
            work->episode_u = 0.5;
            continue;
        }
        asks->place[asks->count] = i;
        mx_ask(asks, &world->streams[its].draws, mx_world_number_of(world, message),
               mx_draw_step(step, MX_DRAW_EPISODE));
    }
}

/* Which draws there are does not depend on the order of the attempts. */
static void draw_episodes(const struct judging *j)
{
    struct mx_batch *batch = j->batch;
    struct mx_asks *asks = &batch->asks;
    asks->count = 0;
    for (size_t i = 0; i < batch->segment_count; i++)
        ask_segment(j, &batch->segments[i]);
    mx_asks_draw(asks, j->world->draw_key);
    for (size_t i = 0; i < asks->count; i++)
        batch->works[asks->place[i]].episode_u = mx_uniform(asks->word0[i]);
}

/* --- in order of time --- */

static size_t gather(const struct mx_batch *batch, size_t segment, size_t end, uint32_t *places)
{
    size_t count = 0;
    for (; segment < end; segment++) {
        for (uint32_t i = 0; i < batch->segments[segment].count; i++)
            places[count++] = batch->segments[segment].first + i;
    }
    return count;
}

static void judge_in_order(struct judging *j, const struct span *span)
{
    struct mx_batch *batch = j->batch;
    size_t count = gather(batch, span->line, span->line_end, batch->dealt);
    count += gather(batch, span->over, span->over_end, batch->dealt + count);
    mx_batch_sort_works(batch, batch->dealt, count, j->from_us, j->until_us);
    for (size_t i = 0; i < count; i++) {
        if (i + LOOK_AHEAD < count)
            mx_world_prefetch(j->world, &batch->works[batch->sorted[i + LOOK_AHEAD]]);
        j->outcome_count += mx_world_judge(j->world, &batch->works[batch->sorted[i]],
                                           &batch->outcomes[j->outcome_count]);
    }
}

/* --- path by path --- */

/* Attempts of one stream and path that went the short way, not yet learnt and counted. */
struct short_way {
    const struct mx_world_stream *stream; /* NULL: none is under way */
    bool is_open;
    struct mx_passage passage;
    uint32_t *accepted; /* places of the works, to be counted */
    size_t count;
};

static void end_way(const struct judging *j, const struct mx_world_path *path,
                    struct short_way *way)
{
    if (!way->stream || !way->is_open)
        return;
    struct mx_world *world = j->world;
    const struct mx_tally_place place = {way->stream->campaign, path->provider, path->ip};
    mx_receiver_close_passage(&way->passage);
    world->observation->attempt_total += way->passage.passed;
    world->delivered += way->passage.passed;
    mx_tally_accepted(world->tally, &place, j->batch->works, way->accepted, way->count);
    way->count = 0;
}

/* For the attempts from this one on, `count` of the path at most. */
static void begin_way(const struct judging *j, const struct mx_world_path *path,
                      const struct mx_world_stream *stream, const struct mx_work *work,
                      uint32_t count, struct short_way *way)
{
    const struct mx_passengers all = {.now_us = work->start_us,
                                      .ip = path->ip,
                                      .netblock = path->netblock,
                                      .domain = stream->domain,
                                      .engagement = stream->engagement,
                                      .count = count,
                                      .complaints = stream->list->complaints};
    end_way(j, path, way);
    way->stream = stream;
    way->is_open = mx_receiver_open_passage(path->receiver, &all, &way->passage);
}

static inline bool take_short_way(const struct mx_world *world, const struct mx_world_path *path,
                                  const struct mx_work *work, struct short_way *way)
{
    const uint64_t number = mx_world_number_of(world, work->entry.message);
    const struct mx_passing passing = {
        .now_us = work->start_us,
        .until_us = work->until_us,
        .episode_u = work->episode_u,
        .content_word = (uint32_t)(work->draw.word[0] >> 32),
        .placement_word = (uint32_t)(work->draw.word[1] >> 32),
        .small_domain = mx_world_small_domain(way->stream, number, path->small_domains)};
    return mx_passage_take(&way->passage, &passing);
}

static void judge_segment(struct judging *j, const struct mx_segment *segment)
{
    struct mx_world *world = j->world;
    struct mx_batch *batch = j->batch;
    const struct mx_world_path *path = &world->paths[segment->path];
    const int64_t horizon_us = world->plan->horizon_us, warmup_us = world->plan->warmup_us;
    const uint32_t end = segment->first + segment->count;
    struct short_way way = {.accepted = batch->sorted};
    for (uint32_t i = segment->first; i < end; i++) {
        const struct mx_work *work = &batch->works[i];
        const struct mx_world_stream *stream =
            &world->streams[mx_world_stream_of(world, work->entry.message)];
        if (stream != way.stream)
            begin_way(j, path, stream, work, end - i, &way);
        if (way.is_open && work->entry.note == MX_NOTE_GOOD && work->until_us < horizon_us &&
            take_short_way(world, path, work, &way)) {
            way.accepted[way.count] = i;
            way.count += work->entry.created_us >= warmup_us;
            continue;
        }
        j->outcome_count += mx_world_judge(world, work, &batch->outcomes[j->outcome_count]);
    }
    end_way(j, path, &way);
}

/* A path's line comes before what found it empty. */
static void judge_by_path(struct judging *j, struct span span)
{
    const struct mx_segment *segments = j->batch->segments;
    while (span.line < span.line_end || span.over < span.over_end) {
        const bool from_line =
            span.over == span.over_end ||
            (span.line < span.line_end && segments[span.line].path <= segments[span.over].path);
        judge_segment(j, &segments[from_line ? span.line++ : span.over++]);
    }
}

/* Whether each path's attempts lie in the order (start, message), and how many there are in all. */
static bool is_in_order(const struct mx_batch *batch, struct span span, uint64_t *count)
{
    const struct mx_segment *segments = batch->segments;
    bool in_order = true;
    *count = 0;
    for (size_t i = span.line; i < span.line_end; i++) {
        in_order &= segments[i].in_order;
        *count += segments[i].count;
    }
    for (size_t i = span.over; i < span.over_end; i++) {
        const struct mx_segment *over = &segments[i];
        in_order &= over->in_order;
        *count += over->count;
        while (span.line < span.line_end && segments[span.line].path < over->path)
            span.line++;
        if (span.line == span.line_end || segments[span.line].path != over->path)
            continue;
        const struct mx_segment *line = &segments[span.line];
        const struct mx_work *last = &batch->works[line->first + line->count - 1];
        const struct mx_work *first = &batch->works[over->first];
        in_order &= last->start_us < first->start_us || last->entry.message < first->entry.message;
    }
    return in_order;
}

/* --- provider by provider --- */

static uint32_t provider_of(const struct judging *j, size_t segment, size_t end)
{
    return segment < end ? j->world->paths[j->batch->segments[segment].path].provider : UINT32_MAX;
}

static void judge_provider(struct judging *j, uint32_t provider, const struct span *span)
{
    uint64_t count;
    if (is_in_order(j->batch, *span, &count) &&
        mx_receiver_is_order_free(j->world->providers[provider].receiver, j->from_us, j->until_us,
                                  count))
        judge_by_path(j, *span);
    else
        judge_in_order(j, span);
}

static void judge_providers(struct judging *j)
{
    const size_t line_end = j->batch->line_segment_count, over_end = j->batch->segment_count;
    struct span span = {0, 0, line_end, line_end};
    while (span.line < line_end || span.over < over_end) {
        const uint32_t in_line = provider_of(j, span.line, line_end);
        const uint32_t over = provider_of(j, span.over, over_end);
        const uint32_t provider = in_line < over ? in_line : over;
        while (provider_of(j, span.line_end, line_end) == provider)
            span.line_end++;
        while (provider_of(j, span.over_end, over_end) == provider)
            span.over_end++;
        judge_provider(j, provider, &span);
        span.line = span.line_end;
        span.over = span.over_end;
    }
}

void mx_window_judge(struct mx_world *world, struct mx_batch *batch, int64_t from_us,
                     int64_t until_us)
{
    struct judging j = {world, batch, from_us, until_us, 0};
    draw_episodes(&j);
    if (world->options->trace)
        judge_in_order(&j, &(struct span){0, batch->line_segment_count, batch->line_segment_count,
                                          batch->segment_count});
    else
        judge_providers(&j);
    if (j.outcome_count == 0)
        return;
    mx_world_report(world, batch->outcomes, j.outcome_count);
    /* what expires between its reply and the window's end */
    batch->entry_count = 0;
    mx_batch_take_due(batch, world, until_us);
    MX_CHECK(batch->entry_count == 0);
}
