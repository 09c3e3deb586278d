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

struct mx_claim mx_solution_claim(const struct mx_solution *solution, size_t target)
{
    const struct mx_expectation *expectation = &solution->targets[target].expectation;

    return solution->assurance > 0 ? (struct mx_claim){MX_AT_LEAST, solution->assurance}
                                   : (struct mx_claim){expectation->comparison, expectation->bound};
}

const char *mx_solution_unit(const struct mx_solution *solution, size_t target)
{
    return solution->assurance > 0 ? MX_SHARE_MET : solution->targets[target].metric;
}
