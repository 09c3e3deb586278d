// SPDX-License-Identifier: GPL-3.0-or-later
/* message_file.h - an RFC 5322 message, as a file holds it, checked and made ready to be sent.
 *
 * Lines end in CRLF afterwards, Bcc is gone. Refused is what SMTP cannot carry: NUL, a carriage
 * return alone, lines over 998 octets, octets above 127 in the header. */
#ifndef MX_MESSAGE_FILE_H
#define MX_MESSAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/live/mail_address.h"

#define MX_MESSAGE_SIZE_MAX ((size_t)16 << 20)
#define MX_MESSAGE_LINE_MAX 998U
#define MX_MESSAGE_RECIPIENTS_MAX 10000U
#define MX_MESSAGE_ERROR_SIZE 256

/* text: owned, ends in CRLF. sender: of From. recipients: of To, Cc and Bcc, each once; owned. */
struct mx_message {
    char *text;
    size_t size;
    char sender[MX_ADDRESS_SIZE];
    char (*recipients)[MX_ADDRESS_SIZE];
    size_t recipient_count;
};

/* raw: what the file held. needs_recipients: refuse it when its header names none. False with a
 * sentence in error, or an empty one when out of memory, and nothing to free. */
bool mx_message_parse(struct mx_message *message, const char *raw, size_t size,
                      bool needs_recipients, char error[MX_MESSAGE_ERROR_SIZE]);
void mx_message_fini(struct mx_message *message);

#endif
