// SPDX-License-Identifier: GPL-3.0-or-later
/* connections.c - heaps of the times at which connections become free. */
#include "models/connections.h"

#include <stdlib.h>

bool mx_connections_init(struct mx_connections *connections,
                         const struct mx_connections_params *params, uint32_t ip_count)
{
    size_t per_ip = params->per_ip;
    size_t total = params->total;

    *connections = (struct mx_connections){0};
    if (per_ip > MX_PROVIDER_CONNECTIONS_MAX || total > MX_PROVIDER_CONNECTIONS_MAX)
        return false;
    if (per_ip + total == 0)
        return true;
    /* pages that no connection ever needs are never touched */
    connections->storage = calloc(per_ip * ip_count + total, sizeof *connections->storage);
    if (connections->storage == NULL)
        return false;
    connections->total.times_us = connections->storage + per_ip * ip_count;
    connections->total.limit = params->total;
    if (per_ip == 0)
        return true;
    connections->per_ip = calloc(ip_count, sizeof *connections->per_ip);
    if (connections->per_ip == NULL)
        return false;
    for (uint32_t ip = 0; ip < ip_count; ip++) {
        connections->per_ip[ip].times_us = connections->storage + per_ip * ip;
        connections->per_ip[ip].limit = params->per_ip;
    }
    return true;
}

void mx_connections_fini(struct mx_connections *connections)
{
    free(connections->per_ip);
    free(connections->storage);
}

static bool has_room(const struct mx_time_heap *heap, int64_t now_us)
{
    return heap->count < heap->limit || mx_time_heap_earliest_us(heap) <= now_us;
}

/* Takes an ended connection's place where there is one, and clears away one more: the heap stays
 * about as small as what is really in use, however large the limit. */
static void occupy(struct mx_time_heap *heap, int64_t now_us, int64_t until_us)
{
    if (heap->count == 0 || mx_time_heap_earliest_us(heap) > now_us) {
        mx_time_heap_push(heap, until_us);
        return;
    }
    mx_time_heap_replace(heap, until_us);
    if (heap->count > 1 && mx_time_heap_earliest_us(heap) <= now_us)
        mx_time_heap_pop(heap);
}

bool mx_connections_take(struct mx_connections *connections, uint32_t ip, int64_t now_us,
                         int64_t until_us)
{
    struct mx_time_heap *per_ip = connections->per_ip;
    struct mx_time_heap *total = &connections->total;

    if (per_ip != NULL && !has_room(&per_ip[ip], now_us))
        return false;
    if (total->limit > 0) {
        if (!has_room(total, now_us))
            return false;
        occupy(total, now_us, until_us);
    }
    if (per_ip != NULL)
        occupy(&per_ip[ip], now_us, until_us);
    return true;
}
