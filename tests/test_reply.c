// SPDX-License-Identifier: GPL-3.0-or-later
/* test_reply.c - every answer a receiver can give has words, a code that fits, and a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "models/reply.h"

static const struct {
    enum mx_verdict verdict;
    enum mx_reason reason;
    int code; /* in the generic style */
    const char *enhanced;
} answers[] = {
    {MX_ACCEPT, MX_REASON_NONE, 250, "2.0.0"},
    {MX_BUSY, MX_REASON_OUTAGE, 421, "4.4.2"},
    {MX_BUSY, MX_REASON_CONNECTIONS, 421, "4.7.0"},
    {MX_BUSY, MX_REASON_RATE, 421, "4.7.28"},
    {MX_BUSY, MX_REASON_SPIKE, 421, "4.7.0"},
    {MX_BUSY, MX_REASON_REPUTATION, 421, "4.7.0"},
    {MX_BUSY, MX_REASON_CAPACITY, 451, "4.3.2"},
    {MX_BUSY, MX_REASON_GREYLIST, 451, "4.7.1"},
    {MX_BUSY, MX_REASON_CONTENT, 451, "4.7.1"},
    {MX_BUSY, MX_REASON_MAILBOX_FULL, 452, "4.2.2"},
    {MX_REJECT_HARD, MX_REASON_UNKNOWN, 550, "5.1.1"},
    {MX_REJECT_HARD, MX_REASON_CLOSED, 550, "5.2.1"},
    {MX_REJECT_SOFT, MX_REASON_MAILBOX_FULL, 552, "5.2.2"},
    {MX_REJECT_SOFT, MX_REASON_BLOCKED, 550, "5.7.1"},
    {MX_REJECT_SOFT, MX_REASON_CONTENT, 550, "5.7.1"},
};
#define ANSWER_COUNT (sizeof answers / sizeof answers[0])

static int class_of(enum mx_verdict verdict)
{
    return verdict == MX_ACCEPT ? 2 : verdict == MX_BUSY ? 4 : 5;
}

static void test_every_style_answers_in_class(void **state)
{
    (void)state;
    for (int style = 0; style < MX_STYLE_COUNT; style++) {
        for (size_t i = 0; i < ANSWER_COUNT; i++) {
            const struct mx_reply_text *text =
                mx_reply_text((enum mx_reply_style)style, answers[i].verdict, answers[i].reason);
            int class = class_of(answers[i].verdict);

            assert_non_null(text);
            assert_int_equal(text->code / 100, class);
            assert_true(strlen(text->text) > 0);
            assert_null(strpbrk(text->text, "\r\n"));
            assert_non_null(text->enhanced);
            if (text->enhanced[0] != '\0')
                assert_int_equal(text->enhanced[0] - '0', class);
        }
    }
}

static void test_generic_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANSWER_COUNT; i++) {
        const struct mx_reply_text *text =
            mx_reply_text(MX_STYLE_GENERIC, answers[i].verdict, answers[i].reason);

        assert_int_equal(text->code, answers[i].code);
        assert_string_equal(text->enhanced, answers[i].enhanced);
    }
}

static void test_styles_speak_their_own_words(void **state)
{
    (void)state;
    /* Gmail: 421-4.7.28 for rates; Yahoo: TSS04; Microsoft: S3150 for blocks; Comcast: 25 */
    assert_string_equal(mx_reply_text(MX_STYLE_GMAIL, MX_BUSY, MX_REASON_RATE)->enhanced, "4.7.28");
    assert_non_null(strstr(mx_reply_text(MX_STYLE_YAHOO, MX_BUSY, MX_REASON_SPIKE)->text, "TSS04"));
    assert_non_null(strstr(
        mx_reply_text(MX_STYLE_MICROSOFT, MX_REJECT_SOFT, MX_REASON_BLOCKED)->text, "S3150"));
    assert_non_null(
        strstr(mx_reply_text(MX_STYLE_COMCAST, MX_BUSY, MX_REASON_CONNECTIONS)->text, "25"));
    assert_int_equal(mx_reply_text(MX_STYLE_POSTGREY, MX_BUSY, MX_REASON_GREYLIST)->code, 450);
    /* what a style does not say falls back */
    assert_ptr_equal(mx_reply_text(MX_STYLE_POSTGREY, MX_BUSY, MX_REASON_RATE),
                     mx_reply_text(MX_STYLE_GENERIC, MX_BUSY, MX_REASON_RATE));
}

static void test_names(void **state)
{
    (void)state;
    for (int a = 0; a < MX_REASON_COUNT; a++) {
        assert_true(strlen(mx_reason_name((enum mx_reason)a)) > 0);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(mx_reason_name((enum mx_reason)a),
                                    mx_reason_name((enum mx_reason)b));
    }
    for (int a = 0; a < MX_STYLE_COUNT; a++)
        assert_true(strlen(mx_reply_style_name((enum mx_reply_style)a)) > 0);
    assert_string_equal(mx_reason_name(MX_REASON_MAILBOX_FULL), "mailbox_full");
    assert_string_equal(mx_reason_name(MX_REASON_NONE), "none");
    assert_string_equal(mx_verdict_name(MX_REJECT_SOFT), "reject_soft");
    assert_string_equal(mx_verdict_name(MX_ACCEPT), "accept");
}

static void test_policy_reasons(void **state)
{
    (void)state;
    for (int r = 0; r < MX_REASON_COUNT; r++) {
        enum mx_reason reason = (enum mx_reason)r;
        int expected = reason == MX_REASON_RATE || reason == MX_REASON_SPIKE ||
                       reason == MX_REASON_REPUTATION || reason == MX_REASON_CONTENT;

        assert_int_equal(mx_reason_is_policy(reason), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_style_answers_in_class),
        cmocka_unit_test(test_generic_codes),
        cmocka_unit_test(test_styles_speak_their_own_words),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_policy_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
