// SPDX-License-Identifier: GPL-3.0-or-later
/* support_generator.h - random scenarios from a fixed seed: every feature on and off, extremes
 * included, small enough that one takes milliseconds. */
#ifndef MX_SUPPORT_GENERATOR_H
#define MX_SUPPORT_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#define MX_GENERATED_SIZE 32768

/* Writes scenario number `number` into text (of MX_GENERATED_SIZE bytes). */
void mx_generate_scenario(uint64_t number, char *text);

#endif
