# SPDX-License-Identifier: GPL-3.0-or-later
# whole-canvas.gp - a picture all of whose marks and texts the program has computed, a canvas (see
# canvas.gp): retry policies (`mxsim schedule --plot`), answers and sweeps of studies.

load plots.'/style.gp'
load plots.'/canvas.gp'
set lmargin at screen 0
set rmargin at screen 1
set bmargin at screen 0
set tmargin at screen 1
set xrange [0:1]
set yrange [0:1]
plot 2 notitle
unset output
