# SPDX-License-Identifier: GPL-3.0-or-later
# queue-length.gp - undecided messages over time, one line per provider.
#
# Made by `mxsim plot DIR queue-length` from timeseries.csv and summary.json: the program sets the
# variables and data below, then loads this script. By hand, from the folder that holds plots/
# (plain ticks, a key in place of computed labels):
#   gnuplot -c plots/queue-length.gp out/black-friday queue.svg
#
# Data $d1 .. $dN (N = series_count): time in s since the start, messages; series_colour[],
# series_dash[]; peak_count, peak_at[], peak_height[], peak_colour[]: a dot on each peak; and what
# canvas.gp and axes.gp read.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (!exists('is_prepared')) {
    hand_kind = 'queue'
    hand_title = 'Undecided messages by provider'
    hand_x_title = 'hours since the start'
    load plots.'/by-hand.gp'
}
load plots.'/style.gp'
load plots.'/canvas.gp'
load plots.'/axes.gp'
if (!exists('is_prepared')) { load plots.'/by-hand-axes.gp' }
do for [k = 1:peak_count] {
    set object 9000 + k circle at peak_at[k], peak_height[k] size screen 0.0036 front \
        fillcolor rgb peak_colour[k] fillstyle solid 1.0 border linecolor rgb 0xFFFFFF
}
plot for [i = 1:series_count] '$d'.i using 1:2 with lines linewidth 2.0 \
    linecolor rgb series_colour[i] dashtype series_dash[i] title word(series_titles, i)
unset output
