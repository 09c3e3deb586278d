# SPDX-License-Identifier: GPL-3.0-or-later
# canvas.gp - draws the texts, strokes and boxes whose places the program has computed, in pixels of
# a picture of 960 x 600 from its lower left corner: the arrays note_*, stroke_*, box_*.
# Colours are 0xTTRRGGBB, TT = transparency. Fonts are given in pixels.

# pngcairo and pdfcairo count in points: 960 px are 8 inches in a PDF
size_factor = picture_format eq 'png' ? 0.75 : picture_format eq 'pdf' ? 0.6 : 1.0
do for [k = 1:box_count] {
    set object k rectangle \
        from screen box_x1[k] / 960.0, screen box_y1[k] / 600.0 \
        to screen box_x2[k] / 960.0, screen box_y2[k] / 600.0 \
        behind fillcolor rgb box_colour[k] fillstyle solid 1.0 noborder
}
do for [k = 1:stroke_count] {
    set arrow k \
        from screen stroke_x1[k] / 960.0, screen stroke_y1[k] / 600.0 \
        to screen stroke_x2[k] / 960.0, screen stroke_y2[k] / 600.0 \
        nohead back linewidth stroke_width[k] linecolor rgb stroke_colour[k] dashtype stroke_dash[k]
}
do for [k = 1:note_count] {
    note_font = sprintf('%s,%g', note_bold[k] ? FONT_BOLD : FONT, note_size[k] * size_factor)
    if (note_turned[k]) {
        set label k note_text[k] at screen note_x[k] / 960.0, screen note_y[k] / 600.0 \
            center rotate by 90 front font note_font textcolor rgb note_colour[k]
    } else { if (note_align[k] == 0) {
        set label k note_text[k] at screen note_x[k] / 960.0, screen note_y[k] / 600.0 \
            left front font note_font textcolor rgb note_colour[k]
    } else { if (note_align[k] == 1) {
        set label k note_text[k] at screen note_x[k] / 960.0, screen note_y[k] / 600.0 \
            center front font note_font textcolor rgb note_colour[k]
    } else {
        set label k note_text[k] at screen note_x[k] / 960.0, screen note_y[k] / 600.0 \
            right front font note_font textcolor rgb note_colour[k]
    } } }
}
