# SPDX-License-Identifier: GPL-3.0-or-later
# first-attempt.gp - how the first attempts ended: accepted, deferred, rejected; a bar per provider.
#
# Made by `mxsim plot DIR first-attempt` from attempts_by_number.csv and summary.json: the program
# computes a canvas of texts and bars (see canvas.gp), then loads this script. By hand, from the
# folder that holds plots/ (plain bars of shares):
#   gnuplot -c plots/first-attempt.gp out/black-friday first.svg

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (exists('is_prepared')) {
    load plots.'/style.gp'
    load plots.'/canvas.gp'
    set lmargin at screen 0
    set rmargin at screen 1
    set bmargin at screen 0
    set tmargin at screen 1
    set xrange [0:1]
    set yrange [0:1]
    plot 2 notitle
    unset output
} else {
    hand_kind = 'first'
    load plots.'/by-hand-numbers.gp'
}
