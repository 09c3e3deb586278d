// SPDX-License-Identifier: GPL-3.0-or-later
/* trace.c - rows of attempts into a file, through one buffer and, for ".zst", a zstd stream.
 *
 * A trace is one zstd frame, so that traces of several replications joined end to end are again a
 * whole file. The caller gives each its own name: writing is direct, not by a temporary one. */
#include "sim/observe/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "models/units.h"
#include "sim/observe/csv_text.h"
#include "sim/observe/line_order.h"
#include "sim/observe/maillog.h"

#define BUFFER_SIZE ((size_t)1 << 18)
#define NAME_SIZE_MAX ((size_t)4096)      /* of one name in a row; longer ones are cut */
#define ROW_SIZE_MAX (12 * NAME_SIZE_MAX) /* five names, each up to doubled by quoting, and more */
#define COMPRESSION_LEVEL 1               /* for these rows faster than 3 and smaller too */

static const char column_line[] = "replication,time_s,message,campaign,provider,ip,attempt,start_s,"
                                  "code,enhanced,reason,verdict,next_due_s\n";

struct mx_trace {
    int descriptor;
    int error_number;
    struct mx_trace_style style;
    struct mx_line_order *order; /* of a mail server's log; NULL: CSV */
    ZSTD_CCtx *stream;           /* NULL: plain */
    size_t size;                 /* of text in the buffer */
    char text[BUFFER_SIZE];
    char packed[BUFFER_SIZE];
};

static bool ends_in(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);

    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static void keep_error(struct mx_trace *trace, int error_number)
{
    if (trace->error_number == 0) {
        trace->error_number = error_number != 0 ? error_number : EIO;
    }
}

static void write_bytes(struct mx_trace *trace, const char *bytes, size_t size)
{
    while (size > 0 && trace->error_number == 0) {
        ssize_t done = write(trace->descriptor, bytes, size);

        if (done < 0 && errno != EINTR) {
            keep_error(trace, errno);
        } else if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
}

static void write_packed(struct mx_trace *trace, ZSTD_EndDirective directive)
{
    ZSTD_inBuffer in = {trace->text, trace->size, 0};
    bool is_done = false;

    while (!is_done && trace->error_number == 0) {
        ZSTD_outBuffer out = {trace->packed, sizeof trace->packed, 0};
        size_t left = ZSTD_compressStream2(trace->stream, &out, &in, directive);

        if (ZSTD_isError(left)) {
            keep_error(trace, EIO);
            return;
        }
        write_bytes(trace, trace->packed, out.pos);
        is_done = directive == ZSTD_e_end ? left == 0 : in.pos == in.size;
    }
}

static void empty_buffer(struct mx_trace *trace, ZSTD_EndDirective directive)
{
    if (trace->stream != NULL) {
        write_packed(trace, directive);
    } else {
        write_bytes(trace, trace->text, trace->size);
    }
    trace->size = 0;
}

static void free_trace(struct mx_trace *trace)
{
    (void)ZSTD_freeCCtx(trace->stream);
    mx_line_order_destroy(trace->order);
    free(trace);
}

/* Lines that have found their order. */
static void append(void *context, const char *bytes, size_t size)
{
    struct mx_trace *trace = context;

    if (BUFFER_SIZE - trace->size < size) {
        empty_buffer(trace, ZSTD_e_continue);
    }
    memcpy(trace->text + trace->size, bytes, size);
    trace->size += size;
}

/* Returns 0 or an errno value. */
static int prepare_order(struct mx_trace *trace)
{
    if (trace->style.format != MX_TRACE_CSV) {
        trace->order = mx_line_order_create(append, trace);
    }
    return trace->order == NULL && trace->style.format != MX_TRACE_CSV ? ENOMEM : 0;
}

/* Returns 0 or an errno value. */
static int prepare_stream(struct mx_trace *trace)
{
    trace->stream = ZSTD_createCCtx();
    if (trace->stream == NULL) {
        return ENOMEM;
    }
    if (ZSTD_isError(
            ZSTD_CCtx_setParameter(trace->stream, ZSTD_c_compressionLevel, COMPRESSION_LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(trace->stream, ZSTD_c_checksumFlag, 1))) {
        return EINVAL;
    }
    return 0;
}

/* What has the name already is put aside first, unless it is a device or the like: in a folder that
 * others may write to, a link set there beforehand is not followed. */
static int open_new(const char *path)
{
    struct stat status;

    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return open(path, O_WRONLY | O_CLOEXEC);
    if (unlink(path) != 0 && errno != ENOENT)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

struct mx_trace *mx_trace_open(const char *path, bool header, const struct mx_trace_style *style,
                               int *error_number)
{
    struct mx_trace *trace = malloc(sizeof *trace);

    if (trace == NULL) {
        *error_number = ENOMEM;
        return NULL;
    }
    trace->error_number = 0;
    trace->style = style != NULL ? *style : (struct mx_trace_style){.format = MX_TRACE_CSV};
    trace->order = NULL;
    trace->stream = NULL;
    trace->size = 0;
    *error_number = prepare_order(trace);
    if (*error_number == 0 && ends_in(path, ".zst")) {
        *error_number = prepare_stream(trace);
    }
    if (*error_number == 0) {
        trace->descriptor = open_new(path);
        if (trace->descriptor < 0) {
            *error_number = errno;
        }
    }
    if (*error_number != 0) {
        free_trace(trace);
        return NULL;
    }
    if (header) {
        const char *line =
            trace->style.format == MX_TRACE_CSV ? column_line : mx_maillog_header(&trace->style);

        trace->size = strlen(line);
        memcpy(trace->text, line, trace->size);
    }
    return trace;
}

static char *put_name(char *to, const char *name)
{
    char cut[NAME_SIZE_MAX];

    if (strlen(name) < NAME_SIZE_MAX) {
        return mx_csv_name(to, name);
    }
    memcpy(cut, name, NAME_SIZE_MAX - 1);
    cut[NAME_SIZE_MAX - 1] = '\0';
    return mx_csv_name(to, cut);
}

static char *put_text(char *to, const char *text)
{
    size_t size = strlen(text);

    memcpy(to, text, size);
    return to + size;
}

/* campaign:occurrence:provider:number - as one CSV field. */
static char *put_message(char *to, const struct mx_trace_row *row)
{
    char name[2 * NAME_SIZE_MAX + 3 * MX_CSV_NUMBER_SIZE];
    size_t campaign_size = strnlen(row->campaign, NAME_SIZE_MAX - 1);
    size_t provider_size = strnlen(row->provider, NAME_SIZE_MAX - 1);
    char *at = name;

    memcpy(at, row->campaign, campaign_size);
    at += campaign_size;
    *at++ = ':';
    at = mx_csv_count(at, row->occurrence);
    *at++ = ':';
    memcpy(at, row->provider, provider_size);
    at += provider_size;
    *at++ = ':';
    at = mx_csv_count(at, row->number);
    *at = '\0';
    return mx_csv_name(to, name);
}

/* start_s, code, enhanced, reason, verdict: without an attempt, none of them but the last. */
static char *put_reply(char *to, const struct mx_trace_row *row)
{
    const struct mx_reply_text *reply;

    if (row->event != MX_TRACE_ATTEMPT) {
        to = put_text(to, ",,,none,");
        return put_text(to, row->event == MX_TRACE_EXPIRY ? "expired," : "non_attempt,");
    }
    reply = row->said != NULL ? row->said : mx_reply_text(row->style, row->verdict, row->reason);
    to = mx_csv_time_s(to, row->start_us);
    *to++ = ',';
    if (reply->code > 0) { /* else a connection that failed without a word */
        to = mx_csv_count(to, (uint64_t)reply->code);
    }
    *to++ = ',';
    to = put_text(to, reply->enhanced);
    *to++ = ',';
    to = put_text(to, mx_reason_name(row->reason));
    *to++ = ',';
    to = put_text(to, mx_verdict_name(row->verdict));
    *to++ = ',';
    return to;
}

bool mx_trace_wants_drops(const struct mx_trace *trace)
{
    return trace->style.format == MX_TRACE_SENDGRID;
}

static char *put_row(char *at, const struct mx_trace_row *row)
{
    at = mx_csv_count(at, row->replication);
    *at++ = ',';
    at = mx_csv_time_s(at, row->time_us);
    *at++ = ',';
    at = put_message(at, row);
    *at++ = ',';
    at = put_name(at, row->campaign);
    *at++ = ',';
    at = put_name(at, row->provider);
    *at++ = ',';
    at = put_name(at, row->ip);
    *at++ = ',';
    at = mx_csv_count(at, row->attempt);
    *at++ = ',';
    at = put_reply(at, row);
    if (row->next_due_us != MX_NEVER) {
        at = mx_csv_time_s(at, row->next_due_us);
    }
    *at++ = '\n';
    return at;
}

/* first: the line that begins the message's history, dated with its start; else what the row says,
 * when the reply comes. */
static void order_line(struct mx_trace *trace, const struct mx_trace_row *row, bool first)
{
    char *to = mx_line_order_room(trace->order, MX_MAILLOG_SIZE_MAX);
    bool is_put = to != NULL;

    if (is_put) {
        to = first ? mx_maillog_put_first(to, &trace->style, row)
                   : mx_maillog_put(to, &trace->style, row);
        is_put = mx_line_order_put(trace->order, first ? row->start_us : row->time_us, to);
    }
    if (!is_put) {
        keep_error(trace, ENOMEM);
    }
}

void mx_trace_write(struct mx_trace *trace, const struct mx_trace_row *row)
{
    char *at;

    if (trace->error_number != 0) {
        return;
    }
    if (trace->order != NULL) {
        order_line(trace, row, true);
        order_line(trace, row, false);
        return;
    }
    if (BUFFER_SIZE - trace->size < ROW_SIZE_MAX) {
        empty_buffer(trace, ZSTD_e_continue);
    }
    at = put_row(trace->text + trace->size, row);
    trace->size = (size_t)(at - trace->text);
}

int mx_trace_close(struct mx_trace *trace)
{
    int error_number;

    if (trace->order != NULL) {
        mx_line_order_flush(trace->order);
    }
    empty_buffer(trace, ZSTD_e_end);
    if (close(trace->descriptor) != 0) {
        keep_error(trace, errno);
    }
    error_number = trace->error_number;
    free_trace(trace);
    return error_number;
}
