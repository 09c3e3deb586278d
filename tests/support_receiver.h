// SPDX-License-Identifier: GPL-3.0-or-later
/* support_receiver.h - a small SMTP server for tests of `mxsim send`: says what it is told to, and
 * counts. On 127.0.0.1 alone; a process of its own that ends with the test's. */
#ifndef MX_SUPPORT_RECEIVER_H
#define MX_SUPPORT_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MX_RECEIVER_RECIPIENTS_MAX 5000
#define MX_RECEIVER_MESSAGE_SIZE 65536

/* What it does to a connection instead of answering. */
enum mx_receiver_mischief {
    MX_RECEIVER_HONEST,
    MX_RECEIVER_HANG_UP,       /* without a word */
    MX_RECEIVER_GARBAGE,       /* lines that are no SMTP */
    MX_RECEIVER_STALL,         /* says nothing any more */
    MX_RECEIVER_ENDLESS_LINE,  /* bytes without an end of line */
    MX_RECEIVER_ENDLESS_REPLY, /* "250-" lines without a last one */
    MX_RECEIVER_WRONG_CLASS,   /* 3xx where it fits nothing */
    MX_RECEIVER_SAYS_MORE,     /* at END: accepts, and answers once more unasked */
    MX_RECEIVER_EARLY_REFUSAL, /* at DATA: go on, and at once that it is too large */
};

/* Where it begins. */
enum mx_receiver_place {
    MX_RECEIVER_AT_CONNECT,
    MX_RECEIVER_AT_EHLO,
    MX_RECEIVER_AT_MAIL,
    MX_RECEIVER_AT_RCPT,
    MX_RECEIVER_AT_DATA,
    MX_RECEIVER_AT_END,
};

/* refusals: how often recipient n (of an address "uN@...") is refused at RCPT before it is
 * accepted; NULL: never. refusal: the reply then. mischief: to the first mischief_count
 * connections. has_extensions: announces PIPELINING, 8BITMIME, SIZE. gated: recipients whose number
 * is a multiple of it (0: none) are refused until the counts' is_open says otherwise. */
struct mx_receiver_script {
    unsigned (*refusals)(unsigned n);
    const char *refusal;
    enum mx_receiver_mischief mischief;
    enum mx_receiver_place place;
    unsigned mischief_count;
    bool has_extensions;
    unsigned gated;
};

/* Written by the server as it goes, but for is_open. attempts, accepted: by n. message: the last
 * that was accepted, as it came, dots taken away. */
struct mx_receiver_counts {
    bool is_open;
    unsigned connections, open, open_max, per_connection_max, resets, quits;
    unsigned asked; /* RCPT commands */
    unsigned attempts[MX_RECEIVER_RECIPIENTS_MAX + 1];
    unsigned accepted[MX_RECEIVER_RECIPIENTS_MAX + 1];
    size_t message_size;
    char message[MX_RECEIVER_MESSAGE_SIZE];
};

struct mx_receiver {
    pid_t process;
    int reserved; /* a socket that does not listen, 0: none */
    unsigned port;
    char relay[32]; /* "127.0.0.1:port" */
    volatile struct mx_receiver_counts *counts;
};

/* Ends the test when it cannot be started. */
void mx_receiver_start(struct mx_receiver *receiver, const struct mx_receiver_script *script);
/* Takes a port at which no connection comes about, and which nobody else can get meanwhile. */
void mx_receiver_refuse(struct mx_receiver *receiver);
void mx_receiver_stop(struct mx_receiver *receiver);

#endif
