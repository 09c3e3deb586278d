// SPDX-License-Identifier: GPL-3.0-or-later
/* solution.c - see solution.h. */
#include "sim/stats/solution.h"

#include <stdlib.h>

void mx_solution_destroy(struct mx_solution *solution)
{
    if (solution != NULL) {
        for (size_t i = 0; i < solution->point_count; i++) {
            free(solution->points[i].error);
        }
        free(solution->targets);
        free(solution->points);
        free(solution->rows);
        free(solution);
    }
}
