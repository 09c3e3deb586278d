// SPDX-License-Identifier: GPL-3.0-or-later
/* random.h - keyed random numbers: a draw is a function of what it is for, not of when it is made.
 *
 * Threefry-2x64-20 (Random123; J. Salmon et al., SC11): 128-bit key (stream), 128-bit counter
 * (message, attempt or other index, purpose). Nothing here has a state that could be shared. */
#ifndef MX_RANDOM_H
#define MX_RANDOM_H

#include <stdint.h>

#include <Random123/threefry.h>

enum mx_draw_purpose {
    MX_DRAW_ARRIVAL,
    MX_DRAW_MEMBER,
    MX_DRAW_ATTEMPT,
    MX_DRAW_EPISODE,
    MX_DRAW_COMPLAINT,
    MX_DRAW_RETRY,
    MX_DRAW_NOISE,
    MX_DRAW_ASSUMED,
    MX_DRAW_PURPOSE_COUNT
};

/* A stream of draws: (seed, replication) in one half, what the numbers belong to in the other. */
struct mx_stream {
    uint64_t key[2];
};

struct mx_draw {
    uint64_t word[2];
};

/* 64-bit hash of a name (FNV-1a, finalised): the default key of providers, campaigns, lists. */
uint64_t mx_key_of_name(const char *name);
/* Finaliser of SplitMix64 (D. Stafford's variant 13): a bijection in which every bit of the input
 * moves about half of the output's. */
static inline uint64_t mx_key_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* Mix b into a: keys of pairs (campaign and provider ...). Not symmetric. */
static inline uint64_t mx_key_combine(uint64_t a, uint64_t b)
{
    /* The constant keeps (0, 0) from being a fixed point. */
    return mx_key_mix(mx_key_mix(a + UINT64_C(0x9E3779B97F4A7C15)) + b);
}

struct mx_stream mx_stream_make(uint64_t seed, uint64_t replication, uint64_t key);

/* index: message or member number; step: attempt, episode, interval; each below 2^56. Inline: it
 * is made several times an attempt, and a few ns are all that it costs. */
static inline struct mx_draw mx_draw(const struct mx_stream *stream, uint64_t index, uint64_t step,
                                     enum mx_draw_purpose purpose)
{
    threefry2x64_ctr_t counter = {{index, (step << 8) | (uint64_t)purpose}};
    threefry2x64_key_t key = {{stream->key[0], stream->key[1]}};
    threefry2x64_ctr_t out = threefry2x64_R(20, counter, key);

    return (struct mx_draw){{out.v[0], out.v[1]}};
}

/* Uniforms in (0, 1), never 0 or 1: 52 bits and a half, since with 53 the largest would round up
 * to 1. */
static inline double mx_uniform(uint64_t word)
{
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}
static inline double mx_uniform_low(uint64_t word)
{
    return ((double)(uint32_t)word + 0.5) * 0x1p-32;
}
static inline double mx_uniform_high(uint64_t word)
{
    return ((double)(uint32_t)(word >> 32) + 0.5) * 0x1p-32;
}

#endif
