# SPDX-License-Identifier: GPL-3.0-or-later
# deferral-heat-map.gp - deferrals of each provider in each hour, as coloured cells.
#
# Made by `mxsim plot DIR deferral-heat-map` from timeseries.csv and summary.json: the program sets
# the variables and data below, then loads this script. By hand, from the folder that holds plots/
# (a cell an interval of the file, a colour box in place of the key):
#   gnuplot -c plots/deferral-heat-map.gp out/black-friday heat.svg
#
# Data $d1: begin and end in s since the start, row from below, number of the colour; cell_count;
# level_colour[]; and what canvas.gp and axes.gp read.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (!exists('is_prepared')) {
    hand_kind = 'heat'
    hand_title = 'Deferrals by provider, per bin'
    hand_x_title = 'hours since the start'
    load plots.'/by-hand.gp'
}
load plots.'/style.gp'
load plots.'/canvas.gp'
load plots.'/axes.gp'
unset grid
if (!exists('is_prepared')) {
    load plots.'/by-hand-axes.gp'
    unset key
    set yrange [0.5:series_count + 0.5]
    set ytics ()
    do for [i = 1:series_count] { set ytics add (word(hand_names, i) i) }
    set palette defined (0 '#FDE725', 1 '#28AE80', 2 '#3B528B', 3 '#440154')
    set colorbox
    set logscale cb
    set rmargin at screen 0.86
    plot for [i = 1:series_count] '$d'.i using 1:(i):($2 > 0 ? $2 : NaN) with points \
        pointtype 5 pointsize 1 linecolor palette
} else { if (cell_count > 0) {
    plot $d1 using (0.5 * ($1 + $2)):3:1:2:($3 - 0.46):($3 + 0.46):(level_colour[int($4)]) \
        with boxxyerror fillstyle solid 1.0 noborder linecolor rgb variable
} else {
    plot -1 notitle
} }
unset output
