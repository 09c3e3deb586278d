# SPDX-License-Identifier: GPL-3.0-or-later
# schedule.gp - when retry policies try a message whose every attempt is refused: a row per policy.
#
# Made by `mxsim schedule NAME... --plot FILE` alone: the program computes all marks and texts, a
# canvas (see canvas.gp), then loads this script.

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
