// SPDX-License-Identifier: GPL-3.0-or-later
/* digest.h - SHA-256 of everything that a scenario was read from. */
#ifndef MX_DIGEST_H
#define MX_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

struct mx_digest;

struct mx_digest *mx_digest_create(void); /* owned, or NULL */
void mx_digest_destroy(struct mx_digest *digest);
/* Add one text. Its size goes in as well, so that texts cannot run into each other. */
void mx_digest_add(struct mx_digest *digest, const char *text, size_t size);
/* 64 hexadecimal digits; nothing can be added afterwards. */
void mx_digest_put(struct mx_digest *digest, char text[65]);

/* SHA-256 of one text alone, as sha256sum prints it. False: the library failed. */
bool mx_digest_of(const char *text, size_t size, char digest[65]);

#endif
