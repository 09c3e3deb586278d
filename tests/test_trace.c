// SPDX-License-Identifier: GPL-3.0-or-later
/* test_trace.c - rows of a trace, plain and compressed; and when they cannot be written. */
/* mxtest: valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "models/units.h"
#include "sim/observe/csv_text.h"
#include "sim/observe/line_order.h"
#include "sim/observe/maillog.h"
#include "sim/observe/trace.h"

#define TEXT_MAX ((size_t)1 << 22)

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const struct mx_trace_row attempt = {.replication = 3,
                                            .time_us = 1500000,
                                            .start_us = 1000001,
                                            .next_due_us = 121500000,
                                            .campaign = "sale",
                                            .provider = "small, domain",
                                            .ip = "ip-1",
                                            .occurrence = 2,
                                            .number = 12345678901,
                                            .attempt = 1,
                                            .style = MX_STYLE_GENERIC,
                                            .verdict = MX_BUSY,
                                            .reason = MX_REASON_GREYLIST};

static char *read_file(const char *path, size_t *size)
{
    char *bytes = malloc(TEXT_MAX);
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(bytes);
    *size = fread(bytes, 1, TEXT_MAX - 1, file);
    bytes[*size] = '\0';
    (void)fclose(file);
    return bytes;
}

static void write_rows(const char *path, bool header, int count)
{
    int error_number = 0;
    struct mx_trace *trace = mx_trace_open(path, header, NULL, &error_number);
    struct mx_trace_row row = attempt;

    assert_non_null(trace);
    for (int i = 0; i < count; i++) {
        row.number = (uint64_t)i;
        mx_trace_write(trace, &row);
    }
    assert_int_equal(mx_trace_close(trace), 0);
}

static void test_rows(void **state)
{
    int error_number = 0;
    struct mx_trace *trace = mx_trace_open(in_folder("a.csv"), true, NULL, &error_number);
    struct mx_trace_row row = attempt;
    size_t size;
    char *text;

    (void)state;
    assert_non_null(trace);
    mx_trace_write(trace, &row);
    row.verdict = MX_ACCEPT;
    row.reason = MX_REASON_NONE;
    row.next_due_us = MX_NEVER;
    row.provider = "p";
    row.ip = "a \"b\"";
    mx_trace_write(trace, &row);
    row.event = MX_TRACE_EXPIRY;
    row.time_us = 72 * MX_HOUR_US;
    mx_trace_write(trace, &row);
    assert_int_equal(mx_trace_close(trace), 0);
    text = read_file(in_folder("a.csv"), &size);
    assert_string_equal(
        text, "replication,time_s,message,campaign,provider,ip,attempt,start_s,code,enhanced,"
              "reason,verdict,next_due_s\n"
              "3,1.500000,\"sale:2:small, domain:12345678901\",sale,\"small, domain\",ip-1,1,"
              "1.000001,451,4.7.1,greylist,busy,121.500000\n"
              "3,1.500000,sale:2:p:12345678901,sale,p,\"a \"\"b\"\"\",1,1.000001,250,2.0.0,none,"
              "accept,\n"
              "3,259200.000000,sale:2:p:12345678901,sale,p,\"a \"\"b\"\"\",1,,,,none,expired,\n");
    free(text);
}

/* Decompress frames that may stand one after another. */
static char *unpack(const char *bytes, size_t size, size_t *unpacked)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    char *text = malloc(TEXT_MAX);
    ZSTD_inBuffer in = {bytes, size, 0};
    ZSTD_outBuffer out = {text, TEXT_MAX, 0};
    size_t left = 1;

    assert_non_null(context);
    assert_non_null(text);
    while (in.pos < in.size) {
        left = ZSTD_decompressStream(context, &out, &in);
        assert_false(ZSTD_isError(left));
    }
    assert_int_equal(left, 0); /* whole frames */
    (void)ZSTD_freeDCtx(context);
    *unpacked = out.pos;
    return text;
}

/* 20,000 rows fill the buffer several times. */
static void test_compressed_equals_plain(void **state)
{
    char *plain, *packed, *unpacked;
    size_t plain_size, packed_size, unpacked_size;

    (void)state;
    write_rows(in_folder("b.csv"), true, 20000);
    write_rows(in_folder("b.csv.zst"), true, 20000);
    plain = read_file(in_folder("b.csv"), &plain_size);
    packed = read_file(in_folder("b.csv.zst"), &packed_size);
    assert_true(plain_size > ((size_t)1 << 20) && packed_size * 5 < plain_size);
    unpacked = unpack(packed, packed_size, &unpacked_size);
    assert_int_equal(unpacked_size, plain_size);
    assert_memory_equal(unpacked, plain, plain_size);
    free(plain);
    free(packed);
    free(unpacked);
}

static void test_frames_join(void **state)
{
    char *first, *second, *unpacked;
    size_t first_size, second_size, size;

    (void)state;
    write_rows(in_folder("c.zst"), true, 3);
    write_rows(in_folder("d.zst"), false, 2);
    first = read_file(in_folder("c.zst"), &first_size);
    second = read_file(in_folder("d.zst"), &second_size);
    memcpy(first + first_size, second, second_size);
    unpacked = unpack(first, first_size + second_size, &size);
    unpacked[size] = '\0';
    assert_non_null(strstr(unpacked, "next_due_s\n3,1.5"));
    assert_non_null(strstr(unpacked, "domain:2\",sale,\"small, domain\",ip-1,1,1.000001,451,4.7.1,"
                                     "greylist,busy,121.500000\n3,1.500000,\"sale:2:small, "
                                     "domain:0\""));
    free(first);
    free(second);
    free(unpacked);
}

static void test_empty_trace_is_a_frame(void **state)
{
    char *packed, *unpacked;
    size_t packed_size, size;

    (void)state;
    write_rows(in_folder("e.zst"), false, 0);
    packed = read_file(in_folder("e.zst"), &packed_size);
    assert_true(packed_size > 0);
    unpacked = unpack(packed, packed_size, &size);
    assert_int_equal(size, 0);
    free(packed);
    free(unpacked);
}

static void test_long_names_are_cut(void **state)
{
    int error_number = 0;
    struct mx_trace *trace = mx_trace_open(in_folder("f.csv"), false, NULL, &error_number);
    struct mx_trace_row row = attempt;
    char *name = malloc(20001), *text;
    size_t size;

    (void)state;
    assert_non_null(name);
    memset(name, '"', 20000);
    name[20000] = '\0';
    row.campaign = row.provider = row.ip = name;
    for (int i = 0; i < 20; i++) {
        mx_trace_write(trace, &row);
    }
    assert_int_equal(mx_trace_close(trace), 0);
    text = read_file(in_folder("f.csv"), &size);
    assert_true(size > 20 * 30000 && size < 20 * 45000);
    free(text);
    free(name);
}

/* Names that are no UTF-8: an overlong form, a surrogate, a code past the last, an early end. */
static void test_json_is_utf8(void **state)
{
    static const char *const names[] = {"\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                        "\xE2\x82"};
    const struct mx_trace_style style = {.format = MX_TRACE_KUMOMTA};
    struct mx_trace_row row = attempt;
    char text[MX_MAILLOG_SIZE_MAX + 1];

    (void)state;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        row.ip = names[n];
        *mx_maillog_put(text, &style, &row) = '\0';
        for (const char *at = text; *at != '\0'; at++) {
            assert_true((unsigned char)*at < 0x80);
        }
        assert_non_null(strstr(text, "\"egress_source\":\"\\ufffd\\ufffd"));
    }
    row.ip = "\xE2\x82\xAC";
    *mx_maillog_put(text, &style, &row) = '\0';
    assert_non_null(strstr(text, "\"egress_source\":\"\xE2\x82\xAC\""));
}

/* --- lines in order of their times --- */

struct seen {
    size_t count, out_of_order;
    long long last_time, last_turn;
};

static void look(void *context, const char *bytes, size_t size)
{
    struct seen *seen = context;
    char line[64], *at;
    long long time, turn;

    assert_true(size < sizeof line);
    memcpy(line, bytes, size);
    line[size] = '\0';
    time = strtoll(line, &at, 10);
    turn = strtoll(at, &at, 10);
    assert_string_equal(at, "\n");
    seen->out_of_order +=
        time < seen->last_time || (time == seen->last_time && turn < seen->last_turn);
    seen->last_time = time;
    seen->last_turn = turn;
    seen->count++;
}

static void put_line(struct mx_line_order *order, long long time, long long turn)
{
    char *to = mx_line_order_room(order, 64);

    assert_non_null(to);
    assert_true(mx_line_order_put(order, time, to + sprintf(to, "%lld %lld\n", time, turn)));
}

/* Late by up to `late`, many at one time; then one that belongs to the beginning. */
static struct seen ordered(size_t count, uint64_t late)
{
    struct seen seen = {.last_time = -1};
    struct mx_line_order *order = mx_line_order_create(look, &seen);
    uint64_t random = 1;

    assert_non_null(order);
    for (size_t i = 0; i < count; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        put_line(order, (long long)((i + (random >> 33) % late) / 4), (long long)i);
    }
    assert_true(mx_line_order_put(order, 0, mx_line_order_room(order, 9))); /* no line */
    put_line(order, 0, (long long)count);
    mx_line_order_flush(order);
    mx_line_order_destroy(order);
    return seen;
}

static void test_lines_in_order(void **state)
{
    const size_t half = MX_LINE_ORDER_COUNT / 2;
    struct seen seen;

    (void)state;
    seen = ordered(half, half); /* all at once */
    assert_true(seen.count == half + 1 && seen.out_of_order == 0);
    seen = ordered(10 * half, half);
    assert_int_equal(seen.count, 10 * half + 1);
    assert_int_equal(seen.out_of_order, 1); /* the last, whose place had left the buffer */
    assert_true(ordered(10 * half, 4 * half).out_of_order > 1);
}

static void test_errors(void **state)
{
    int error_number = 0;
    struct mx_trace *trace;

    (void)state;
    assert_null(mx_trace_open(in_folder("missing/a.csv"), true, NULL, &error_number));
    assert_int_equal(error_number, ENOENT);
    assert_null(mx_trace_open(folder, true, NULL, &error_number));
    assert_int_equal(error_number, EISDIR);
    trace = mx_trace_open("/dev/full", true, NULL, &error_number);
    assert_non_null(trace);
    for (int i = 0; i < 10000; i++) {
        mx_trace_write(trace, &attempt);
    }
    assert_int_equal(mx_trace_close(trace), ENOSPC);
    trace = mx_trace_open("/dev/full", true, NULL, &error_number);
    assert_non_null(trace);
    assert_int_equal(mx_trace_close(trace), ENOSPC);
}

static void assert_number(double value, const char *text)
{
    char number[MX_CSV_NUMBER_SIZE];

    *mx_csv_number(number, value) = '\0';
    assert_string_equal(number, text);
}

static void test_numbers(void **state)
{
    char number[MX_CSV_NUMBER_SIZE];

    (void)state;
    assert_number(0, "0");
    assert_number(-3, "-3");
    assert_number(123456789012345.0, "123456789012345");
    assert_number(1.0 / 3, "0.333333333333");
    assert_number(1e300, "1e+300");
    assert_number((double)NAN, "");
    assert_number((double)INFINITY, "");
    *mx_csv_time_s(number, -1) = '\0';
    assert_string_equal(number, "-0.000001");
    *mx_csv_time_s(number, INT64_MAX) = '\0';
    assert_string_equal(number, "9223372036854.775807");
    *mx_csv_count(number, UINT64_MAX) = '\0';
    assert_string_equal(number, "18446744073709551615");
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/mxsim-trace-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"a.csv", "b.csv", "b.csv.zst", "c.zst",
                                        "d.zst", "e.zst", "f.csv"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(in_folder(names[i]));
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_compressed_equals_plain),
        cmocka_unit_test(test_frames_join),
        cmocka_unit_test(test_empty_trace_is_a_frame),
        cmocka_unit_test(test_long_names_are_cut),
        cmocka_unit_test(test_json_is_utf8),
        cmocka_unit_test(test_lines_in_order),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
