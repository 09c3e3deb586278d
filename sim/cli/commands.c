// SPDX-License-Identifier: GPL-3.0-or-later
/* commands.c - the table of commands. See command.h. */
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/schedule.h"
#include "sim/scenario/mistakes.h"

const struct mx_command mx_command_table[MX_COMMAND_COUNT] = {
    [MX_COMMAND_RUN] =
        {
            .id = MX_COMMAND_RUN,
            .name = "run",
            .operands = "SCENARIO",
            .summary = "simulate a scenario",
            .description =
                "Simulates every message of the scenario, as many times as it has replications, "
                "and prints what became of them, how late and why. Ctrl-C ends it without "
                "results. Presets are looked for beside the scenario, then in $MXSIM_PATH, then "
                "among the installed ones.",
            .examples = "mxsim run black-friday.cfg\tprint the tables\n"
                        "mxsim run black-friday.cfg --out out/bf --trace out/bf/trace.csv.zst\t"
                        "keep the results, and every attempt\n"
                        "mxsim run black-friday.cfg --set mta.retry.lifetime=24h "
                        "--replications 5\twhat if messages were given up after a day?\n"
                        "mxsim run reference.cfg --replications auto --precision "
                        "delivered_rate:0.0001\tuntil the delivered rate is known to that\n"
                        "mxsim run black-friday.cfg --json | jq .total.delivered_rate\t"
                        "for other programs\n",
            .operand_count_min = 1,
            .operand_count_max = 1,
            .run = mx_cmd_run,
        },
    [MX_COMMAND_COMPARE] =
        {
            .id = MX_COMMAND_COMPARE,
            .name = "compare",
            .operands = "SCENARIO...",
            .summary = "simulate several scenarios with the same draws: what differs?",
            .description =
                "Simulates each scenario as often as the others, with the same random draws, and "
                "compares each with the first: the mean difference of every metric with its "
                "interval, and in words what differs and what cannot be told apart. Scenarios are "
                "files, or the first file --with other values. --select best finds the best of "
                "many by one metric with a stated probability, and drops the others on the way.",
            .examples =
                "mxsim compare news.cfg --with campaigns.news.window=8h --with "
                "'slow: campaigns.news.window=24h; mta.connections=5'\ttwo what-ifs\n"
                "mxsim compare a.cfg b.cfg --metric providers.gmail.time_to_deliver_p99_s\t"
                "two files, by one provider's delay\n"
                "mxsim compare a.cfg b.cfg --replications auto --precision delivered_rate:0.0005\t"
                "until the difference is known to that\n"
                "mxsim compare a.cfg b.cfg c.cfg --select best --metric deferrals "
                "--indifference 1000\twhich has the fewest deferrals?\n",
            .operand_count_min = 1,
            .operand_count_max = 100,
            .run = mx_cmd_compare,
        },
    [MX_COMMAND_SWEEP] =
        {
            .id = MX_COMMAND_SWEEP,
            .name = "sweep",
            .operands = "STUDY",
            .summary = "simulate a scenario at many settings, into one database",
            .description =
                "Simulates the study's scenario at every point of its design: parameters crossed, "
                "in "
                "step, by Latin hypercube or Sobol sequence. Every replication's metrics go to one "
                "SQLite database. It can be stopped or killed at any moment; the same command goes "
                "on, and the finished database is that of an uninterrupted sweep. A point whose "
                "scenario is not valid is recorded, and the others go on. Under mpirun the "
                "replications are spread over all processes. Ends with 4 where an expectation of "
                "the study fails.",
            .examples = "mxsim sweep ips.cfg --out out/ips\trun it, or go on with it\n"
                        "mxsim plot out/ips\tdraw it\n"
                        "sqlite3 out/ips/sweep.db 'SELECT * FROM wide'\ta row a point\n"
                        "mpirun -n 64 mxsim sweep ips.cfg --out out/ips\tthe same on a cluster\n",
            .operand_count_min = 1,
            .operand_count_max = 1,
            .run = mx_cmd_sweep,
        },
    [MX_COMMAND_PLAN] =
        {
            .id = MX_COMMAND_PLAN,
            .name = "plan",
            .operands = "STUDY",
            .summary = "find the smallest or largest value that meets targets",
            .description =
                "Seeks the smallest or largest value of a parameter of the study at which every "
                "target is met at the stated confidence, with the same random draws at every value "
                "tried: by bisection, and by trying every value where the evidence contradicts "
                "that more is better. Prints the answer, each value tried with its intervals, and "
                "the margin. Ends with 4 where no value meets the targets, and names the target in "
                "the way.",
            .examples = "mxsim plan ips-needed.cfg --out out/ips\thow many addresses?\n"
                        "mxsim plan ips-needed.cfg --set campaigns.promo.recipients=6M\t"
                        "and for half of the mail?\n"
                        "mxsim plan ips-needed.cfg --json | jq .answer.text\t"
                        "for other programs\n",
            .operand_count_min = 1,
            .operand_count_max = 1,
            .run = mx_cmd_plan,
        },
    [MX_COMMAND_SENSITIVITY] =
        {
            .id = MX_COMMAND_SENSITIVITY,
            .name = "sensitivity",
            .operands = "STUDY",
            .summary = "find out which of what is not known moves the answer",
            .description =
                "Moves what is ASSUMED in the study's scenario, and the study's parameters, "
                "through "
                "their ranges, with the same random draws everywhere, and tells on which of them "
                "each metric hangs and on which it does not: by Morris screening, Sobol' indices, "
                "or one at a time. Many values are moved in groups first; then each value of the "
                "most influential groups goes to both its ends.",
            .examples =
                "mxsim sensitivity what-matters.cfg --out out/matters\ton what does it hang?\n"
                "mxsim plot out/matters\tdraw it\n"
                "mxsim sensitivity what-matters.cfg --replications 5\t"
                "and what is more than noise?\n",
            .operand_count_min = 1,
            .operand_count_max = 1,
            .run = mx_cmd_sensitivity,
        },
    [MX_COMMAND_CHECK] =
        {
            .id = MX_COMMAND_CHECK,
            .name = "check",
            .operands = "SCENARIO",
            .summary = "find all mistakes of a scenario, or show its complete plan",
            .description =
                "Prints every mistake as FILE:LINE: KEY: what is wrong, and ends with 3; or the "
                "plan with all presets and defaults filled in, which is itself a scenario, "
                "followed by the list of values that no public source states.",
            .examples = "mxsim check black-friday.cfg\twith sources as comments\n"
                        "mxsim check black-friday.cfg --set mta.connections=5 > plan.cfg\t"
                        "a scenario that depends on no preset\n",
            .operand_count_min = 1,
            .operand_count_max = 1,
            .run = mx_cmd_check,
        },
    [MX_COMMAND_SCHEDULE] =
        {
            .id = MX_COMMAND_SCHEDULE,
            .name = "schedule",
            .operands = "[POLICY...]",
            .summary = "show when retry policies try again and give up",
            .description =
                "Prints the times of all attempts of a message whose every attempt is refused at "
                "once. POLICY is the name of a preset or a file; several are shown side by side, "
                "and --all is the overview of every preset. A real server's policy takes that "
                "server's own names of its settings as well. What a policy draws at random is "
                "shown at the middle of its range, or drawn with --seed. A policy without an end "
                "is cut after 1000 attempts or 400 days.",
            .examples = "mxsim schedule --all\tthe overview of all senders\n"
                        "mxsim schedule bluecore\ta table\n"
                        "mxsim schedule postfix exim kumomta --plot retries.svg\t"
                        "three of them side by side, and a picture\n"
                        "mxsim schedule postfix --set maximal_backoff_time=1h --json\t"
                        "with another setting, for other programs\n",
            .operand_count_min = 0,
            .operand_count_max = MX_SCHEDULES_MAX,
            .run = mx_cmd_schedule,
        },
    [MX_COMMAND_PLOT] =
        {
            .id = MX_COMMAND_PLOT,
            .name = "plot",
            .operands = "RESULTS [KIND]",
            .summary = "draw the results of a run or a study",
            .description =
                "Draws pictures of a folder that mxsim wrote with --out, with gnuplot. KIND is one "
                "of delivered-over-time, attempts-per-minute, deferrals-by-reason, "
                "deferral-heat-map, queue-length, first-attempt, retry-age, reputation, "
                "allowance, warm-up, outcomes; of studies comparison, sweep, tradeoff, plan, "
                "influence, tornado; without it all are drawn that have something to show.",
            .examples =
                "mxsim plot out/black-friday\tall kinds as SVG and PNG, into the same folder\n"
                "mxsim plot out/black-friday retry-age --out retries.pdf\tone kind, for a paper\n"
                "mxsim plot out/black-friday queue-length --format csv --out data\tits data\n"
                "mxsim plot out/black-friday queue-length --terminal\ta look at it here\n"
                "mxsim plot out/ips tradeoff --metric deferrals --metric delivered_rate\t"
                "two metrics of a sweep against each other\n",
            .operand_count_min = 1,
            .operand_count_max = 2,
            .run = mx_cmd_plot,
        },
    [MX_COMMAND_REPORT] =
        {
            .id = MX_COMMAND_REPORT,
            .name = "report",
            .operands = "RESULTS...",
            .summary = "make a page of the results, to hand on",
            .description =
                "Writes one HTML file that needs nothing else: the answer, deliverability per "
                "campaign, provider and address, all pictures, what was assumed, and how to get "
                "it again. RESULTS is what --out named of `run`, `send` or a study (compare, "
                "sweep, "
                "plan, sensitivity); several runs are set side by side, a study has a page of its "
                "own.",
            .examples = "mxsim report out/black-friday --out black-friday.html\tone run\n"
                        "mxsim report out/before out/after --out both.html\ttwo, side by side\n"
                        "mxsim report out/black-friday --out r.html --pictures slides\t"
                        "its pictures as PNG and PDF as well\n",
            .operand_count_min = 1,
            .operand_count_max = 16,
            .run = mx_cmd_report,
        },
    [MX_COMMAND_SEND] =
        {
            .id = MX_COMMAND_SEND,
            .name = "send",
            .operands = "[DIR]",
            .summary = "send real mail with the same scheduler, over SMTP",
            .description =
                "Delivers the messages of DIR (one RFC 5322 message a file), or made ones, to a "
                "relay, and tries what it refuses again as the policy says, until all are "
                "delivered, bounced or expired. The spool keeps everything: after Ctrl-C, a crash "
                "or kill -9 the same command goes on, as --spool FILE alone does. Files that are "
                "no messages are named and left out, and the exit code is then 3. The live view "
                "names no remaining time: what is pending waits for its next try by the clock, "
                "and when the relay will take it is not known.",
            .examples =
                "mxsim send outbox --spool mail.spool --relay 127.0.0.1:25\tevery message of a "
                "folder, to the recipients of its header\n"
                "mxsim send --generate 1000 --from a@example.com --to 'u{n}@example.net' "
                "--spool x.spool --time-scale 600 --out out/x\t72 hours of retries in 7 minutes\n"
                "mxsim send --spool mail.spool\tgo on with what is left\n",
            .operand_count_min = 0,
            .operand_count_max = 1,
            .run = mx_cmd_send,
        },
    [MX_COMMAND_HELP] =
        {
            .id = MX_COMMAND_HELP,
            .name = "help",
            .operands = "[COMMAND]",
            .summary = "show this, or the help of a command",
            .description = "The same as --help after a command.",
            .examples = "mxsim help run\toptions and examples of run\n"
                        "mxsim help --completions bash > ~/.mxsim-completions\tto be sourced by "
                        "~/.bashrc; make install puts them where shells look\n",
            .operand_count_min = 0,
            .operand_count_max = 1,
            .run = mx_cmd_help,
        },
};

const struct mx_command *mx_command_find(const char *name, const char **nearest)
{
    const char *names[MX_COMMAND_COUNT];

    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        names[c] = mx_command_table[c].name;
        if (strcmp(names[c], name) == 0) {
            return &mx_command_table[c];
        }
    }
    *nearest = mx_nearest_name(name, names, MX_COMMAND_COUNT);
    return NULL;
}
