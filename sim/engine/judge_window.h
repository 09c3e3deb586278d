// SPDX-License-Identifier: GPL-3.0-or-later
/* judge_window.h - all attempts that started within a window are judged. Window loop only. */
#ifndef MX_JUDGE_WINDOW_H
#define MX_JUDGE_WINDOW_H

#include <stdint.h>

#include "sim/engine/batch.h"

/* batch: works and their segments, with mx_batch_reserve done. What is to be tried again goes to
 * the scheduler. Results are those of judging by (start, message), provider by provider. */
void mx_window_judge(struct mx_world *world, struct mx_batch *batch, int64_t from_us,
                     int64_t until_us);

#endif
