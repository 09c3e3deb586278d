# SPDX-License-Identifier: GPL-3.0-or-later
# axes.gp - the frame of a picture with one plot area: margins, ranges, ticks, a light grid.
#
# Reads area_left, area_right, area_bottom, area_top (pixels), x_min, x_max, y_min, y_max,
# x_tick_count, x_tick_at[], x_tick_text[], the same for y, and x_title.

set lmargin at screen area_left / 960.0
set rmargin at screen area_right / 960.0
set bmargin at screen area_bottom / 600.0
set tmargin at screen area_top / 600.0
set xrange [x_min:x_max] noextend
set yrange [y_min:y_max] noextend
set border 1 back linecolor rgb PALE linewidth 1.2
set xtics () nomirror out scale 0.5 offset 0,0.1 textcolor rgb GREY
do for [k = 1:x_tick_count] { set xtics add (x_tick_text[k] x_tick_at[k]) }
set ytics () nomirror scale 0 textcolor rgb GREY
do for [k = 1:y_tick_count] { set ytics add (y_tick_text[k] y_tick_at[k]) }
set grid ytics back linetype 1 linecolor rgb GRID linewidth 1
