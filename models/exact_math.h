// SPDX-License-Identifier: GPL-3.0-or-later
/* exact_math.h - exp, log and the normal quantile from + - x / and sqrt alone.
 *
 * glibc's versions differ in the last bit between processors (FMA or not). Whatever decides the
 * fate of a message uses these instead, so that results are the same to the byte everywhere. */
#ifndef MX_EXACT_MATH_H
#define MX_EXACT_MATH_H

#include <stddef.h>

/* e^x, relative error < 4e-16 x 4. x in [-700, 700]. */
double mx_exp(double x);

/* Natural logarithm, relative error < 1e-15. x > 0 and normal. */
double mx_log(double x);
/* x[i] = mx_log(x[i]), to the last bit; quicker than one by one. */
void mx_log_many(double *x, size_t count);

/* Quantile of the standard normal law, |relative error| < 1e-9. u in (0, 1).
 * Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988) 477-484. */
double mx_normal_quantile(double u);

#endif
