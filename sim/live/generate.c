// SPDX-License-Identifier: GPL-3.0-or-later
/* generate.c - made messages into the spool. See intake.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/live/intake.h"

#define TEXT_SIZE 2048
#define MARK "{n}"

bool mx_intake_address(const char *pattern, uint64_t number, char address[MX_ADDRESS_SIZE])
{
    const char *mark = strstr(pattern, MARK);
    int size;

    if (mark == NULL) {
        size = snprintf(address, MX_ADDRESS_SIZE, "%s", pattern);
    } else {
        size = snprintf(address, MX_ADDRESS_SIZE, "%.*s%" PRIu64 "%s",
                        (int)(mark - pattern < 256 ? mark - pattern : 256), pattern, number,
                        mark + strlen(MARK));
    }
    return size < MX_ADDRESS_SIZE && mx_address_is_valid(address);
}

/* RFC 5322, 3.3, in UTC; no locale. */
static void put_date(int64_t unix_s, char *text, size_t size)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t when = (time_t)unix_s;
    struct tm t;

    if (gmtime_r(&when, &t) == NULL) {
        t = (struct tm){.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
    }
    (void)snprintf(text, size, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + 3 * t.tm_wday,
                   t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min,
                   t.tm_sec);
}

static size_t put_text(char text[TEXT_SIZE], uint64_t number, const char *from, const char *to,
                       const char *date)
{
    char domain[MX_ADDRESS_SIZE];

    mx_address_domain(from, domain);
    return (size_t)snprintf(text, TEXT_SIZE,
                            "From: <%s>\r\n"
                            "To: <%s>\r\n"
                            "Date: %s\r\n"
                            "Message-ID: <mxsim.%" PRIu64 "@%s>\r\n"
                            "Subject: mxsim message %" PRIu64 "\r\n"
                            "MIME-Version: 1.0\r\n"
                            "Content-Type: text/plain; charset=us-ascii\r\n"
                            "\r\n"
                            "This is message %" PRIu64 " of a mailing that mxsim made up.\r\n",
                            from, to, date, number, domain, number, number);
}

enum mx_intake_status mx_intake_generate(struct mx_spool *spool, uint64_t message_count,
                                         const struct mx_intake *intake, int64_t unix_s,
                                         struct mx_intake_count *count)
{
    char date[64];

    *count = (struct mx_intake_count){0};
    put_date(unix_s, date, sizeof date);
    for (uint64_t n = 1; n <= message_count; n++) {
        char to[MX_ADDRESS_SIZE], domain[MX_ADDRESS_SIZE], name[64], text[TEXT_SIZE];
        uint32_t destination;
        size_t size;
        int64_t message;

        if (!mx_intake_address(intake->to[(n - 1) % intake->to_count], n, to)) {
            intake->refuse(intake->context, intake->to[(n - 1) % intake->to_count],
                           "is no address with a number in it");
            count->refused++;
            continue;
        }
        size = put_text(text, n, intake->from, to, date);
        (void)snprintf(name, sizeof name, "generated %" PRIu64, n);
        mx_address_domain(to, domain);
        if (!mx_spool_destination(spool, domain, &destination) ||
            !mx_spool_add_message(spool, name, intake->from, text, size, &message) ||
            !mx_spool_add_recipient(spool, message, to, destination)) {
            return MX_INTAKE_SPOOL;
        }
        count->messages++;
        count->recipients++;
    }
    return MX_INTAKE_OK;
}
