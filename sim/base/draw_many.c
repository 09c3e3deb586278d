// SPDX-License-Identifier: GPL-3.0-or-later
/* draw_many.c - Threefry-2x64-20 over vectors of eight counters.
 *
 * One text, compiled for three kinds of processor: the compiler splits the vectors into as many
 * registers as they take. Rotations and key schedule after J. Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", SC11; tests compare every form with Random123's own. */
#include "sim/base/draw_many.h"

#include <string.h>

typedef uint64_t lanes __attribute__((vector_size(8 * MX_DRAW_LANES)));

#define PARITY UINT64_C(0x1BD11BDAA9FC1A22)

/* Vectors stay within one function: how they are handed over differs between processors. */
#define ROUND(r) \
    do { \
        x0 += x1; \
        x1 = (x1 << (r)) | (x1 >> (64 - (r))); \
        x1 ^= x0; \
    } while (0)
#define FOUR_ROUNDS(a, b, c, d, add0, add1, number) \
    do { \
        ROUND(a); \
        ROUND(b); \
        ROUND(c); \
        ROUND(d); \
        x0 += (add0); \
        x1 += (add1) + (uint64_t)(number); \
    } while (0)

static inline __attribute__((always_inline)) void draw_groups(uint64_t key0,
                                                              const struct mx_draw_arrays *arrays,
                                                              size_t count)
{
    for (size_t i = 0; i < count; i += MX_DRAW_LANES) {
        lanes k1, x0, x1;
        memcpy(&k1, arrays->key + i, sizeof k1);
        memcpy(&x0, arrays->index + i, sizeof x0);
        memcpy(&x1, arrays->step + i, sizeof x1);
        const lanes k0 = key0 - (lanes){0};
        const lanes k2 = k0 ^ k1 ^ PARITY;
        x0 += k0;
        x1 += k1;
        FOUR_ROUNDS(16, 42, 12, 31, k1, k2, 1);
        FOUR_ROUNDS(16, 32, 24, 21, k2, k0, 2);
        FOUR_ROUNDS(16, 42, 12, 31, k0, k1, 3);
        FOUR_ROUNDS(16, 32, 24, 21, k1, k2, 4);
        FOUR_ROUNDS(16, 42, 12, 31, k2, k0, 5);
        memcpy(arrays->word0 + i, &x0, sizeof x0);
        memcpy(arrays->word1 + i, &x1, sizeof x1);
    }
}

static void draw_plain(uint64_t key0, const struct mx_draw_arrays *arrays, size_t count)
{
    draw_groups(key0, arrays, count);
}

__attribute__((target("avx2"))) static void draw_avx2(uint64_t key0,
                                                      const struct mx_draw_arrays *arrays,
                                                      size_t count)
{
    draw_groups(key0, arrays, count);
}

__attribute__((target("avx512f"))) static void draw_avx512(uint64_t key0,
                                                           const struct mx_draw_arrays *arrays,
                                                           size_t count)
{
    draw_groups(key0, arrays, count);
}

void mx_draw_many(uint64_t key0, const struct mx_draw_arrays *arrays, size_t count)
{
    if (__builtin_cpu_supports("avx512f")) {
        draw_avx512(key0, arrays, count);
    } else if (__builtin_cpu_supports("avx2")) {
        draw_avx2(key0, arrays, count);
    } else {
        draw_plain(key0, arrays, count);
    }
}

bool mx_draw_many_with(unsigned lanes_wanted, uint64_t key0, const struct mx_draw_arrays *arrays,
                       size_t count)
{
    switch (lanes_wanted) {
    case 2:
        draw_plain(key0, arrays, count);
        return true;
    case 4:
        if (!__builtin_cpu_supports("avx2")) {
            return false;
        }
        draw_avx2(key0, arrays, count);
        return true;
    case 8:
        if (!__builtin_cpu_supports("avx512f")) {
            return false;
        }
        draw_avx512(key0, arrays, count);
        return true;
    default:
        return false;
    }
}
