# SPDX-License-Identifier: GPL-3.0-or-later
# delivered-over-time.gp - share of sent messages that is delivered, by age, one line per provider.
#
# Made by `mxsim plot DIR delivered-over-time` from delivered_by_age.csv and summary.json: the
# program sets the variables and data below, then loads this script. By hand, from the folder that
# holds plots/ (plain ticks, a key in place of computed labels):
#   gnuplot -c plots/delivered-over-time.gp out/black-friday delivered.svg
#
# Data $d1 .. $dN (N = series_count): age in s, share, low and high end of the band; colours, dash
# types and widths in series_colour[], series_dash[], series_width[]; mark_count, mark_at[]: ages
# with a dashed line; and what canvas.gp and axes.gp read. After `mxsim run --uncertain` what
# panels.gp reads: a panel per provider, in which a dark band is of chance alone and a light one of
# chance and what is not known.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (!exists('is_prepared')) {
    hand_kind = 'delivered'
    hand_title = 'Delivered share of sent messages by age'
    hand_x_title = 'age in s (log scale)'
    load plots.'/by-hand.gp'
}
load plots.'/style.gp'
load plots.'/canvas.gp'
if (exists('panel_count')) {
    load plots.'/panels.gp'
} else {
    load plots.'/axes.gp'
    set logscale x 10
    if (!exists('is_prepared')) { load plots.'/by-hand-axes.gp' }
    do for [k = 1:mark_count] {
        set arrow 9000 + k from mark_at[k], graph 0 to mark_at[k], graph 1 nohead back \
            linewidth 1 linecolor rgb PALE dashtype 4
    }
    plot for [i = 1:series_count] '$d'.i using 1:3:4 with filledcurves \
            fillcolor rgb series_colour[i] fillstyle transparent solid 0.18 noborder notitle, \
         for [i = 1:series_count] '$d'.i using 1:2 with lines linewidth series_width[i] \
            linecolor rgb series_colour[i] dashtype series_dash[i] title word(series_titles, i)
}
unset output
