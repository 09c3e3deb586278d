// SPDX-License-Identifier: GPL-3.0-or-later
/* support_provider.h - providers and attempts for tests of models/receiver.h. */
#ifndef MX_SUPPORT_PROVIDER_H
#define MX_SUPPORT_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

#include "models/receiver.h"

/* Four bands with a domain's reputation beside the address's. */
extern const struct mx_reputation_params mx_test_bands;

/* No stage switched on. */
struct mx_receiver_params mx_test_plain_provider(void);

/* Of half a second, with uniforms that let it through. recipient is borrowed. */
struct mx_attempt mx_test_attempt_at(int64_t now_us, const struct mx_recipient *recipient);

bool mx_test_coin(gsl_rng *rng);
/* Any stage on or off, within limits that a few hundred attempts reach. */
struct mx_receiver_params mx_test_random_provider(gsl_rng *rng);
/* Of two addresses, netblocks and domains, and seven small domains. */
struct mx_attempt mx_test_random_attempt(gsl_rng *rng, int64_t now_us,
                                         const struct mx_recipient *recipient);

#endif
