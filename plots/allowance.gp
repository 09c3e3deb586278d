# SPDX-License-Identifier: GPL-3.0-or-later
# allowance.gp - messages a day that each provider accepts from an address, one panel per provider.
#
# Made by `mxsim plot DIR allowance` from reputation.csv, summary.json and plan.cfg: the program
# sets the variables and data that panels.gp names, then loads this script. By hand, from the folder
# that holds plots/ (plain panels of all addresses):
#   gnuplot -c plots/allowance.gp out/black-friday allowance.svg

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (exists('is_prepared')) {
    load plots.'/style.gp'
    load plots.'/canvas.gp'
    load plots.'/panels.gp'
} else {
    hand_kind = 'allowance'
    load plots.'/by-hand-panels.gp'
}
