# SPDX-License-Identifier: GPL-3.0-or-later
# by-hand-outcomes.gp - undelivered shares per provider without the program: sums of timeseries.csv.

hand_kind = 'outcomes'
load plots.'/by-hand.gp'
array hand_sum[3 * series_count]
array hand_sent[series_count]
do for [i = 1:series_count] {
    stats hand_csv using (strcol(2) eq word(hand_names, i) ? $3 : 0) skip 1 nooutput
    hand_sent[i] = STATS_sum
    do for [o = 1:3] {
        stats hand_csv using (strcol(2) eq word(hand_names, i) ? column(5 + o) : 0) skip 1 nooutput
        hand_sum[3 * (i - 1) + o] = hand_sent[i] > 0 ? 100.0 * STATS_sum / hand_sent[i] : 0
    }
}
load plots.'/style.gp'
set print $hand_bars
do for [i = 1:series_count] {
    hand_left = 0.0
    do for [o = 1:3] {
        print hand_left, hand_left + hand_sum[3 * (i - 1) + o], i, o
        hand_left = hand_left + hand_sum[3 * (i - 1) + o]
    }
}
set print
array hand_colour[3] = [0xD55E00, 0xCC8FC0, 0x0072B2]
set title 'Not delivered, in % of sent'
set border 1 linecolor rgb PALE
set xtics auto nomirror textcolor rgb GREY
set ytics nomirror scale 0 textcolor rgb INK
set ytics ()
do for [i = 1:series_count] { set ytics add (word(hand_names, i) i) }
set xrange [0:*]
set yrange [series_count + 0.6:0.4]
set key outside right top
plot for [o = 1:3] $hand_bars using (0.5 * ($1 + $2)):3:1:2:($3 - 0.35):($3 + 0.35) \
    every 3::(o - 1) with boxxyerror fillcolor rgb hand_colour[o] fillstyle solid 1.0 noborder \
    title word('hard-bounced soft:rejected soft:expired', o)
unset output
