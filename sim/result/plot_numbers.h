// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_numbers.h - attempts_by_number.csv per provider: how first, second ... attempts ended. */
#ifndef MX_PLOT_NUMBERS_H
#define MX_PLOT_NUMBERS_H

#include "sim/result/plot_data.h"

/* Of one provider, or of all: [number - 1]. */
struct mx_plot_by_number {
    struct mx_plot_number at[MX_PLOT_NUMBER_MAX];
};

/* Provider provider_count: the sum. The file has been read. */
void mx_plot_by_number(const struct mx_plot_data *data, size_t provider,
                       struct mx_plot_by_number *by_number);

#endif
