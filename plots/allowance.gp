# SPDX-License-Identifier: GPL-3.0-or-later
# allowance.gp - messages a day that each provider accepts from an address, one panel per provider.
#
# Made by `mxsim plot DIR allowance` from reputation.csv, summary.json and plan.cfg: the program
# sets the variables and data that panels.gp names, then loads this script. By hand, from the folder
# that holds plots/ (plain panels of all addresses):
#   gnuplot -e "dir='out/black-friday'; picture_file='allowance.svg'" plots/allowance.gp

if (!exists('plots')) { plots = 'plots' }
if (exists('is_prepared')) {
    load plots.'/style.gp'
    load plots.'/canvas.gp'
    load plots.'/panels.gp'
} else {
    hand_kind = 'allowance'
    load plots.'/by-hand-panels.gp'
}
