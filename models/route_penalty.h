// SPDX-License-Identifier: GPL-3.0-or-later
/* route_penalty.h - how long a route (address and host) is left alone after its connection failed,
 * after OpenSMTPD. Equations and sources: models/README.md, "Route penalty". */
#ifndef MX_ROUTE_PENALTY_H
#define MX_ROUTE_PENALTY_H

#include <stdbool.h>
#include <stdint.h>

/* A failure adds `step` to the penalty p; the route is off for min(base_us p^2, max_us), and p
 * falls by one when it comes back. */
struct mx_route_params {
    bool enabled;
    uint32_t step;
    int64_t base_us, max_us;
};

/* Of one route. Zero it to start. */
struct mx_route {
    uint32_t penalty;
    bool is_valid; /* a connection has succeeded since it came back */
    bool is_off;
    int64_t off_until_us;
};

/* When the route may be used: 0 now, else a time > now_us. */
int64_t mx_route_off_until_us(struct mx_route *route, int64_t now_us);
void mx_route_succeed(struct mx_route *route);
/* A connection failed, while others (of attempts under way) are open. A route that has worked since
 * it came back is not turned off; when that was its last connection it is new again, and the next
 * first connection decides. */
void mx_route_fail(struct mx_route *route, const struct mx_route_params *params, uint32_t others,
                   int64_t now_us);

/* How many connections it may have: while it is new, one. */
uint32_t mx_route_connections(const struct mx_route *route);

#endif
