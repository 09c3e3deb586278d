# SPDX-License-Identifier: GPL-3.0-or-later
# warm-up.gp - what the warm-up plan allows on each day, and what was sent of it.
#
# Made by `mxsim plot DIR warm-up` from warm_up.csv and summary.json: the program sets the variables
# and data below, then loads this script. By hand, from the folder that holds plots/ (a point a day
# and address):
#   gnuplot -c plots/warm-up.gp out/warm-up warm-up.svg
#
# Data $d1: day, messages sent; $d2: day and limit, two points a day; series_count: 2 with a plan,
# 1 without; series_colour[]; and what canvas.gp and axes.gp read.

if (!exists('dir') && exists('ARG1') && strlen(ARG1) > 0) { dir = ARG1 }
if (!exists('picture_file') && exists('ARG2') && strlen(ARG2) > 0) { picture_file = ARG2 }
if (!exists('plots')) { plots = 'plots' }
if (exists('is_prepared')) {
    load plots.'/style.gp'
    load plots.'/canvas.gp'
    load plots.'/axes.gp'
    set logscale y 10
    set boxwidth 0.72
    if (series_count == 2) {
        plot $d1 using 1:2 with boxes fillstyle solid 0.45 noborder \
                linecolor rgb series_colour[1] notitle, \
            $d2 using 1:2 with lines linewidth 2.2 linecolor rgb series_colour[2] notitle
    } else {
        plot y_min / 2 notitle
    }
} else {
    hand_kind = 'warm_up'
    load plots.'/by-hand.gp'
    load plots.'/style.gp'
    set datafile separator comma
    set border 3 linecolor rgb PALE
    set xtics auto nomirror textcolor rgb GREY
    set ytics auto nomirror textcolor rgb GREY
    set logscale y
    set key top left textcolor rgb INK
    set title 'Warm-up: planned and sent per address'
    set xlabel 'day'
    plot hand_csv using 1:4 skip 1 with points pointtype 7 linecolor rgb 0x0072B2 title 'sent', \
        hand_csv using 1:3 skip 1 with points pointtype 2 linecolor rgb 0xD55E00 title 'plan'
}
unset output
