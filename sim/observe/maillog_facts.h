// SPDX-License-Identifier: GPL-3.0-or-later
/* maillog_facts.h - private to the mail logs: what all of them say of one row. */
#ifndef MX_MAILLOG_FACTS_H
#define MX_MAILLOG_FACTS_H

#include "sim/observe/maillog.h"

#define MX_MAIL_NAME_SIZE 384

/* id: of the message. Times: seconds since 1970, rounded down. own_ip: "" where it is unknown.
 * status: "4.7.28", made of the code where the reply has none. is_first: the line is the
 * one that begins its message's history, at time_s. */
struct mx_mail_facts {
    const struct mx_trace_style *style;
    const struct mx_trace_row *row;
    uint64_t id;
    char address[MX_MAIL_NAME_SIZE], sender[MX_MAIL_NAME_SIZE];
    char domain[MX_MAIL_NAME_SIZE], relay[MX_MAIL_NAME_SIZE];
    char relay_ip[64], own_ip[64];
    int64_t at_us; /* of the line, since the start; the others are dates */
    int64_t time_s, created_s;
    struct mx_reply_text reply;
    char status[16];
    bool is_first;
};

/* Bounded appending. */
char *mx_put(char *to, const char *text);
char *mx_put_hex(char *to, uint64_t value, const char *digits);

/* A second number of the message, for another purpose. */
uint64_t mx_mail_hash(uint64_t id, uint64_t purpose);

/* To which of the sender's commands a reply of this reason is given; NULL: to the end of DATA. */
const char *mx_mail_command(enum mx_reason reason);

char *mx_maillog_postfix(char *to, const struct mx_mail_facts *facts);
char *mx_maillog_powermta(char *to, const struct mx_mail_facts *facts);
char *mx_maillog_kumomta(char *to, const struct mx_mail_facts *facts);
char *mx_maillog_sendgrid(char *to, const struct mx_mail_facts *facts);

#endif
