# SPDX-License-Identifier: GPL-3.0-or-later
# by-hand-axes.gp - title, gnuplot's own ticks and a key, for scripts called without the program.

set title hand_title offset 0,0.5
set xlabel hand_x_title
set xtics auto
set ytics auto
set key outside right top reverse Left
if (hand_kind ne 'delivered') {
    set xrange [0:*]
    set yrange [0:*]
}
