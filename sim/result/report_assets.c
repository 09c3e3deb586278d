// SPDX-License-Identifier: GPL-3.0-or-later
/* report_assets.c - see report_assets.h. */
#include "sim/result/report_assets.h"

#include "report_texts.h"

const char *mx_report_css(void)
{
    return mx_text_report_css;
}

const char *mx_report_js(void)
{
    return mx_text_report_js;
}
