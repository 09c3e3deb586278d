# SPDX-License-Identifier: GPL-3.0-or-later
# retry-age.gp - at which attempt messages get through that were deferred at first.
#
# Made by `mxsim plot DIR retry-age` from attempts_by_number.csv and summary.json: the program sets
# the variables and data below, then loads this script. By hand, from the folder that holds plots/
# (deliveries by number of the attempt, plain ticks, a key in place of computed labels):
#   gnuplot -c plots/retry-age.gp out/black-friday retries.svg
#
# Data $d1 .. $dN (N = series_count): number of the attempt, share delivered by it; series_colour[],
# series_dash[]; and what canvas.gp and axes.gp read.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (exists('is_prepared')) {
    load plots.'/style.gp'
    load plots.'/canvas.gp'
    load plots.'/axes.gp'
    plot for [i = 1:series_count] '$d'.i using 1:2 with linespoints linewidth 2.0 pointtype 7 \
        pointsize 0.5 linecolor rgb series_colour[i] dashtype series_dash[i] notitle
    unset output
} else {
    hand_kind = 'retries'
    load plots.'/by-hand-numbers.gp'
}
