// SPDX-License-Identifier: GPL-3.0-or-later
/* smtp_client.c - see smtp_client.h.
 *
 * CLOSED -> connecting (libcurl) -> transaction -> READY -> transaction ... A refusal leaves the
 * connection open: RSET goes before the next MAIL. MAIL and RCPT go out together where the relay
 * announces PIPELINING (RFC 2920). */
#include "sim/live/smtp_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "sim/base/check.h"
#include "sim/live/wall_clock.h"

#define LINE_SIZE_MAX 4096         /* RFC 5321 allows 512 in a reply; many send more */
#define REPLY_BYTES_MAX (1U << 16) /* of all lines of one reply */
#define COMMANDS_SIZE 1024
#define BODY_PART_SIZE (1U << 16) /* the relay has the time limit for each such part of a body */

struct connection {
    struct mx_smtp_client *client;
    CURL *easy;
    curl_socket_t socket; /* CURL_SOCKET_BAD until it stands */
    bool is_busy, is_connecting, is_retried;
    bool has_pipelining, has_8bit, has_size, needs_rset;
    uint32_t transaction_count;
    int64_t deadline_ms; /* of what is waited for, while busy */
    /* the reply */
    enum mx_smtp_stage stage; /* what the next reply answers */
    uint32_t outstanding;     /* replies to come */
    bool is_refused;          /* reply is the answer; what else comes is read and dropped */
    bool is_whole;            /* reply, while connecting */
    size_t reply_bytes;       /* of this transaction */
    struct mx_smtp_reply reply, incoming;
    char line[LINE_SIZE_MAX];
    size_t line_size;
    /* what is being sent: commands, then the body */
    char commands[COMMANDS_SIZE];
    const char *out;
    size_t out_size;
    /* the message */
    char sender[MX_ADDRESS_SIZE], recipient[MX_ADDRESS_SIZE];
    char *body; /* as it goes over the wire; owned */
    size_t body_size, body_capacity, message_size;
    bool is_8bit;
};

struct mx_smtp_client {
    struct mx_smtp_config config;
    CURLM *multi;
    uint32_t connecting_count;
    struct connection *connections;
    struct curl_waitfd *polled; /* a place each, and one to wake */
    uint32_t *polled_index;
    uint32_t *done; /* ring of ended transactions */
    uint32_t done_from, done_count;
};

/* --- endings --- */

static uint32_t index_of(const struct connection *c)
{
    return (uint32_t)(c - c->client->connections);
}

static void close_connection(struct connection *c)
{
    struct mx_smtp_client *client = c->client;

    if (c->socket == CURL_SOCKET_BAD && !c->is_connecting) {
        return;
    }
    client->connecting_count -= c->is_connecting;
    c->is_connecting = false;
    c->socket = CURL_SOCKET_BAD;
    c->transaction_count = 0;
    c->needs_rset = c->has_pipelining = c->has_8bit = c->has_size = false;
    c->line_size = 0;
    /* With CONNECT_ONLY this closes the socket, and says no QUIT. */
    (void)curl_multi_remove_handle(client->multi, c->easy);
}

/* The transaction is over; what came of it is in c->reply. */
static void end_transaction(struct connection *c)
{
    struct mx_smtp_client *client = c->client;

    c->is_busy = false;
    c->out_size = 0;
    MX_CHECK(client->done_count < client->config.connection_count);
    client->done[(client->done_from + client->done_count++) % client->config.connection_count] =
        index_of(c);
}

static bool start_connecting(struct connection *c);

/* The connection is of no more use; why: what to say when no reply came. */
static void fail(struct connection *c, const char *why)
{
    bool is_stale = c->transaction_count > 0 && c->reply_bytes == 0 && !c->is_retried;
    enum mx_smtp_stage stage = c->is_connecting ? MX_STAGE_CONNECT : c->stage;

    close_connection(c);
    if (is_stale) { /* closed by the relay while nothing was going on: nobody has answered */
        c->is_retried = true;
        if (start_connecting(c)) {
            return;
        }
    }
    if (!c->is_refused) {
        c->reply = (struct mx_smtp_reply){.stage = stage};
        c->reply.text_size = (size_t)snprintf(c->reply.text, sizeof c->reply.text, "%.200s", why);
    }
    end_transaction(c);
}

static void move_deadline(struct connection *c)
{
    c->deadline_ms = mx_wall_clock_ms() + (int64_t)c->client->config.timeout_s * 1000;
}

/* --- sending --- */

/* Send what there is to send, as far as the socket takes it. */
static void flush_out(struct connection *c)
{
    while (c->out_size > 0) {
        ssize_t sent = send(c->socket, c->out, c->out_size, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (sent < 0) {
            c->out_size = 0; /* broken: reading finds its last words, or that there are none */
            return;
        }
        c->out += sent;
        c->out_size -= (size_t)sent;
        if (c->out_size == 0) {
            move_deadline(c); /* now it has its time to answer */
        }
    }
}

static size_t put_command(struct connection *c, size_t at, enum mx_smtp_stage stage)
{
    char *to = c->commands + at;
    size_t room = sizeof c->commands - at;
    char size_text[32] = "";
    int size = 0;

    switch (stage) {
    case MX_STAGE_RSET:
        size = snprintf(to, room, "RSET\r\n");
        break;
    case MX_STAGE_MAIL:
        if (c->has_size) {
            (void)snprintf(size_text, sizeof size_text, " SIZE=%zu", c->message_size);
        }
        size = snprintf(to, room, "MAIL FROM:<%s>%s%s\r\n", c->sender, size_text,
                        c->is_8bit ? " BODY=8BITMIME" : "");
        break;
    case MX_STAGE_RCPT:
        size = snprintf(to, room, "RCPT TO:<%s>\r\n", c->recipient);
        break;
    case MX_STAGE_DATA:
        size = snprintf(to, room, "DATA\r\n");
        break;
    case MX_STAGE_CONNECT:
    case MX_STAGE_END:
    case MX_STAGE_COUNT:
        break;
    }
    MX_CHECK(size > 0 && (size_t)size < room);
    return at + (size_t)size;
}

/* Go on with a stage: RSET, MAIL and RCPT together where the relay can take it. */
static void say(struct connection *c, enum mx_smtp_stage stage)
{
    size_t size = 0;

    c->stage = stage;
    c->outstanding = 1;
    move_deadline(c);
    if (stage == MX_STAGE_END) {
        c->out = c->body;
        c->out_size = c->body_size;
        c->deadline_ms +=
            (int64_t)(c->body_size / BODY_PART_SIZE) * c->client->config.timeout_s * 1000;
    } else {
        size = put_command(c, 0, stage);
        while (c->has_pipelining && stage < MX_STAGE_RCPT) {
            stage++;
            size = put_command(c, size, stage);
            c->outstanding++;
        }
        c->out = c->commands;
        c->out_size = size;
    }
    flush_out(c);
}

/* The connection stands. */
static void begin_transaction(struct connection *c)
{
    c->is_refused = false;
    c->reply_bytes = 0;
    c->incoming = (struct mx_smtp_reply){.code = 0};
    if (c->is_8bit && !c->has_8bit) {
        static const char text[] = "the message holds 8-bit text, which the relay does not take";

        c->reply = (struct mx_smtp_reply){
            .stage = MX_STAGE_MAIL, .code = 554, .enhanced = "5.6.3", .text_size = sizeof text - 1};
        memcpy(c->reply.text, text, sizeof text);
        end_transaction(c);
        return;
    }
    say(c, c->needs_rset ? MX_STAGE_RSET : MX_STAGE_MAIL);
}

/* --- replies --- */

/* The last of the replies that were waited for has come. */
static void go_on(struct connection *c)
{
    if (c->is_refused || c->stage == MX_STAGE_END) {
        /* An answer before the whole message was out leaves nothing that can follow it. */
        bool is_over = c->reply.code == 421 || c->reply.stage == MX_STAGE_RSET || c->out_size > 0;

        c->needs_rset = c->reply.stage != MX_STAGE_END;
        c->transaction_count++;
        end_transaction(c);
        if (is_over) {
            close_connection(c);
        }
        return;
    }
    if (c->stage == MX_STAGE_RSET) {
        c->needs_rset = false;
    }
    say(c, c->stage + 1);
}

/* A whole reply is in c->incoming. */
static void take_reply(struct connection *c)
{
    int class = c->incoming.code / 100;
    int wanted = c->stage == MX_STAGE_DATA ? 3 : 2;

    c->incoming.stage = c->stage;
    if (!c->is_refused) {
        if (class != wanted && class < 4) {
            fail(c, "the relay gave an answer that fits no command");
            return;
        }
        c->is_refused = class != wanted;
        c->reply = c->incoming;
    }
    c->incoming = (struct mx_smtp_reply){.code = 0};
    move_deadline(c);
    c->outstanding--;
    if (c->outstanding > 0) {
        if (c->stage == MX_STAGE_RSET && !c->is_refused) {
            c->needs_rset = false;
        }
        c->stage++;
        return;
    }
    go_on(c);
}

/* One line, without its end. */
static void take_line(struct connection *c, const char *line, size_t size)
{
    if (size > 0 && line[size - 1] == '\r') {
        size--;
    }
    if (!c->is_busy || c->outstanding == 0) {
        fail(c, "the relay spoke out of turn");
        return;
    }
    switch (mx_smtp_reply_add(&c->incoming, line, size)) {
    case 0:
        return;
    case 1:
        take_reply(c);
        return;
    default:
        fail(c, "the relay's answer is no SMTP");
        return;
    }
}

/* All whole lines of the buffer. */
static void take_lines(struct connection *c)
{
    size_t at = 0;

    while (c->is_busy && c->socket != CURL_SOCKET_BAD) {
        char *end = memchr(c->line + at, '\n', c->line_size - at);
        size_t size;

        if (end == NULL) {
            break;
        }
        size = (size_t)(end - (c->line + at));
        take_line(c, c->line + at, size);
        at += size + 1;
    }
    if (c->socket == CURL_SOCKET_BAD) {
        return; /* closed meanwhile: the buffer is empty, or another connection's */
    }
    if (!c->is_busy && at < c->line_size) {
        close_connection(c); /* more than was asked for: it would be taken for the next answer */
        return;
    }
    memmove(c->line, c->line + at, c->line_size - at);
    c->line_size -= at;
    if (c->line_size == sizeof c->line) {
        fail(c, "the relay's answer is a line without end");
    }
}

/* The socket can be read; what is left after one read makes poll return again. */
static void receive(struct connection *c)
{
    ssize_t got;

    do {
        got = recv(c->socket, c->line + c->line_size, sizeof c->line - c->line_size, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return;
    }
    if (!c->is_busy) { /* idle: it hangs up, or says so; nothing is lost */
        close_connection(c);
    } else if (got <= 0) {
        fail(c, got == 0 ? "the relay hung up" : strerror(errno));
    } else {
        c->line_size += (size_t)got;
        c->reply_bytes += (size_t)got;
        if (c->reply_bytes > REPLY_BYTES_MAX) {
            fail(c, "the relay's answer has no end");
        } else {
            take_lines(c);
        }
    }
}

/* --- connecting --- */

static bool is_capability(const char *line, size_t size, const char *name)
{
    size_t length = strlen(name);

    return size >= 4 + length && strncmp(line, "250", 3) == 0 &&
           strncasecmp(line + 4, name, length) == 0 &&
           (size == 4 + length || line[4 + length] == ' ');
}

/* libcurl shows every line of the greeting and of the answer to EHLO. */
static size_t see_header(char *data, size_t one, size_t count, void *context)
{
    struct connection *c = context;
    size_t size = one * count, given = size;
    int status;

    while (size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r')) {
        size--;
    }
    if (c->is_whole) {
        c->incoming = (struct mx_smtp_reply){.stage = MX_STAGE_CONNECT};
    }
    status = mx_smtp_reply_add(&c->incoming, data, size);
    c->reply_bytes += given;
    if (status < 0 || c->reply_bytes > REPLY_BYTES_MAX) {
        return 0; /* ends the connection */
    }
    c->is_whole = status == 1;
    c->has_pipelining = c->has_pipelining || is_capability(data, size, "PIPELINING");
    c->has_8bit = c->has_8bit || is_capability(data, size, "8BITMIME");
    c->has_size = c->has_size || is_capability(data, size, "SIZE");
    return given;
}

static size_t drop_body(char *data, size_t one, size_t count, void *context)
{
    (void)data;
    (void)context;
    return one * count;
}

static bool make_easy(struct connection *c)
{
    const struct mx_smtp_config *config = &c->client->config;
    bool is_ipv6 = strchr(config->host, ':') != NULL;
    char url[512];

    c->easy = curl_easy_init();
    if (c->easy == NULL) {
        return false;
    }
    (void)snprintf(url, sizeof url, "smtp://%s%s%s:%u", is_ipv6 ? "[" : "", config->host,
                   is_ipv6 ? "]" : "", (unsigned)config->port);
    /* SMTP alone, to this host alone: no proxy of the environment, no other protocol. */
    return curl_easy_setopt(c->easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "smtp") == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT, (long)config->timeout_s) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, see_header) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, drop_body) == CURLE_OK &&
           curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c) == CURLE_OK;
}

/* False when out of memory. */
static bool start_connecting(struct connection *c)
{
    c->incoming = (struct mx_smtp_reply){.stage = MX_STAGE_CONNECT};
    c->is_whole = false;
    c->is_refused = false;
    c->reply_bytes = 0;
    c->line_size = 0;
    if (c->easy == NULL && !make_easy(c)) {
        return false;
    }
    if (curl_multi_add_handle(c->client->multi, c->easy) != CURLM_OK) {
        return false;
    }
    c->is_connecting = true;
    c->client->connecting_count++;
    move_deadline(c);
    c->deadline_ms += 1000; /* libcurl's own limit comes first, and says more */
    return true;
}

/* libcurl has done its part. */
static void take_connection(struct connection *c, CURLcode code)
{
    if (code == CURLE_OK &&
        curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &c->socket) == CURLE_OK &&
        c->socket != CURL_SOCKET_BAD) {
        c->is_connecting = false;
        c->client->connecting_count--;
        begin_transaction(c);
        return;
    }
    c->socket = CURL_SOCKET_BAD;
    if (c->is_whole && c->incoming.code >= 400) { /* refused in words */
        c->reply = c->incoming;
        c->is_refused = true;
    }
    fail(c, code == CURLE_WRITE_ERROR ? "the relay's answer is no SMTP" : curl_easy_strerror(code));
}

static void take_messages(struct mx_smtp_client *client)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        char *context = NULL;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context) == CURLE_OK) {
            take_connection((struct connection *)(void *)context, message->data.result);
        }
    }
}

/* --- the outside --- */

struct mx_smtp_client *mx_smtp_client_create(const struct mx_smtp_config *config)
{
    struct mx_smtp_client *client = calloc(1, sizeof *client);
    uint32_t count = config->connection_count;

    MX_CHECK(count >= 1 && count <= MX_RELAY_CONNECTIONS_MAX && config->timeout_s >= 1);
    if (client == NULL) {
        return NULL;
    }
    client->config = *config;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(client);
        return NULL;
    }
    client->multi = curl_multi_init();
    client->connections = calloc(count, sizeof *client->connections);
    client->polled = calloc(count + 1U, sizeof *client->polled);
    client->polled_index = calloc(count, sizeof *client->polled_index);
    client->done = calloc(count, sizeof *client->done);
    if (client->multi == NULL || client->connections == NULL || client->polled == NULL ||
        client->polled_index == NULL || client->done == NULL ||
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)count + 1) != CURLM_OK) {
        mx_smtp_client_destroy(client);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        client->connections[i].client = client;
        client->connections[i].socket = CURL_SOCKET_BAD;
    }
    return client;
}

void mx_smtp_client_destroy(struct mx_smtp_client *client)
{
    if (client == NULL) {
        return;
    }
    for (uint32_t i = 0; client->connections != NULL && i < client->config.connection_count; i++) {
        struct connection *c = &client->connections[i];

        if (!c->is_busy && c->client != NULL) {
            mx_smtp_client_quit(client, i);
        } else if (c->client != NULL) {
            close_connection(c);
        }
        curl_easy_cleanup(c->easy);
        free(c->body);
    }
    (void)curl_multi_cleanup(client->multi);
    curl_global_cleanup();
    free(client->connections);
    free(client->polled);
    free(client->polled_index);
    free(client->done);
    free(client);
}

/* The message as it goes over the wire: dots at line starts doubled, a dot alone at the end
 * (RFC 5321, 4.5.2). False when out of memory. */
static bool make_body(struct connection *c, const char *text, size_t size)
{
    size_t needed = size + 4, at = 0;
    bool at_start = true;

    for (size_t i = 0; i + 1 < size; i++) {
        needed += text[i] == '\n' && text[i + 1] == '.';
    }
    if (c->body_capacity < needed) {
        char *grown = realloc(c->body, needed);

        if (grown == NULL) {
            return false;
        }
        c->body = grown;
        c->body_capacity = needed;
    }
    c->is_8bit = false;
    for (size_t i = 0; i < size; i++) {
        if (at_start && text[i] == '.') {
            c->body[at++] = '.';
        }
        c->body[at++] = text[i];
        c->is_8bit = c->is_8bit || (unsigned char)text[i] > 127;
        at_start = text[i] == '\n';
    }
    memcpy(c->body + at, ".\r\n", 3);
    c->body_size = at + 3;
    c->message_size = size;
    return true;
}

bool mx_smtp_client_send(struct mx_smtp_client *client, uint32_t connection, const char *sender,
                         const char *recipient, const char *text, size_t size)
{
    struct connection *c = &client->connections[connection];

    MX_CHECK(!c->is_busy && strlen(sender) < MX_ADDRESS_SIZE &&
             strlen(recipient) < MX_ADDRESS_SIZE);
    if (!make_body(c, text, size)) {
        return false;
    }
    memcpy(c->sender, sender, strlen(sender) + 1);
    memcpy(c->recipient, recipient, strlen(recipient) + 1);
    c->is_busy = true;
    c->is_retried = false;
    if (c->socket != CURL_SOCKET_BAD) {
        begin_transaction(c);
        return true;
    }
    c->is_busy = start_connecting(c);
    return c->is_busy;
}

/* Fill in what is waited for. Returns how many places; *wait_ms is cut to the next limit. */
static uint32_t list_sockets(struct mx_smtp_client *client, int *wait_ms)
{
    int64_t now_ms = mx_wall_clock_ms();
    uint32_t count = 0;

    for (uint32_t i = 0; i < client->config.connection_count; i++) {
        struct connection *c = &client->connections[i];

        if (c->is_busy && c->deadline_ms - now_ms < *wait_ms) {
            *wait_ms = c->deadline_ms > now_ms ? (int)(c->deadline_ms - now_ms) : 0;
        }
        if (c->socket != CURL_SOCKET_BAD) {
            client->polled[count] = (struct curl_waitfd){
                .fd = c->socket,
                .events = (short)(CURL_WAIT_POLLIN | (c->out_size > 0 ? CURL_WAIT_POLLOUT : 0)),
            };
            client->polled_index[count++] = i;
        }
    }
    return count;
}

static void check_limits(struct mx_smtp_client *client)
{
    int64_t now_ms = mx_wall_clock_ms();

    for (uint32_t i = 0; i < client->config.connection_count; i++) {
        struct connection *c = &client->connections[i];

        if (c->is_busy && now_ms >= c->deadline_ms) {
            c->is_retried = true; /* it was given its time */
            fail(c, "the relay did not answer in time");
        }
    }
}

bool mx_smtp_client_work(struct mx_smtp_client *client, int wait_ms, int wake_fd)
{
    uint32_t count, polled_count;
    int running;

    if (client->done_count > 0) {
        wait_ms = 0;
    }
    count = list_sockets(client, &wait_ms);
    polled_count = count;
    if (wake_fd >= 0) {
        client->polled[polled_count++] =
            (struct curl_waitfd){.fd = wake_fd, .events = CURL_WAIT_POLLIN};
    }
    if (curl_multi_poll(client->multi, client->polled, polled_count, wait_ms, NULL) != CURLM_OK) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct connection *c = &client->connections[client->polled_index[i]];
        short events = client->polled[i].revents;

        /* First what the relay says: it may have refused, and hung up on the rest. */
        if (c->socket == client->polled[i].fd && (events & ~CURL_WAIT_POLLOUT) != 0) {
            receive(c);
        }
        if (c->socket == client->polled[i].fd && (events & CURL_WAIT_POLLOUT) != 0) {
            flush_out(c);
        }
    }
    if (client->connecting_count > 0 && curl_multi_perform(client->multi, &running) != CURLM_OK) {
        return false;
    }
    take_messages(client);
    check_limits(client);
    return true;
}

bool mx_smtp_client_next(struct mx_smtp_client *client, uint32_t *connection,
                         const struct mx_smtp_reply **reply)
{
    if (client->done_count == 0) {
        return false;
    }
    *connection = client->done[client->done_from];
    *reply = &client->connections[*connection].reply;
    client->done_from = (client->done_from + 1) % client->config.connection_count;
    client->done_count--;
    return true;
}

enum mx_connection_state mx_smtp_client_state(const struct mx_smtp_client *client,
                                              uint32_t connection)
{
    const struct connection *c = &client->connections[connection];

    if (c->is_busy) {
        return MX_CONNECTION_BUSY;
    }
    return c->socket != CURL_SOCKET_BAD ? MX_CONNECTION_READY : MX_CONNECTION_CLOSED;
}

uint32_t mx_smtp_client_transactions(const struct mx_smtp_client *client, uint32_t connection)
{
    return client->connections[connection].transaction_count;
}

void mx_smtp_client_quit(struct mx_smtp_client *client, uint32_t connection)
{
    struct connection *c = &client->connections[connection];

    MX_CHECK(!c->is_busy);
    if (c->socket != CURL_SOCKET_BAD) {
        (void)send(c->socket, "QUIT\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT);
        close_connection(c);
    }
}
