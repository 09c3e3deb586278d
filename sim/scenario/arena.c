// SPDX-License-Identifier: GPL-3.0-or-later
/* arena.c - see arena.h. */
#include "sim/scenario/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

struct mx_arena_block {
    struct mx_arena_block *before;
    void *owned;
    max_align_t data[];
};

_Noreturn void mx_arena_out(struct mx_arena *arena)
{
    MX_CHECK(arena->no_memory != NULL);
    longjmp(*arena->no_memory, 1);
}

void *mx_arena_take(struct mx_arena *arena, size_t count, size_t size)
{
    MX_CHECK(arena->no_memory != NULL);
    MX_CHECK(size > 0);
    if (count == 0) {
        count = 1;
    }
    if (count > (SIZE_MAX - sizeof(struct mx_arena_block)) / size) {
        mx_arena_out(arena);
    }
    struct mx_arena_block *block = calloc(1, sizeof *block + count * size);
    if (block == NULL) {
        mx_arena_out(arena);
    }
    block->before = arena->last;
    arena->last = block;
    return block->data;
}

void *mx_arena_grow(struct mx_arena *arena, const void *old, size_t count_old, size_t count_new,
                    size_t size)
{
    MX_CHECK(count_new >= count_old);
    void *block = mx_arena_take(arena, count_new, size);
    if (count_old > 0) {
        memcpy(block, old, count_old * size);
    }
    return block;
}

char *mx_arena_copy_part(struct mx_arena *arena, const char *text, size_t size)
{
    char *copy = mx_arena_take(arena, size + 1, 1);
    memcpy(copy, text, size);
    return copy;
}

char *mx_arena_copy(struct mx_arena *arena, const char *text)
{
    return mx_arena_copy_part(arena, text, strlen(text));
}

char *mx_arena_format(struct mx_arena *arena, const char *format, ...)
{
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    MX_CHECK(format != NULL);
    int size = vsnprintf(NULL, 0, format, values);
    va_end(values);
    MX_CHECK(size >= 0);
    char *text = mx_arena_take(arena, (size_t)size + 1, 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

void **mx_arena_owner(struct mx_arena *arena)
{
    (void)mx_arena_take(arena, 1, 1);
    return &arena->last->owned;
}

void mx_arena_fini(struct mx_arena *arena)
{
    while (arena->last != NULL) {
        struct mx_arena_block *block = arena->last;
        arena->last = block->before;
        free(block->owned);
        free(block);
    }
}
