# SPDX-License-Identifier: GPL-3.0-or-later
# outcomes.gp - what became of the sent messages of each provider: delivered, bounced, expired ...
#
# Made by `mxsim plot DIR outcomes` from summary.json: the program computes the table, a canvas of
# texts and bars (see canvas.gp), then loads this script. By hand, from the folder that holds plots/
# (plain bars of shares, from timeseries.csv):
#   gnuplot -c plots/outcomes.gp out/black-friday outcomes.svg

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
    load plots.'/by-hand-outcomes.gp'
}
