// SPDX-License-Identifier: GPL-3.0-or-later
/* capacity.h - stage 3 of a provider: a queue that may be full.
 *
 * `rate`: work drained at so many messages a second, with a bounded backlog; accepted at admission.
 * `servers`: c servers, first come first served, with a waiting room; the reply comes when service
 * ends. Equations: models/README.md. */
#ifndef MX_CAPACITY_H
#define MX_CAPACITY_H

#include <stdbool.h>

#include "models/receiver_params.h"

struct mx_capacity;

/* params, outages (sorted) are borrowed. noise_u: uniform of (interval number), NULL where
 * noise_cv is 0. Returns owned, or NULL when out of memory or a size is above its limit. */
struct mx_capacity *mx_capacity_create(const struct mx_capacity_params *params,
                                       const struct mx_day *day, const struct mx_outage *outages,
                                       uint32_t outage_count,
                                       double (*noise_u)(void *context, uint64_t interval),
                                       void *noise_context);
void mx_capacity_destroy(struct mx_capacity *capacity);

/* One attempt at now_us, which must not decrease. service_u: uniform, for the service time.
 * True: admitted, and *reply_us is put off to the end of service where there is one. */
bool mx_capacity_take(struct mx_capacity *capacity, int64_t now_us, double service_u,
                      int64_t *reply_us);

/* Messages of work admitted and not drained at the last attempt (rate kind). */
double mx_capacity_work(const struct mx_capacity *capacity);

/* max(0, rate x daily x noise x left - background x background's daily), messages per second. */
double mx_capacity_rate_per_s(const struct mx_capacity_params *params, double daily, double noise,
                              double left, double background_daily);

/* Lognormal factor of mean 1 and coefficient of variation cv at u: exp(s z(u) - s^2 / 2),
 * s^2 = ln(1 + cv^2), z the normal quantile. */
double mx_capacity_noise(double cv, double u);

#endif
