// SPDX-License-Identifier: GPL-3.0-or-later
/* ranks.h - the processes that work on one sweep, and how they talk.
 *
 * The program without MPI, or started without mpirun, is a single rank. All ranks must be of one
 * kind of machine: messages are memory as it is. */
#ifndef MX_RANKS_H
#define MX_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#define MX_RANK_MESSAGE_MAX ((size_t)16384)

struct mx_ranks {
    int rank, count; /* rank 0 hands out and writes */
    /* Returns at once; false: it could not be sent. */
    bool (*send)(void *context, int to, const void *bytes, size_t size);
    /* A message that has come: its size, at most MX_RANK_MESSAGE_MAX; 0: there is none. */
    size_t (*receive)(void *context, int *from, void *bytes);
    /* Every rank's number goes in, the largest comes out. Waits for all. */
    int (*agree)(void *context, int number);
    /* Rank 0's number comes out. Waits for rank 0. */
    int (*follow)(void *context, int number);
    void *context;
};

/* Joins the other processes when started by mpirun, srun or the like; NULL when alone. Every rank
 * that got one must call mx_ranks_end, which waits for the others. */
const struct mx_ranks *mx_ranks_begin(void);
void mx_ranks_end(void);
/* Whether this process is one of several that mpirun or the like started, and whether this program
 * was built with MPI. */
bool mx_ranks_are_launched(void);
bool mx_ranks_are_built_in(void);

#endif
