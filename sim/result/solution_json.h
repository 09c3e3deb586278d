// SPDX-License-Identifier: GPL-3.0-or-later
/* solution_json.h - answer.json, and the answer in a sentence. README.md names the members. */
#ifndef MX_SOLUTION_JSON_H
#define MX_SOLUTION_JSON_H

#include <stddef.h>

#include "sim/stats/solution.h"

/* command: the line that gives the same again. Returns owned text, the same for any number of
 * threads, or NULL when out of memory. */
char *mx_solution_json(const struct mx_solution *solution, const char *command);

#define MX_SOLUTION_TEXT_SIZE 640

/* "addresses: 9 is the smallest of 4 to 40 that meets all targets" and the like, without a full
 * stop. number: one of the solution's. */
void mx_solution_sentence(const struct mx_solution *solution, size_t number,
                          char text[MX_SOLUTION_TEXT_SIZE]);

#define MX_SOLUTION_PROMISE_SIZE 160

/* Which promise an answer is: of the mean, or of a share of the outcomes; and over what. */
void mx_solution_promise(const struct mx_solution *solution, char text[MX_SOLUTION_PROMISE_SIZE]);

#endif
