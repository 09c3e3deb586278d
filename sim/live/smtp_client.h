// SPDX-License-Identifier: GPL-3.0-or-later
/* smtp_client.h - many SMTP connections to one relay, each doing one transaction at a time, under
 * one poll.
 *
 * libcurl connects, greets and says EHLO (its SMTP with CURLOPT_CONNECT_ONLY); the transactions
 * are made here through its socket, because libcurl's own wait for the answer to a message inside
 * curl_multi_perform(), which would stop all other connections. What a relay does costs its
 * connection alone, within the time limit. */
#ifndef MX_SMTP_CLIENT_H
#define MX_SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/live/smtp_reply.h"

#define MX_RELAY_CONNECTIONS_MAX 1000U

/* host: a name or address, as the user gave it, IPv6 without brackets; borrowed. timeout_s: for a
 * connection to stand, for each reply, and for every 64 KiB of a message to be taken. */
struct mx_smtp_config {
    const char *host;
    uint16_t port;
    uint32_t timeout_s;
    uint32_t connection_count; /* 1 .. MX_RELAY_CONNECTIONS_MAX */
};

enum mx_connection_state {
    MX_CONNECTION_CLOSED,
    MX_CONNECTION_READY, /* open, nothing to do */
    MX_CONNECTION_BUSY,
};

struct mx_smtp_client;

/* Returns owned, or NULL when out of memory. */
struct mx_smtp_client *mx_smtp_client_create(const struct mx_smtp_config *config);
void mx_smtp_client_destroy(struct mx_smtp_client *client);

/* Start a transaction on a connection that is not busy, connecting first where it must. Addresses
 * are valid (mail_address.h); text ends in CRLF. All are copied. False when out of memory. */
bool mx_smtp_client_send(struct mx_smtp_client *client, uint32_t connection, const char *sender,
                         const char *recipient, const char *text, size_t size);

/* Wait until something happens, at most wait_ms, or until wake_fd can be read (-1: none); then do
 * all that can be done without waiting. False when libcurl failed: out of memory. */
bool mx_smtp_client_work(struct mx_smtp_client *client, int wait_ms, int wake_fd);

/* A transaction that ended, each once: its connection and reply, borrowed until that connection's
 * next transaction. False when there is no more. */
bool mx_smtp_client_next(struct mx_smtp_client *client, uint32_t *connection,
                         const struct mx_smtp_reply **reply);

enum mx_connection_state mx_smtp_client_state(const struct mx_smtp_client *client,
                                              uint32_t connection);
/* Messages accepted or refused over the connection since it was opened. */
uint32_t mx_smtp_client_transactions(const struct mx_smtp_client *client, uint32_t connection);

/* Say QUIT and close, without waiting for an answer. Not while busy. */
void mx_smtp_client_quit(struct mx_smtp_client *client, uint32_t connection);

#endif
