// SPDX-License-Identifier: GPL-3.0-or-later
/* send_setup.c - see send_setup.h. */
#include "sim/cli/send_setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/random.h"
#include "sim/cli/command.h"
#include "sim/cli/send_results.h"
#include "sim/live/intake.h"
#include "sim/live/wall_clock.h"
#include "sim/scenario/quantity.h"

#define RELAY_DEFAULT "127.0.0.1:2525"
#define POLICY_DEFAULT "bluecore"
#define CONNECTIONS_DEFAULT 20
#define PER_CONNECTION_DEFAULT 100
#define TIMEOUT_S_DEFAULT 60
#define TEXT_MAX 4096 /* of a setting */

int mx_send_spool_failed(const char *file, const struct mx_spool *spool)
{
    mx_say("spool %s: %s", file, mx_spool_error(spool));
    return mx_spool_status(spool) == MX_SPOOL_DAMAGED ? MX_EXIT_INVALID : MX_EXIT_FAILURE;
}

/* --- options --- */

/* HOST:PORT, or [IPv6]:PORT. */
static bool parse_relay(struct mx_send_setup *setup, const char *relay)
{
    const char *colon = strrchr(relay, ':');
    size_t size;
    unsigned long port;
    char *end;

    if (colon == NULL || strlen(relay) >= sizeof setup->relay) {
        return false;
    }
    port = colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, &end, 10) : 0;
    if (port < 1 || port > 65535 || *end != '\0') {
        return false;
    }
    size = (size_t)(colon - relay);
    if (size > 2 && relay[0] == '[' && relay[size - 1] == ']') {
        relay++;
        size -= 2;
    } else if (memchr(relay, ':', size) != NULL) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:",
                   relay[i]) == NULL) {
            return false;
        }
    }
    memcpy(setup->host, relay, size);
    setup->host[size] = '\0';
    setup->config.smtp.host = setup->host;
    setup->config.smtp.port = (uint16_t)port;
    return size > 0;
}

static int check_addresses(const struct mx_options *options)
{
    char address[MX_ADDRESS_SIZE];

    if (options->from != NULL && !mx_address_is_valid(options->from)) {
        mx_say("--from takes an address like a@example.com, not \"%.80s\"", options->from);
        return MX_EXIT_USAGE;
    }
    for (size_t i = 0; i < options->to.count; i++) {
        bool is_good = options->generate > 0 ? mx_intake_address(options->to.items[i], 1, address)
                                             : mx_address_is_valid(options->to.items[i]);

        if (!is_good) {
            mx_say("--to takes an address like a@example.com, not \"%.80s\"", options->to.items[i]);
            return MX_EXIT_USAGE;
        }
    }
    if (options->generate > 0 && options->operand_count > 0) {
        mx_say("send takes a folder or --generate, not both");
        return MX_EXIT_USAGE;
    }
    if (options->generate > 0 && (options->from == NULL || options->to.count == 0)) {
        mx_say("--generate needs --from and --to");
        return MX_EXIT_USAGE;
    }
    return MX_EXIT_SUCCESS;
}

int mx_send_setup_options(struct mx_send_setup *setup, const struct mx_options *options)
{
    const char *relay = options->relay != NULL ? options->relay : RELAY_DEFAULT;
    struct mx_send_limits *limits = &setup->config.limits;

    if (options->spool == NULL) {
        mx_say("send lacks --spool FILE; see mxsim help send");
        return MX_EXIT_USAGE;
    }
    if (!parse_relay(setup, relay)) {
        mx_say("--relay takes HOST:PORT, not \"%.80s\"", relay);
        return MX_EXIT_USAGE;
    }
    (void)snprintf(setup->relay, sizeof setup->relay, "%s", relay);
    limits->connections = options->connections > 0 ? options->connections : CONNECTIONS_DEFAULT;
    limits->per_connection =
        options->per_connection > 0 ? options->per_connection : PER_CONNECTION_DEFAULT;
    setup->config.smtp.timeout_s = options->timeout_s > 0 ? options->timeout_s : TIMEOUT_S_DEFAULT;
    if (options->rate != NULL) {
        enum mx_quantity_status status = mx_quantity_rate(options->rate, &limits->rate);

        if (status != MX_QUANTITY_OK || limits->rate.count <= 0 || limits->rate.period_us <= 0) {
            mx_say("--rate takes an amount per time, like 600/m, not \"%.80s\"", options->rate);
            return MX_EXIT_USAGE;
        }
        limits->has_rate = true;
    }
    return check_addresses(options);
}

/* --- the policy --- */

static int load_policy(struct mx_send_setup *setup, const char *name,
                       const struct mx_override *overrides, size_t count)
{
    struct mx_preset_dirs dirs;
    struct mx_mistakes mistakes = {0};
    struct mx_policy_info info;
    int status, code = MX_EXIT_SUCCESS;

    mx_preset_dirs_init(&dirs);
    status = mx_reader_load_policy_info(name,
                                        &(struct mx_reader_options){.overrides = overrides,
                                                                    .override_count = count,
                                                                    .preset_dirs = dirs.names,
                                                                    .preset_dir_count = dirs.count,
                                                                    .access = &mx_file_access_disk},
                                        &info, &mistakes);
    mx_preset_dirs_fini(&dirs);
    if (status == 0) {
        setup->config.policy = info.policy;
        setup->config.destination = info.destination;
    } else {
        code = mx_mistakes_print(&mistakes);
    }
    mx_mistakes_fini(&mistakes);
    return code;
}

/* The overrides as one text, a line each. Returns false when they do not fit. */
static bool sets_text(const struct mx_options *options, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < options->override_count; i++) {
        int more = snprintf(text + used, size - used, "%s=%s\n", options->overrides[i].path,
                            options->overrides[i].value);

        if (more < 0 || (size_t)more >= size - used) {
            return false;
        }
        used += (size_t)more;
    }
    return true;
}

/* The stored text back to overrides: cuts it up in place. */
static size_t sets_of(char *text, struct mx_override *overrides, size_t most)
{
    size_t count = 0;
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line != NULL && count < most;
         line = strtok_r(NULL, "\n", &save)) {
        char *equals = strchr(line, '=');

        if (equals != NULL) {
            *equals = '\0';
            overrides[count++] = (struct mx_override){.path = line, .value = equals + 1};
        }
    }
    return count;
}

/* --- a new mailing --- */

static void refuse(void *context, const char *file, const char *why)
{
    (void)context;
    mx_say("%s: %s", file, why);
}

/* The key of what a mailing is made from: the same command line gives the same. */
static int64_t key_of(const struct mx_options *options)
{
    char number[32];
    uint64_t key;

    (void)snprintf(number, sizeof number, "%" PRIu64, options->generate);
    key = mx_key_combine(mx_key_of_name(number),
                         options->operand_count > 0 ? mx_key_of_name(options->operands[0]) : 0);
    key = mx_key_combine(key, options->from != NULL ? mx_key_of_name(options->from) : 0);
    for (size_t i = 0; i < options->to.count; i++) {
        key = mx_key_combine(key, mx_key_of_name(options->to.items[i]));
    }
    return (int64_t)(key >> 1);
}

static int take_in(struct mx_send_setup *setup, const struct mx_options *options,
                   struct mx_spool *spool)
{
    const struct mx_intake intake = {.from = options->from,
                                     .to = options->to.items,
                                     .to_count = options->to.count,
                                     .refuse = refuse};
    struct mx_intake_count count;
    enum mx_intake_status status;
    int error_number = 0;

    if (options->operand_count > 0) {
        status = mx_intake_folder(spool, options->operands[0], &intake, &count, &error_number);
    } else {
        status = mx_intake_generate(spool, options->generate, &intake,
                                    mx_wall_clock_real_us() / 1000000, &count);
    }
    switch (status) {
    case MX_INTAKE_OK:
        break;
    case MX_INTAKE_SPOOL:
        return mx_send_spool_failed(options->spool, spool);
    case MX_INTAKE_FOLDER:
        mx_say("cannot read %s: %s", options->operands[0], strerror(error_number));
        return MX_EXIT_INVALID;
    case MX_INTAKE_NO_MEMORY:
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    setup->refused = (int64_t)count.refused;
    if (count.recipients == 0) {
        mx_say("%s: there is no message to send",
               options->operand_count > 0 ? options->operands[0] : "--generate");
        return MX_EXIT_INVALID;
    }
    return MX_EXIT_SUCCESS;
}

/* All in one transaction: a mailing is in the spool as a whole, or not at all. */
static int make_mailing(struct mx_send_setup *setup, const struct mx_options *options,
                        struct mx_spool *spool)
{
    const char *policy = options->policy != NULL ? options->policy : POLICY_DEFAULT;
    char sets[TEXT_MAX];
    int code;

    if (options->operand_count == 0 && options->generate == 0) {
        mx_say("spool %s is new: send needs a folder of messages, or --generate", options->spool);
        return MX_EXIT_USAGE;
    }
    code = load_policy(setup, policy, options->overrides, options->override_count);
    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    if (!sets_text(options, sets, sizeof sets) || strlen(policy) >= TEXT_MAX) {
        mx_say("--set: more text than a spool keeps");
        return MX_EXIT_USAGE;
    }
    if (!mx_spool_begin(spool)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    code = take_in(setup, options, spool);
    if (code != MX_EXIT_SUCCESS) {
        return code; /* closing the spool undoes what was begun */
    }
    if (!mx_spool_put_number(spool, "mailing", key_of(options)) ||
        !mx_spool_put_number(spool, "refused", setup->refused) ||
        !mx_spool_put_text(spool, "policy", policy) || !mx_spool_put_text(spool, "sets", sets) ||
        !mx_spool_put_number(spool, "time_scale", setup->config.time_scale) ||
        !mx_spool_put_number(spool, "seed", (int64_t)setup->config.seed) ||
        !mx_spool_put_number(spool, "clock_us", 0) ||
        !mx_spool_put_number(spool, "real_us", mx_wall_clock_real_us()) ||
        !mx_spool_put_number(spool, MX_SEND_START, mx_wall_clock_real_us()) ||
        !mx_spool_commit(spool)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    return MX_EXIT_SUCCESS;
}

/* --- one that is there --- */

static int differs(const char *file, const char *what)
{
    mx_say("spool %s was made with another %s; leave it out to go on, or take another spool", file,
           what);
    return MX_EXIT_INVALID;
}

static int resume_policy(struct mx_send_setup *setup, const struct mx_options *options,
                         struct mx_spool *spool)
{
    char policy[TEXT_MAX], sets[TEXT_MAX], given[TEXT_MAX];
    struct mx_override overrides[TEXT_MAX / 2];
    bool has_policy, has_sets;

    if (!mx_spool_get_text(spool, "policy", policy, sizeof policy, &has_policy) ||
        !mx_spool_get_text(spool, "sets", sets, sizeof sets, &has_sets)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    if (!has_policy || !has_sets) {
        mx_spool_note_damage(spool);
        return mx_send_spool_failed(options->spool, spool);
    }
    if (options->policy != NULL && strcmp(options->policy, policy) != 0) {
        return differs(options->spool, "--policy");
    }
    if (options->override_count > 0 &&
        (!sets_text(options, given, sizeof given) || strcmp(given, sets) != 0)) {
        return differs(options->spool, "--set");
    }
    return load_policy(setup, policy, overrides, sets_of(sets, overrides, TEXT_MAX / 2));
}

static int resume_mailing(struct mx_send_setup *setup, const struct mx_options *options,
                          struct mx_spool *spool, int64_t mailing)
{
    int64_t scale = 0, seed = 0;
    bool has_scale, has_seed, has_refused;

    if (!mx_spool_get_number(spool, "time_scale", &scale, &has_scale) ||
        !mx_spool_get_number(spool, "seed", &seed, &has_seed) ||
        !mx_spool_get_number(spool, "refused", &setup->refused, &has_refused)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    if (scale < 1 || scale > MX_TIME_SCALE_MAX || seed < 0 || !has_refused) {
        mx_spool_note_damage(spool);
        return mx_send_spool_failed(options->spool, spool);
    }
    if ((options->operand_count > 0 || options->generate > 0) && mailing != key_of(options)) {
        return differs(options->spool, "mailing (DIR, --generate, --from or --to)");
    }
    if (options->time_scale > 0 && options->time_scale != scale) {
        return differs(options->spool, "--time-scale");
    }
    if (options->has_seed && options->seed != (uint64_t)seed) {
        return differs(options->spool, "--seed");
    }
    setup->config.time_scale = (uint32_t)scale;
    setup->config.seed = (uint64_t)seed;
    return resume_policy(setup, options, spool);
}

int mx_send_setup_mailing(struct mx_send_setup *setup, const struct mx_options *options,
                          struct mx_spool *spool)
{
    int64_t mailing;
    bool is_there;
    uint64_t recipients, pending, most;
    uint32_t destinations = 0;
    int code;

    if (!mx_spool_get_number(spool, "mailing", &mailing, &is_there)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    if (is_there) {
        code = resume_mailing(setup, options, spool, mailing);
    } else {
        setup->config.time_scale = options->time_scale > 0 ? options->time_scale : 1;
        setup->config.seed = options->has_seed ? options->seed : 1;
        code = make_mailing(setup, options, spool);
    }
    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    if (!mx_spool_count(spool, &recipients, &pending, &destinations)) {
        return mx_send_spool_failed(options->spool, spool);
    }
    most = (uint64_t)setup->config.limits.connections * destinations;
    most = most < recipients ? most : recipients;
    most = most < MX_RELAY_CONNECTIONS_MAX ? most : MX_RELAY_CONNECTIONS_MAX;
    setup->config.smtp.connection_count = most > 0 ? (uint32_t)most : 1;
    return MX_EXIT_SUCCESS;
}
