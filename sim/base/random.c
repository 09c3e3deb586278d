// SPDX-License-Identifier: GPL-3.0-or-later
/* random.c - keys of streams; the generator itself stands inline in random.h. */
#include "sim/base/random.h"

uint64_t mx_key_of_name(const char *name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a, 64 bits: offset basis */

    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        hash = (hash ^ *at) * UINT64_C(0x100000001B3); /* FNV prime */
    }
    return mx_key_mix(hash);
}

struct mx_stream mx_stream_make(uint64_t seed, uint64_t replication, uint64_t key)
{
    return (struct mx_stream){{mx_key_combine(seed, replication), key}};
}
