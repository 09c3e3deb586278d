// SPDX-License-Identifier: GPL-3.0-or-later
/* send_setup.h - what a command line of `mxsim send` asks for, agreed with what the spool was made
 * for. */
#ifndef MX_SEND_SETUP_H
#define MX_SEND_SETUP_H

#include "sim/cli/options.h"
#include "sim/live/sender.h"
#include "sim/live/spool.h"

#define MX_RELAY_SIZE 300

/* relay: as given, HOST:PORT. config's texts live as long as this. refused: files left out when
 * the mailing was taken in. */
struct mx_send_setup {
    struct mx_send_config config;
    char relay[MX_RELAY_SIZE], host[MX_RELAY_SIZE];
    int64_t refused;
};

/* What needs no spool: relay, limits. Returns an exit code, with a message where it is not 0. */
int mx_send_setup_options(struct mx_send_setup *setup, const struct mx_options *options);

/* The policy and the mailing: taken in when the spool is new, else as it was made. Returns an exit
 * code, with a message where it is not 0. */
int mx_send_setup_mailing(struct mx_send_setup *setup, const struct mx_options *options,
                          struct mx_spool *spool);

/* Say what is wrong with the spool; returns the exit code for it. */
int mx_send_spool_failed(const char *file, const struct mx_spool *spool);

#endif
