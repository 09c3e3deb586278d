// SPDX-License-Identifier: GPL-3.0-or-later
/* grammar.h - whether words follow each other as libconfig wants them.
 *
 * Checked before libconfig sees them: version 1.5 loses memory at a syntax error, and says no more
 * than "syntax error". */
#ifndef MX_GRAMMAR_H
#define MX_GRAMMAR_H

#include "sim/scenario/tokens.h"

#define MX_SETTINGS_IN_GROUP_MAX 4096

/* false: a mistake was reported (where source->mistakes is not NULL). */
bool mx_grammar_check(const struct mx_source *source, const struct mx_tokens *tokens);

#endif
