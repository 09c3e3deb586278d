# SPDX-License-Identifier: GPL-3.0-or-later
# terminal.gp - any kind of picture in characters, for `mxsim plot DIR KIND --terminal`.
#
# Reads text_columns, text_rows; terminal_form: 'lines' ($d1 .. $dN, N = series_count, the column
# terminal_column against the first, series_title[]), 'panels' (lines panel_first[p] to
# panel_last[p] under panel_title[p]; with panel_low[p], panel_high[p] each has a scale of its own,
# and series_title[]), 'bars' ($d1: value, place, and with terminal_has_from its begin; y ticks
# name the places, terminal_unit), 'points' ($d1 all, $d2 the marked, x_title, y_title), 'cells'
# ($d1 as in deferral-heat-map.gp; digits for colours); x_min, x_max, y_min, y_max, ticks as in
# axes.gp; y_is_log. The program prints the headline.

set encoding utf8
set decimalsign '.'
set terminal dumb size text_columns, text_rows noenhanced mono
set output picture_file
set border 3
set tics nomirror
set key outside bottom center horizontal
if (!exists('x_min')) { x_min = 0 }
if (!exists('y_min')) { y_min = 0 }
if (!exists('y_is_log')) { y_is_log = 0 }
set xrange [x_min:x_max] noextend
set yrange [y_min:y_max] noextend
if (exists('x_tick_count')) {
    set xtics ()
    do for [k = 1:x_tick_count] { set xtics add (x_tick_text[k] x_tick_at[k]) }
}
if (exists('y_tick_count') && terminal_form ne 'panels') {
    set ytics ()
    do for [k = 1:y_tick_count] { set ytics add (y_tick_text[k] y_tick_at[k]) }
}
if (y_is_log) { set logscale y 10 }
if (terminal_form eq 'lines') {
    if (exists('x_is_log')) { set logscale x 10 }
    plot for [i = 1:series_count] '$d'.i using 1:terminal_column with lines title series_title[i]
}
if (terminal_form eq 'bars') {
    unset key
    set xlabel terminal_unit
    if (exists('terminal_has_from')) {
        plot $d1 using 3:2:($1-$3):(0) with vectors nohead
    } else {
        plot $d1 using (0):2:1:(0) with vectors nohead
    }
}
if (terminal_form eq 'points') {
    set xlabel x_title
    set title y_title
    set xrange [x_min - 0.02 * (x_max - x_min):x_max] # room for marks at the edge
    set yrange [y_min - 0.04 * (y_max - y_min):y_max]
    plot $d1 using 1:2 with points pointtype '.' title 'points', \
        $d2 using 1:2 with points pointtype 'O' title 'beaten by none'
}
if (terminal_form eq 'cells') {
    unset key
    terminal_step = (x_max - x_min) / (text_columns - 20.0)
    do for [i = 1:|$d1|] {
        terminal_from = real(word($d1[i], 1))
        terminal_to = real(word($d1[i], 2))
        do for [k = 0:int((terminal_to - terminal_from) / terminal_step)] {
            set label word($d1[i], 4) at terminal_from + k * terminal_step, real(word($d1[i], 3))
        }
    }
    plot y_min - 1 notitle
}
if (terminal_form eq 'panels') {
    unset key
    terminal_drawn = 0
    do for [p = 1:panel_count] {
        set title panel_title[p]
        if (panel_last[p] >= panel_first[p]) {
            terminal_drawn = terminal_drawn + 1
            if (exists('panel_low')) {
                set yrange [panel_low[p]:panel_high[p]] noextend
                if (panel_last[p] > panel_first[p]) { set key }
                if (exists('x_is_log')) { set logscale x 10 }
                plot for [i = panel_first[p]:panel_last[p]] '$d'.i using 1:2 with linespoints \
                    title series_title[i]
            } else {
                plot for [i = panel_first[p]:panel_last[p]] '$d'.i using 1:2 with lines
            }
        }
    }
    if (terminal_drawn == 0) {
        set title 'nothing to show'
        plot y_min - 1
    }
}
unset output
