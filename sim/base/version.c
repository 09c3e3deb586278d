// SPDX-License-Identifier: GPL-3.0-or-later
/* version.c - the one file that sees the generated header, so that a commit rebuilds only it. */
#include "sim/base/version.h"

#include "build_facts.h"

const char *mx_version(void)
{
    return MX_BUILD_VERSION;
}

const char *mx_commit(void)
{
    return MX_BUILD_COMMIT;
}

const char *mx_compiler(void)
{
    return MX_BUILD_COMPILER;
}

const char *mx_flags(void)
{
    return MX_BUILD_FLAGS;
}

const char *mx_share_dir(void)
{
    return MX_BUILD_SHARE_DIR;
}

const char *mx_source_dir(void)
{
    return MX_BUILD_SOURCE_DIR;
}
