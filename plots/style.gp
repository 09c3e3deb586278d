# SPDX-License-Identifier: GPL-3.0-or-later
# style.gp - the look that all pictures share: terminal, font, colours. Loaded by each script first.
#
# Reads the variables
#   picture_format   'svg' (960 x 600), 'png' (1920 x 1200) or 'pdf' (8 x 5 inches)
#   picture_file     the file to write
# No text is "enhanced": the names in a picture are a user's and may hold any character.

set encoding utf8
set decimalsign '.'
set datafile separator whitespace
FONT = 'DejaVu Sans'
FONT_BOLD = exists('is_prepared') || picture_format ne 'svg' ? 'DejaVu Sans:Bold' : 'DejaVu Sans'
if (picture_format eq 'png') {
    set terminal pngcairo size 1920,1200 noenhanced background 'white' \
        font FONT.',9.75' fontscale 2 linewidth 2 pointscale 2 dashlength 1
} else { if (picture_format eq 'pdf') {
    set terminal pdfcairo size 8in,5in noenhanced color background 'white' \
        font FONT.',7.8' fontscale 1 linewidth 1.2 pointscale 0.5 dashlength 0.6
} else {
    set terminal svg size 960,600 fixed noenhanced background 'white' font FONT.',13' \
        linewidth 1 dashlength 1
} }
set output picture_file

if (!exists('series_titles')) { series_titles = '' } # words, for a key by hand

INK = 0x1A1A1A
GREY = 0x555555
PALE = 0xB8B8B8
GRID = 0xE4E4E4

# 1 solid; 2 the dashes of the fifth line on; 3 guides; 4 marks
set dashtype 2 (7,2)
set dashtype 3 (1.5,3)
set dashtype 4 (4,3)

unset key
unset border
unset xtics
unset ytics
unset colorbox
