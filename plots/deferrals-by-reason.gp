# SPDX-License-Identifier: GPL-3.0-or-later
# deferrals-by-reason.gp - deferrals of all providers over time, one stacked area per reason.
#
# Made by `mxsim plot DIR deferrals-by-reason` from timeseries.csv and summary.json: the program
# sets the variables and data below, then loads this script. By hand, from the folder that holds
# plots/ (plain ticks, a key in place of computed labels):
#   gnuplot -c plots/deferrals-by-reason.gp out/black-friday deferrals.svg
#
# Data $d1 .. $dN (N = series_count): time in s since the start, lower and upper edge of the area;
# series_colour[]; and what canvas.gp and axes.gp read.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (!exists('is_prepared')) {
    hand_kind = 'deferrals'
    hand_title = 'Deferrals by reason, all providers, per bin'
    hand_x_title = 'hours since the start'
    load plots.'/by-hand.gp'
}
load plots.'/style.gp'
load plots.'/canvas.gp'
load plots.'/axes.gp'
if (!exists('is_prepared')) { load plots.'/by-hand-axes.gp' }
plot for [i = 1:series_count] '$d'.i using 1:2:3 with filledcurves \
    fillcolor rgb series_colour[i] fillstyle solid 1.0 noborder title word(series_titles, i)
unset output
