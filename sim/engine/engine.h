// SPDX-License-Identifier: GPL-3.0-or-later
/* engine.h - one replication of a plan under the virtual clock.
 *
 * Two loops over one world: `window` handles all that is due within a window (1 s) at once,
 * `exact` handles one event at a time and is the reference that the other is tested against. Both
 * give the same results to the byte; plans that need exact order (plan->exact_required) always run
 * exactly. */
#ifndef MX_ENGINE_H
#define MX_ENGINE_H

#include <stdatomic.h>
#include <stdint.h>

#include "sim/observe/observe.h"
#include "sim/observe/trace.h"
#include "sim/scenario/plan.h"

enum mx_engine_loop { MX_LOOP_AUTO, MX_LOOP_WINDOW, MX_LOOP_EXACT };

/* Shared with a progress display and a signal handler; written by the engine at window edges. */
struct mx_progress {
    _Atomic int64_t now_us;
    _Atomic uint64_t created, delivered, deferrals, pending;
    _Atomic int stop; /* set by others: end soon, without a result */
};

struct mx_engine_options {
    uint64_t seed;
    uint32_t replication;
    enum mx_engine_loop loop;
    struct mx_trace *trace;       /* or NULL */
    struct mx_progress *progress; /* or NULL */
    /* For steady states, 0: without. Bins by creation time; batches of messages created in equal
     * intervals from the plan's warmup on, the last one without an end. */
    int64_t creation_every_us;
    uint32_t batch_count;
    int64_t batch_us;
};

enum mx_engine_status {
    MX_ENGINE_OK = 0,
    MX_ENGINE_NO_MEMORY,
    MX_ENGINE_STOPPED,
};

/* plan is borrowed and only read: replications may share it between threads. On MX_ENGINE_OK
 * *observation is returned owned, conservation checked. */
enum mx_engine_status mx_engine_run(const struct mx_plan *plan,
                                    const struct mx_engine_options *options,
                                    struct mx_observation **observation);

#endif
