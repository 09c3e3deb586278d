// SPDX-License-Identifier: GPL-3.0-or-later
/* arena.h - memory that is given back all at once: a scenario's tree, and the plan made of it.
 *
 * Each block is its own malloc, so that checkers see its edges. Without memory the arena jumps to
 * *no_memory, set by the reader's entry points: nothing between has to test for NULL. */
#ifndef MX_ARENA_H
#define MX_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct mx_arena_block;

/* Zero it to start; no_memory must be set before the first take. */
struct mx_arena {
    struct mx_arena_block *last;
    jmp_buf *no_memory;
};

/* Zeroed memory for count items of size bytes (count 0 gives one item); never NULL. */
void *mx_arena_take(struct mx_arena *arena, size_t count, size_t size);
/* A block of count_new items that starts with the count_old of `old`, which stays in the arena. */
void *mx_arena_grow(struct mx_arena *arena, const void *old, size_t count_old, size_t count_new,
                    size_t size);
char *mx_arena_copy(struct mx_arena *arena, const char *text);
char *mx_arena_copy_part(struct mx_arena *arena, const char *text, size_t size);
char *mx_arena_format(struct mx_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* There is no memory, as someone else found out: does not return. */
_Noreturn void mx_arena_out(struct mx_arena *arena);
/* A place for a pointer that is free()d with the arena. */
void **mx_arena_owner(struct mx_arena *arena);
/* Frees every block; the arena may be used again. */
void mx_arena_fini(struct mx_arena *arena);

#endif
