// SPDX-License-Identifier: GPL-3.0-or-later
/* part_gaps.c - a list of gaps, as libconfig's list or as text: [ "2m", "5m" ] or "1m, 5m*2". */
#include <string.h>

#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define GAP_US_MAX MX_HORIZON_US_MAX

/* Where the gaps go. */
struct gaps {
    int64_t least_us, *gap_us;
    uint32_t most, *count;
};

const char *mx_take_part(struct mx_build *build, const char **at, const char *ends)
{
    const char *start = *at + strspn(*at, " \t");
    size_t size = strcspn(start, ends);
    *at = start + size;
    while (size > 0 && (start[size - 1] == ' ' || start[size - 1] == '\t')) {
        size--;
    }
    return mx_arena_copy_part(&build->scratch, start, size);
}

/* "5m" or "5m*2": a gap, and how often it comes. Returns false with a mistake. */
static bool read_part(struct mx_build *build, const struct mx_node *node, const char *text,
                      const struct gaps *gaps)
{
    const char *at = text;
    const char *gap = mx_take_part(build, &at, "*");
    const char *times = *at == '*' ? at + 1 + strspn(at + 1, " \t") : "1";
    uint64_t count = 0;
    int64_t gap_us = 0;
    if (mx_quantity_duration(gap, &gap_us) != MX_QUANTITY_OK || gap_us > GAP_US_MAX ||
        gap_us < gaps->least_us || mx_quantity_count(times, &count) != MX_QUANTITY_OK ||
        count < 1) {
        mx_complain(build, node,
                    "\"%.60s\" is not a gap such as 5m, or 5m*2 for twice that, up to 400d", text);
        return false;
    }
    if (count > gaps->most - *gaps->count) {
        mx_complain(build, node, "more than %u gaps", (unsigned)gaps->most);
        return false;
    }
    for (; count > 0; count--) {
        gaps->gap_us[(*gaps->count)++] = gap_us;
    }
    return true;
}

/* "1m, 5m*2, 1h". */
static void read_text(struct mx_build *build, const struct mx_node *node, const struct gaps *gaps)
{
    const char *at = node->text;
    bool more = true;
    while (more && read_part(build, node, mx_take_part(build, &at, ","), gaps)) {
        more = *at == ',';
        at += more;
    }
}

void mx_build_gaps(struct mx_build *build, struct mx_node *list, int64_t least_us, int64_t *gap_us,
                   uint32_t most, uint32_t *count)
{
    const struct gaps gaps = {least_us, gap_us, most, count};
    *count = 0;
    if (list != NULL && list->kind == MX_NODE_TEXT) {
        read_text(build, list, &gaps);
        return;
    }
    if (list == NULL ||
        !mx_node_expect(build, list, MX_NODE_LIST,
                        "a list of durations [ \"2m\", \"5m\" ] or text \"1m, 5m*2\"")) {
        return;
    }
    if (list->child_count > most || list->child_count == 0) {
        mx_complain(build, list, "%zu gaps; allowed: 1 to %u", list->child_count, (unsigned)most);
        return;
    }
    for (size_t i = 0; i < list->child_count; i++) {
        mx_node_duration(build, list->child[i], least_us, GAP_US_MAX, &gap_us[i]);
    }
    *count = (uint32_t)list->child_count;
}
