// SPDX-License-Identifier: GPL-3.0-or-later
/* ip_pool.h - which address of a pool a message is sent from, and warm-up allowances. */
#ifndef MX_IP_POOL_H
#define MX_IP_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/units.h"

/* Messages fall into this many slots by their hash; a slot's messages share an address. */
#define MX_IP_SLOTS (1U << 20)

/* Rendezvous (highest random weight) hashing: index in [0, count) of the address with the largest
 * weight for this message's slot. ip_keys: hashes, all their bits in use. Adding an address moves
 * only its own share of the messages. Shares are even to about sqrt(count / MX_IP_SLOTS).
 * Source: D. Thaler, C. Ravishankar, IEEE/ACM Trans. Networking 6 (1998) 1-14. */
uint32_t mx_ip_pick(const uint64_t *ip_keys, uint32_t count, uint64_t message_hash);

struct mx_ip_table; /* all slots of a pool worked out beforehand: the same picks, sooner made */

/* count <= 65,536. Costs MX_IP_SLOTS x count weights. Returns owned, or NULL when out of memory. */
struct mx_ip_table *mx_ip_table_create(const uint64_t *ip_keys, uint32_t count);
void mx_ip_table_destroy(struct mx_ip_table *table);
uint32_t mx_ip_table_pick(const struct mx_ip_table *table, uint64_t message_hash);

/* The same in two steps, for many: slots of hashes, which are brought near, since the table is
 * larger than the nearer caches; later, their picks. */
void mx_ip_table_find(const struct mx_ip_table *table, const uint64_t *message_hash, size_t count,
                      uint32_t *slot);
void mx_ip_table_pick_found(const struct mx_ip_table *table, const uint32_t *slot, size_t count,
                            uint16_t *ip);

#define MX_WARM_UP_STEPS_MAX 400

/* allowance[d]: messages per period_us on day d of the plan (0-based); after the last day no
 * limit. day_us: length of a day. step_count 0 = no plan. first_day: day of the plan at the
 * scenario's start. per_provider: each provider has an allowance of its own. */
struct mx_warm_up {
    uint32_t step_count;
    uint64_t allowance[MX_WARM_UP_STEPS_MAX];
    int64_t period_us;
    struct mx_day day;
    uint32_t first_day;
    bool per_provider;
};

/* Of one address (or address and provider): what this period has used. Zero it to start. */
struct mx_warm_up_state {
    int64_t period;
    uint64_t used;
};

/* Take one message's allowance at now_us; false when this period's is used up. now_us must not
 * decrease. Only first attempts take from it: a retry's message was counted already. */
bool mx_warm_up_take(const struct mx_warm_up *plan, struct mx_warm_up_state *state, int64_t now_us);

/* Start of the next period after now_us. */
int64_t mx_warm_up_next_us(const struct mx_warm_up *plan, int64_t now_us);

/* Allowance per period at now_us; UINT64_MAX = no limit. */
uint64_t mx_warm_up_allowance(const struct mx_warm_up *plan, int64_t now_us);

#endif
