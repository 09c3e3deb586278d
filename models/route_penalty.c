// SPDX-License-Identifier: GPL-3.0-or-later
/* route_penalty.c - quadratic time off. */
#include "models/route_penalty.h"

#define PENALTY_MAX 10000U /* base x p^2 stays within 64 bits */

int64_t mx_route_off_until_us(struct mx_route *route, int64_t now_us)
{
    if (route->is_off && now_us >= route->off_until_us) {
        route->is_off = false;
        route->is_valid = false;
        route->penalty -= route->penalty > 0 ? 1 : 0;
    }
    return route->is_off ? route->off_until_us : 0;
}

void mx_route_succeed(struct mx_route *route)
{
    route->is_valid = true;
}

uint32_t mx_route_connections(const struct mx_route *route)
{
    return route->is_valid ? UINT32_MAX : 1;
}

void mx_route_fail(struct mx_route *route, const struct mx_route_params *params, uint32_t others,
                   int64_t now_us)
{
    (void)mx_route_off_until_us(route, now_us);
    if (route->is_valid) {
        route->is_valid = others > 0;
        return;
    }
    route->penalty += params->step;
    route->penalty = route->penalty < PENALTY_MAX ? route->penalty : PENALTY_MAX;
    const int64_t square = (int64_t)route->penalty * route->penalty;
    const int64_t off_us =
        square > params->max_us / params->base_us ? params->max_us : params->base_us * square;
    route->is_off = true;
    route->off_until_us = now_us + off_us;
}
