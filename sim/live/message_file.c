// SPDX-License-Identifier: GPL-3.0-or-later
/* message_file.c - see message_file.h. */
#include "sim/live/message_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is known while the lines are read. */
struct parse {
    struct mx_message *message;
    const char *raw;
    size_t raw_size;
    size_t at;         /* in raw */
    size_t line;       /* number of the line read last, from 1 */
    size_t field_line; /* where the field in hand began */
    char *error;
    size_t recipient_capacity;
    bool has_from, is_out_of_memory;
};

static bool refuse(struct parse *parse, const char *what)
{
    if (parse->line > 0) {
        (void)snprintf(parse->error, MX_MESSAGE_ERROR_SIZE, "line %zu: %s", parse->line, what);
    } else {
        (void)snprintf(parse->error, MX_MESSAGE_ERROR_SIZE, "%s", what);
    }
    return false;
}

/* The next line without its end. False at the end of the file. */
static bool next_line(struct parse *parse, const char **line, size_t *size)
{
    const char *from = parse->raw + parse->at, *end;
    size_t left = parse->raw_size - parse->at;

    if (left == 0) {
        return false;
    }
    end = memchr(from, '\n', left);
    *line = from;
    *size = end != NULL ? (size_t)(end - from) : left;
    parse->at += *size + (end != NULL);
    if (*size > 0 && from[*size - 1] == '\r') {
        (*size)--;
    }
    parse->line++;
    return true;
}

/* No mistake of the file: it is told by an empty error. */
static bool run_out_of_memory(struct parse *parse)
{
    parse->error[0] = '\0';
    return false;
}

static bool check_line(struct parse *parse, const char *line, size_t size, bool in_header)
{
    if (size > MX_MESSAGE_LINE_MAX) {
        return refuse(parse, "longer than 998 characters");
    }
    for (size_t i = 0; i < size; i++) {
        if (line[i] == '\0') {
            return refuse(parse, "holds a NUL");
        }
        if (line[i] == '\r') {
            return refuse(parse, "holds a carriage return that ends no line");
        }
        if (in_header && (unsigned char)line[i] > 126) {
            return refuse(parse, "a header is not plain ASCII (encode it after RFC 2047)");
        }
    }
    return true;
}

static void append(struct mx_message *message, const char *line, size_t size)
{
    memcpy(message->text + message->size, line, size);
    memcpy(message->text + message->size + size, "\r\n", 2);
    message->size += size + 2;
}

static bool see_sender(void *context, const char *address)
{
    struct parse *parse = context;

    if (!parse->has_from) { /* of several authors the first */
        memcpy(parse->message->sender, address, strlen(address) + 1);
        parse->has_from = true;
    }
    return true;
}

static bool see_recipient(void *context, const char *address)
{
    struct parse *parse = context;
    struct mx_message *message = parse->message;

    for (size_t i = 0; i < message->recipient_count; i++) {
        if (strcmp(message->recipients[i], address) == 0) {
            return true;
        }
    }
    if (message->recipient_count == MX_MESSAGE_RECIPIENTS_MAX) {
        return false;
    }
    if (message->recipient_count == parse->recipient_capacity) {
        size_t capacity = parse->recipient_capacity > 0 ? parse->recipient_capacity * 2 : 4;
        void *grown = realloc(message->recipients, capacity * sizeof *message->recipients);

        if (grown == NULL) {
            parse->is_out_of_memory = true;
            return false;
        }
        message->recipients = grown;
        parse->recipient_capacity = capacity;
    }
    memcpy(message->recipients[message->recipient_count++], address, strlen(address) + 1);
    return true;
}

static bool is_named(const char *field, size_t name_size, const char *name)
{
    return name_size == strlen(name) && strncasecmp(field, name, name_size) == 0;
}

/* A whole field, folded lines and all, as it stands in the text. */
static bool see_field(struct parse *parse, const char *field, size_t size)
{
    const char *colon = memchr(field, ':', size);
    size_t name_size, value_size;

    if (colon == NULL) {
        return refuse(parse, "no header field (NAME: VALUE)");
    }
    name_size = (size_t)(colon - field);
    value_size = size - name_size - 1;
    for (size_t i = 0; i < name_size; i++) {
        if (field[i] <= ' ') {
            return refuse(parse, "no header field (NAME: VALUE)");
        }
    }
    if (name_size == 0) {
        return refuse(parse, "no header field (NAME: VALUE)");
    }
    if (is_named(field, name_size, "From") &&
        !mx_address_list(colon + 1, value_size, see_sender, parse)) {
        return refuse(parse, "From holds what is no address");
    }
    if ((is_named(field, name_size, "To") || is_named(field, name_size, "Cc") ||
         is_named(field, name_size, "Bcc")) &&
        !mx_address_list(colon + 1, value_size, see_recipient, parse)) {
        return parse->is_out_of_memory
                   ? run_out_of_memory(parse)
                   : refuse(parse, "a list of recipients holds what is no address, or too many");
    }
    if (is_named(field, name_size, "Bcc")) {
        parse->message->size = (size_t)(field - parse->message->text);
    }
    return true;
}

/* The field that began at field_at is whole; a mistake in it is its first line's. */
static bool end_field(struct parse *parse, size_t field_at)
{
    size_t line = parse->line;

    parse->line = parse->field_line;
    if (!see_field(parse, parse->message->text + field_at, parse->message->size - field_at)) {
        return false;
    }
    parse->line = line;
    return true;
}

/* Up to and with the empty line. */
static bool read_header(struct parse *parse)
{
    struct mx_message *message = parse->message;
    size_t field_at = 0;
    const char *line;
    size_t size;

    while (next_line(parse, &line, &size)) {
        bool is_folded = size > 0 && (line[0] == ' ' || line[0] == '\t');

        if (!check_line(parse, line, size, true)) {
            return false;
        }
        if (is_folded && message->size == 0) {
            return refuse(parse, "begins with a folded line");
        }
        if (!is_folded) {
            if (message->size > field_at && !end_field(parse, field_at)) {
                return false;
            }
            field_at = message->size;
            parse->field_line = parse->line;
        }
        append(message, line, size);
        if (size == 0) {
            return message->size > 2 ? true : refuse(parse, "there is no header");
        }
    }
    return refuse(parse, parse->line == 0 ? "is empty" : "no empty line ends the header");
}

static bool read_body(struct parse *parse)
{
    const char *line;
    size_t size;

    while (next_line(parse, &line, &size)) {
        if (!check_line(parse, line, size, false)) {
            return false;
        }
        append(parse->message, line, size);
    }
    return true;
}

static bool read_all(struct parse *parse, bool needs_recipients)
{
    if (!read_header(parse) || !read_body(parse)) {
        return false;
    }
    parse->line = 0;
    if (!parse->has_from) {
        return refuse(parse, "has no From");
    }
    if (needs_recipients && parse->message->recipient_count == 0) {
        return refuse(parse, "names no recipients (To, Cc, Bcc), and there is no --to");
    }
    return true;
}

bool mx_message_parse(struct mx_message *message, const char *raw, size_t size,
                      bool needs_recipients, char error[MX_MESSAGE_ERROR_SIZE])
{
    struct parse parse = {.message = message, .raw = raw, .raw_size = size, .error = error};
    size_t line_count = 1;

    *message = (struct mx_message){.size = 0};
    if (size > MX_MESSAGE_SIZE_MAX) {
        return refuse(&parse, "larger than 16 MiB");
    }
    for (size_t i = 0; i < size; i++) {
        line_count += raw[i] == '\n';
    }
    message->text = calloc(size + 2 * line_count + 1, 1);
    if (message->text == NULL) {
        return run_out_of_memory(&parse);
    }
    if (read_all(&parse, needs_recipients)) {
        return true;
    }
    mx_message_fini(message);
    return false;
}

void mx_message_fini(struct mx_message *message)
{
    free(message->text);
    free(message->recipients);
    *message = (struct mx_message){.size = 0};
}
