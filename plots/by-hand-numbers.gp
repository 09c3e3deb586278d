# SPDX-License-Identifier: GPL-3.0-or-later
# by-hand-numbers.gp - attempts_by_number.csv without the program. Reads what by-hand.gp reads.

load plots.'/by-hand.gp'
load plots.'/style.gp'
set datafile separator comma
set border 3 linecolor rgb PALE
set xtics auto nomirror textcolor rgb GREY
set ytics auto nomirror textcolor rgb GREY
set grid ytics linetype 1 linecolor rgb GRID linewidth 1
set key outside right top textcolor rgb INK
if (hand_kind eq 'first') {
    set title 'Share of first attempts that is accepted'
    set yrange [0:1]
    set xrange [0:series_count + 1]
    set xtics ()
    do for [i = 1:series_count] { set xtics add (word(hand_names, i) i) }
    unset key
    plot for [i = 1:series_count] hand_csv \
        using (i):($1 == 1 && strcol(2) eq word(hand_names, i) ? $4 / $3 : NaN) skip 1 \
        with impulses linewidth 24 linecolor rgb series_colour[i] notitle
} else {
    set title 'Messages delivered, by number of the attempt'
    set xlabel 'attempt'
    set logscale y
    plot for [i = 1:series_count] hand_csv \
        using 1:(strcol(2) eq word(hand_names, i) && $4 > 0 ? $4 : NaN) skip 1 \
        with points pointtype 7 pointsize 0.6 linecolor rgb series_colour[i] \
        title word(hand_names, i)
}
unset output
