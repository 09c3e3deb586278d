// SPDX-License-Identifier: GPL-3.0-or-later
/* completions.h - what a shell needs to complete commands, options and their words, made from the
 * tables of commands and options. */
#ifndef MX_COMPLETIONS_H
#define MX_COMPLETIONS_H

/* shell: "bash", "zsh" or "fish". On standard output. */
void mx_completions_print(const char *shell);

#endif
