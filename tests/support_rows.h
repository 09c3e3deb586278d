// SPDX-License-Identifier: GPL-3.0-or-later
/* support_rows.h - compare simulated means with exact values, with one alarm rate for all rows.
 *
 * A row passes when the exact value lies in the confidence interval of the mean over replications
 * (Student's t). The level of a row is such that all MX_ROWS rows of the suite together raise a
 * false alarm with probability 0.1 % at most (Bonferroni). Seeds are fixed, so a row that passes
 * once passes always; none was chosen to make a row pass. */
#ifndef MX_SUPPORT_ROWS_H
#define MX_SUPPORT_ROWS_H

/* Rows of the whole suite; each test program states its own part and checks it. */
#define MX_ROWS_RETRY 16
#define MX_ROWS_QUEUE 20
#define MX_ROWS (MX_ROWS_RETRY + MX_ROWS_QUEUE)
#define MX_ROWS_ALARM 0.001

/* mean, sd: over `count` replications. precision: the half width of the interval must be at most
 * this part of the exact value, else the row could not fail and the test does. */
void mx_test_row(const char *name, double exact, double mean, double sd, unsigned count,
                 double precision);

/* Rows seen so far by this program. */
unsigned mx_test_row_count(void);

#endif
