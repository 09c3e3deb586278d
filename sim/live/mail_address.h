// SPDX-License-Identifier: GPL-3.0-or-later
/* mail_address.h - addresses: what may stand in MAIL FROM and RCPT TO, and those of a header.
 *
 * Limits of RFC 5321, 4.5.3.1: local part 64, path 254 octets. Addresses beyond ASCII, which need
 * SMTPUTF8, are not taken. */
#ifndef MX_MAIL_ADDRESS_H
#define MX_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define MX_ADDRESS_SIZE 255 /* with its NUL */

/* local@domain, nothing that could end or open a command. */
bool mx_address_is_valid(const char *address);

/* The domain in lower case, the destination of the address. address: valid. */
void mx_address_domain(const char *address, char domain[MX_ADDRESS_SIZE]);

/* The addresses in a header's value (RFC 5322, 3.4: names, comments, groups), one call of see()
 * each; see returns false to end. False when a text is no address, is not closed, or see ended it;
 * an empty list is true. */
bool mx_address_list(const char *value, size_t size,
                     bool (*see)(void *context, const char *address), void *context);

#endif
