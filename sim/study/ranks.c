// SPDX-License-Identifier: GPL-3.0-or-later
/* ranks.c - see ranks.h: ranks by MPI, where the Makefile found it (MX_HAVE_MPI); all calls come
 * from the main thread. */
#include "sim/study/ranks.h"

#include <stdlib.h>

#ifdef MX_HAVE_MPI
#include <mpi.h>
#endif

/* MPI's own start takes a tenth of a second: only where there is a launcher. */
bool mx_ranks_are_launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

#ifdef MX_HAVE_MPI

#define TAG 1

static bool send_message(void *context, int to, const void *bytes, size_t size)
{
    (void)context;
    /* Small enough to leave at once (eager); a large one waits until the other polls, and it
     * does. */
    return MPI_Send(bytes, (int)size, MPI_BYTE, to, TAG, MPI_COMM_WORLD) == MPI_SUCCESS;
}

static size_t receive_message(void *context, int *from, void *bytes)
{
    MPI_Status status;
    int is_there = 0, size = 0;

    (void)context;
    if (MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &is_there, &status) != MPI_SUCCESS ||
        !is_there ||
        MPI_Recv(bytes, (int)MX_RANK_MESSAGE_MAX, MPI_BYTE, status.MPI_SOURCE, TAG, MPI_COMM_WORLD,
                 &status) != MPI_SUCCESS ||
        MPI_Get_count(&status, MPI_BYTE, &size) != MPI_SUCCESS || size <= 0) {
        return 0;
    }
    *from = status.MPI_SOURCE;
    return (size_t)size;
}

static int agree_on(void *context, int number)
{
    int largest = number;

    (void)context;
    (void)MPI_Allreduce(&number, &largest, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return largest;
}

static int follow_first(void *context, int number)
{
    (void)context;
    (void)MPI_Bcast(&number, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return number;
}

const struct mx_ranks *mx_ranks_begin(void)
{
    static struct mx_ranks ranks = {.send = send_message,
                                    .receive = receive_message,
                                    .agree = agree_on,
                                    .follow = follow_first};
    int provided = 0;

    /* Who waits for others leaves the processor to them: OpenMPI would spin. */
    (void)setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
    if (!mx_ranks_are_launched() ||
        MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        MPI_Comm_rank(MPI_COMM_WORLD, &ranks.rank) != MPI_SUCCESS ||
        MPI_Comm_size(MPI_COMM_WORLD, &ranks.count) != MPI_SUCCESS) {
        return NULL;
    }
    return &ranks;
}

void mx_ranks_end(void)
{
    int is_running = 0;

    if (MPI_Initialized(&is_running) == MPI_SUCCESS && is_running) {
        (void)MPI_Finalize();
    }
}

bool mx_ranks_are_built_in(void)
{
    return true;
}

#else

const struct mx_ranks *mx_ranks_begin(void)
{
    return NULL;
}

void mx_ranks_end(void)
{
}

bool mx_ranks_are_built_in(void)
{
    return false;
}

#endif
