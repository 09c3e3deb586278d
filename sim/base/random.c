// SPDX-License-Identifier: GPL-3.0-or-later
/* random.c - keys of streams; the generator itself stands inline in random.h. */
#include "sim/base/random.h"

/* Finaliser of SplitMix64 (D. Stafford's variant 13): a bijection in which every bit of the input
 * moves about half of the output's. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

uint64_t mx_key_of_name(const char *name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a, 64 bits: offset basis */

    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        hash = (hash ^ *at) * UINT64_C(0x100000001B3); /* FNV prime */
    }
    return mix(hash);
}

uint64_t mx_key_combine(uint64_t a, uint64_t b)
{
    /* The constant keeps (0, 0) from being a fixed point. */
    return mix(mix(a + UINT64_C(0x9E3779B97F4A7C15)) + b);
}

struct mx_stream mx_stream_make(uint64_t seed, uint64_t replication, uint64_t key)
{
    return (struct mx_stream){{mx_key_combine(seed, replication), key}};
}
