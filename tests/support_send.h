// SPDX-License-Identifier: GPL-3.0-or-later
/* support_send.h - `mxsim send` in a folder of its own, run to the end, or killed on the way. */
#ifndef MX_SUPPORT_SEND_H
#define MX_SUPPORT_SEND_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/support_mxsim.h"
#include "tests/support_receiver.h"

/* A folder with a spool, a trace and results in it; removed by close. */
struct mx_test_send {
    char folder[64], spool[96], trace[96], out[96], mail[96];
    double seconds; /* that the last run took */
};

void mx_test_send_open(struct mx_test_send *send);
void mx_test_send_close(struct mx_test_send *send);

/* The one of a test and its receiver: opened before it; stopped and closed behind it. */
extern struct mx_test_send mx_test_sending;
extern struct mx_receiver mx_test_receiver;
int mx_test_send_set_up(void **state);
int mx_test_send_tear_down(void **state);

/* Write a file of the folder "mail", made when it is missing. */
void mx_test_send_write(struct mx_test_send *send, const char *name, const char *text);

/* Start mxsim send --spool ... --trace ... --out ... --quiet WORDS, a NULL-terminated list; its
 * standard error goes to the folder's "errors". */
pid_t mx_test_send_start(const struct mx_test_send *send, const char *const *words);
/* The same to its end: the exit status. Killed after 200 s, which ends the test. */
int mx_test_send_run(struct mx_test_send *send, const char *const *words);
/* Whether the last run said this on standard error. */
bool mx_test_send_said(const struct mx_test_send *send, const char *text);
/* A metric of summary.json's total. */
double mx_test_send_total(const struct mx_test_send *send, const char *metric);

#endif
