// SPDX-License-Identifier: GPL-3.0-or-later
/* support_rows.c - simulated means against exact values. See support_rows.h. */
#include "tests/support_rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

static unsigned rows;

unsigned mx_test_row_count(void)
{
    return rows;
}

void mx_test_row(const char *name, double exact, double mean, double sd, unsigned count,
                 double precision)
{
    rows++;
    assert_true(count >= 5);
    double tail = MX_ROWS_ALARM / MX_ROWS / 2.0;
    double half = gsl_cdf_tdist_Qinv(tail, (double)count - 1.0) * sd / sqrt((double)count);
    double off = fabs(mean - exact);
    print_message("  %-34s exact %-14.10g mean %-14.10g off %8.4f %%  half width %8.4f %%\n", name,
                  exact, mean, 100.0 * (mean - exact) / exact, 100.0 * half / exact);
    if (!(half <= precision * fabs(exact)))
        fail_msg("%s: half width %g is too wide to tell anything", name, half);
    if (!(off <= half + 1e-12 * fabs(exact)))
        fail_msg("%s: %g, exact %g, interval +- %g", name, mean, exact, half);
}
