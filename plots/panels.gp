# SPDX-License-Identifier: GPL-3.0-or-later
# panels.gp - the drawing of reputation.gp and allowance.gp: one panel per provider.
#
# Reads panel_count, panel_left[], panel_right[], panel_bottom[], panel_top[] (pixels), x_min,
# x_max, y_min, y_max, y_is_log; lines $d<i> (time in s, value) of panel p: i = panel_first[p] to
# panel_last[p], with series_colour[], series_width[]; areas $a<i> (time, low, high) with
# area_panel[], area_colour[]. What canvas.gp draws lies under them all.

set multiplot
set lmargin at screen 0
set rmargin at screen 1
set bmargin at screen 0
set tmargin at screen 1
set xrange [0:1]
set yrange [0:1]
plot 2 notitle
unset label
unset object
unset arrow
set xrange [x_min:x_max] noextend
set yrange [y_min:y_max] noextend
if (y_is_log) { set logscale y 10 }
do for [p = 1:panel_count] {
    set lmargin at screen panel_left[p] / 960.0
    set rmargin at screen panel_right[p] / 960.0
    set bmargin at screen panel_bottom[p] / 600.0
    set tmargin at screen panel_top[p] / 600.0
    do for [i = 1:area_count] {
        if (area_panel[i] == p) {
            plot '$a'.i using 1:2:3 with filledcurves fillcolor rgb area_colour[i] \
                fillstyle solid 1.0 noborder notitle
        }
    }
    if (panel_last[p] >= panel_first[p]) {
        plot for [i = panel_first[p]:panel_last[p]] '$d'.i using 1:2 with lines \
            linewidth series_width[i] linecolor rgb series_colour[i] notitle
    }
}
unset multiplot
unset output
