// SPDX-License-Identifier: GPL-3.0-or-later
/* intake.h - fills a spool: the messages of a folder, or made ones. In a transaction of the
 * caller's, so that a spool holds a whole mailing or none. */
#ifndef MX_INTAKE_H
#define MX_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/live/spool.h"

/* from: NULL: that of each message's header. to: count 0: those of each message's header. All are
 * valid addresses; in those of made messages "{n}" stands for the message's number. refuse: called
 * for each file that cannot be sent, with the reason. */
struct mx_intake {
    const char *from;
    const char *const *to;
    size_t to_count;
    void (*refuse)(void *context, const char *file, const char *why);
    void *context;
};

struct mx_intake_count {
    uint64_t messages, recipients, refused;
};

enum mx_intake_status {
    MX_INTAKE_OK,
    MX_INTAKE_SPOOL,  /* mx_spool_error() says what */
    MX_INTAKE_FOLDER, /* it cannot be read: *error_number */
    MX_INTAKE_NO_MEMORY,
};

/* Every file of the folder, in the order of their names; hidden ones and what is no file are left
 * out. Each goes to every address of `to` once. */
enum mx_intake_status mx_intake_folder(struct mx_spool *spool, const char *folder,
                                       const struct mx_intake *intake,
                                       struct mx_intake_count *count, int *error_number);

/* message_count messages, numbered from 1, to the addresses of `to` in turn; from and to must be
 * there. unix_s: their date. */
enum mx_intake_status mx_intake_generate(struct mx_spool *spool, uint64_t message_count,
                                         const struct mx_intake *intake, int64_t unix_s,
                                         struct mx_intake_count *count);

/* "user{n}@example.com" with the number in place. False when that is no valid address. */
bool mx_intake_address(const char *pattern, uint64_t number, char address[MX_ADDRESS_SIZE]);

#endif
