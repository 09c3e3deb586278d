# SPDX-License-Identifier: GPL-3.0-or-later
# by-hand-panels.gp - reputation.csv without the program: a panel per provider, a dot per sample and
# address. Reads what by-hand.gp reads.

load plots.'/by-hand.gp'
load plots.'/style.gp'
set datafile separator comma
hand_column = hand_kind eq 'reputation' ? 4 : 6
hand_columns = int(ceil(sqrt(series_count)))
hand_title = hand_kind eq 'reputation' ? 'Reputation score of each address' : \
    'Messages a day accepted from each address'
set multiplot layout int(ceil(1.0 * series_count / hand_columns)), hand_columns title hand_title
set border 1 linecolor rgb PALE
set xtics auto nomirror textcolor rgb GREY
set ytics auto nomirror textcolor rgb GREY
set xlabel 'hours since the start'
if (hand_kind eq 'reputation') { set yrange [0:1] } else { set logscale y; set yrange [1:*] }
do for [i = 1:series_count] {
    set title word(hand_names, i)
    # the last, pale point keeps a panel without limits from being empty
    hand_name = word(hand_names, i)
    plot hand_csv using ($1 / 3600):(strcol(2) eq hand_name ? column(hand_column) : NaN) skip 1 \
            with points pointtype 7 pointsize 0.2 linecolor rgb series_colour[i] notitle, \
         '+' using (0):(hand_kind eq 'reputation' ? 1 : 10) every ::::0 with points \
            pointtype 7 pointsize 0.1 linecolor rgb PALE notitle
}
unset multiplot
unset output
