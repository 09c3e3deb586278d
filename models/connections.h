// SPDX-License-Identifier: GPL-3.0-or-later
/* connections.h - stage 1 of a provider: attempts in progress at once, per IP and in all.
 *
 * An attempt let in occupies [now, until) whatever the later stages say; a refused one occupies
 * nothing. */
#ifndef MX_CONNECTIONS_H
#define MX_CONNECTIONS_H

#include <stdbool.h>

#include "models/receiver_params.h"
#include "models/time_heap.h"

/* per_ip: one heap of end times an IP, NULL without a limit; total.limit 0: no limit. */
struct mx_connections {
    struct mx_time_heap *per_ip;
    struct mx_time_heap total;
    int64_t *storage;
};

/* False when out of memory or a limit is above MX_PROVIDER_CONNECTIONS_MAX; _fini is fine then. */
bool mx_connections_init(struct mx_connections *connections,
                         const struct mx_connections_params *params, uint32_t ip_count);
void mx_connections_fini(struct mx_connections *connections);

/* Let an attempt of `ip` in from now_us until until_us, or refuse it. now_us must not decrease;
 * what ended at now_us is free. */
bool mx_connections_take(struct mx_connections *connections, uint32_t ip, int64_t now_us,
                         int64_t until_us);

#endif
