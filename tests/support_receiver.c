// SPDX-License-Identifier: GPL-3.0-or-later
/* support_receiver.c - see support_receiver.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/support_receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PEERS_MAX 512
#define INPUT_SIZE 8192

struct peer {
    int socket;
    bool in_data, is_wicked, is_mute, has_mail;
    unsigned recipient; /* 0: none was accepted */
    unsigned transactions;
    size_t input_size;
    char input[INPUT_SIZE];
    size_t message_size;
    char *message;
};

struct server {
    const struct mx_receiver_script *script;
    struct mx_receiver_counts *counts;
    int listener;
    struct peer peers[PEERS_MAX];
};

static void say(const struct peer *peer, const char *text)
{
    (void)send(peer->socket, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void drop(struct server *server, struct peer *peer)
{
    (void)close(peer->socket);
    free(peer->message);
    *peer = (struct peer){.socket = -1};
    server->counts->open--;
}

static void be_endless(const struct peer *peer, const char *piece, size_t size)
{
    static char text[65536];

    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = piece[i % size];
    }
    (void)send(peer->socket, text, sizeof text / size * size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Its turn to answer at a place: true when it does something else. */
static bool is_wicked_at(struct server *server, struct peer *peer, enum mx_receiver_place place)
{
    if (!peer->is_wicked || server->script->place != place) {
        return false;
    }
    switch (server->script->mischief) {
    case MX_RECEIVER_HONEST:
        return false;
    case MX_RECEIVER_HANG_UP:
        drop(server, peer);
        break;
    case MX_RECEIVER_GARBAGE:
        say(peer, "\x01\x02 no SMTP at all\r\nhello?\r\n");
        break;
    case MX_RECEIVER_STALL:
        peer->is_mute = true;
        break;
    case MX_RECEIVER_ENDLESS_LINE:
        be_endless(peer, "a", 1);
        break;
    case MX_RECEIVER_ENDLESS_REPLY:
        be_endless(peer, "250-more\r\n", 10);
        be_endless(peer, "250-more\r\n", 10);
        break;
    case MX_RECEIVER_EARLY_REFUSAL:
        say(peer, "354 go on\r\n552 5.3.4 too large\r\n");
        break;
    case MX_RECEIVER_WRONG_CLASS:
        say(peer, "334 go on\r\n");
        break;
    case MX_RECEIVER_SAYS_MORE:
        say(peer, "250 2.0.0 Ok\r\n550 5.1.1 and another thing\r\n");
        server->counts->accepted[peer->recipient]++;
        break;
    }
    return true;
}

static void take_recipient(struct server *server, struct peer *peer, const char *line)
{
    const char *mark = strstr(line, "<u");
    unsigned n = mark != NULL ? (unsigned)strtoul(mark + 2, NULL, 10) : 0;
    unsigned refusals = 0;

    if (n > MX_RECEIVER_RECIPIENTS_MAX) {
        n = 0;
    }
    if (!peer->has_mail) {
        say(peer, "503 5.5.1 MAIL first\r\n");
        return;
    }
    server->counts->asked++;
    if (server->script->gated != 0 && n % server->script->gated == 0 &&
        !((volatile struct mx_receiver_counts *)server->counts)->is_open) {
        say(peer, server->script->refusal);
        return;
    }
    server->counts->attempts[n]++;
    if (server->script->refusals != NULL) {
        refusals = server->script->refusals(n);
    }
    if (server->counts->attempts[n] <= refusals) {
        say(peer, server->script->refusal);
    } else {
        peer->recipient = n;
        say(peer, "250 2.1.5 Ok\r\n");
    }
}

static void take_command(struct server *server, struct peer *peer, const char *line)
{
    if (peer->is_mute) {
        return;
    }
    if (strncmp(line, "EHLO", 4) == 0) {
        if (!is_wicked_at(server, peer, MX_RECEIVER_AT_EHLO)) {
            say(peer, server->script->has_extensions
                          ? "250-test\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n"
                          : "250 test\r\n");
        }
    } else if (strncmp(line, "MAIL", 4) == 0) {
        if (!is_wicked_at(server, peer, MX_RECEIVER_AT_MAIL)) {
            say(peer, peer->has_mail ? "503 5.5.1 nested MAIL\r\n" : "250 2.1.0 Ok\r\n");
            peer->has_mail = true;
        }
    } else if (strncmp(line, "RCPT", 4) == 0) {
        if (!is_wicked_at(server, peer, MX_RECEIVER_AT_RCPT)) {
            take_recipient(server, peer, line);
        }
    } else if (strncmp(line, "DATA", 4) == 0) {
        if (!is_wicked_at(server, peer, MX_RECEIVER_AT_DATA)) {
            peer->in_data = peer->recipient != 0;
            say(peer, peer->in_data ? "354 go on\r\n" : "503 5.5.1 no recipient\r\n");
        }
    } else if (strncmp(line, "RSET", 4) == 0) {
        server->counts->resets++;
        peer->has_mail = false;
        peer->recipient = 0;
        say(peer, "250 2.0.0 Ok\r\n");
    } else if (strncmp(line, "QUIT", 4) == 0) {
        server->counts->quits++;
        say(peer, "221 2.0.0 Bye\r\n");
        drop(server, peer);
    } else {
        say(peer, "500 5.5.2 what?\r\n");
    }
}

static void end_message(struct server *server, struct peer *peer)
{
    struct mx_receiver_counts *counts = server->counts;

    peer->in_data = false;
    if (is_wicked_at(server, peer, MX_RECEIVER_AT_END)) {
        return;
    }
    counts->accepted[peer->recipient]++;
    counts->message_size = peer->message_size;
    if (peer->message_size > 0) {
        memcpy(counts->message, peer->message, peer->message_size);
    }
    peer->transactions++;
    if (peer->transactions > counts->per_connection_max) {
        counts->per_connection_max = peer->transactions;
    }
    peer->has_mail = false;
    peer->recipient = 0;
    peer->message_size = 0;
    say(peer, "250 2.0.0 Ok: queued\r\n");
}

static void take_text(struct server *server, struct peer *peer, const char *line, size_t size)
{
    if (size == 1 && line[0] == '.') {
        end_message(server, peer);
        return;
    }
    if (size > 0 && line[0] == '.') {
        line++;
        size--;
    }
    if (peer->message == NULL) {
        peer->message = malloc(MX_RECEIVER_MESSAGE_SIZE);
    }
    if (peer->message != NULL && peer->message_size + size + 2 <= MX_RECEIVER_MESSAGE_SIZE) {
        memcpy(peer->message + peer->message_size, line, size);
        memcpy(peer->message + peer->message_size + size, "\r\n", 2);
        peer->message_size += size + 2;
    }
}

static void take_lines(struct server *server, struct peer *peer)
{
    size_t at = 0;

    while (peer->socket >= 0) {
        char *end = memchr(peer->input + at, '\n', peer->input_size - at);
        size_t size;

        if (end == NULL || end == peer->input || end[-1] != '\r') {
            break;
        }
        size = (size_t)(end - 1 - (peer->input + at));
        end[-1] = '\0';
        if (peer->in_data) {
            take_text(server, peer, peer->input + at, size);
        } else {
            take_command(server, peer, peer->input + at);
        }
        at = (size_t)(end - peer->input) + 1;
    }
    if (peer->socket >= 0) {
        memmove(peer->input, peer->input + at, peer->input_size - at);
        peer->input_size -= at;
    }
}

static void take_peer(struct server *server)
{
    struct mx_receiver_counts *counts = server->counts;
    int socket = accept(server->listener, NULL, NULL);
    struct peer *peer = NULL;

    for (int i = 0; i < PEERS_MAX && peer == NULL; i++) {
        if (server->peers[i].socket < 0) {
            peer = &server->peers[i];
        }
    }
    if (socket < 0 || peer == NULL) {
        (void)close(socket);
        return;
    }
    *peer = (struct peer){.socket = socket};
    counts->connections++;
    counts->open++;
    if (counts->open > counts->open_max) {
        counts->open_max = counts->open;
    }
    peer->is_wicked = counts->connections <= server->script->mischief_count;
    if (!is_wicked_at(server, peer, MX_RECEIVER_AT_CONNECT)) {
        say(peer, "220 test ESMTP\r\n");
    }
}

static void read_peer(struct server *server, struct peer *peer)
{
    ssize_t got =
        recv(peer->socket, peer->input + peer->input_size, INPUT_SIZE - peer->input_size, 0);

    if (got <= 0) {
        drop(server, peer);
        return;
    }
    peer->input_size += (size_t)got;
    take_lines(server, peer);
    if (peer->socket >= 0 && peer->input_size == INPUT_SIZE) {
        drop(server, peer);
    }
}

static void serve(struct server *server)
{
    struct pollfd polled[PEERS_MAX + 1];

    for (;;) {
        polled[PEERS_MAX] = (struct pollfd){.fd = server->listener, .events = POLLIN};
        for (int i = 0; i < PEERS_MAX; i++) {
            polled[i] = (struct pollfd){.fd = server->peers[i].socket, .events = POLLIN};
        }
        if (poll(polled, PEERS_MAX + 1, -1) < 0 && errno != EINTR) {
            return;
        }
        for (int i = 0; i < PEERS_MAX; i++) {
            if (polled[i].revents != 0 && server->peers[i].socket >= 0) {
                read_peer(server, &server->peers[i]);
            }
        }
        if (polled[PEERS_MAX].revents != 0) {
            take_peer(server);
        }
    }
}

static int bind_somewhere(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(bound > 0);
    assert_int_equal(bind(bound, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(bound, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return bound;
}

static void name_relay(struct mx_receiver *receiver)
{
    (void)snprintf(receiver->relay, sizeof receiver->relay, "127.0.0.1:%u", receiver->port);
}

void mx_receiver_refuse(struct mx_receiver *receiver)
{
    receiver->reserved = bind_somewhere(&receiver->port);
    name_relay(receiver);
}

void mx_receiver_start(struct mx_receiver *receiver, const struct mx_receiver_script *script)
{
    static struct server server;
    pid_t parent = getpid();
    void *counts = mmap(NULL, sizeof(struct mx_receiver_counts), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(counts != MAP_FAILED);
    server.script = script;
    server.counts = counts;
    server.listener = bind_somewhere(&receiver->port);
    assert_int_equal(listen(server.listener, 1024), 0);
    for (int i = 0; i < PEERS_MAX; i++) {
        server.peers[i] = (struct peer){.socket = -1};
    }
    receiver->counts = counts;
    name_relay(receiver);
    (void)fflush(NULL);
    receiver->process = fork();
    assert_true(receiver->process >= 0);
    if (receiver->process == 0) {
        /* Whatever becomes of the test, this ends with it. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) {
            serve(&server);
        }
        _exit(0);
    }
    (void)close(server.listener);
}

void mx_receiver_stop(struct mx_receiver *receiver)
{
    if (receiver->reserved > 0) {
        (void)close(receiver->reserved);
        receiver->reserved = 0;
    }
    if (receiver->process > 0) {
        (void)kill(receiver->process, SIGKILL);
        (void)waitpid(receiver->process, NULL, 0);
        receiver->process = 0;
        (void)munmap((void *)(uintptr_t)receiver->counts, sizeof(struct mx_receiver_counts));
        receiver->counts = NULL;
    }
}
