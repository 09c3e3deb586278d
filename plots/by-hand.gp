# SPDX-License-Identifier: GPL-3.0-or-later
# by-hand.gp - for scripts called without the program: reads the CSV files of a result folder as
# they are and sets what the program would set, in a plain form.
#
# Reads dir (the result folder), picture_file (its name ending in .svg, .png or .pdf), hand_kind.
# Names of providers must not hold blanks. Data may have gaps where nothing happened: lines run
# across them.

if (!exists('dir')) {
    print 'Say which result folder, as the script tells at its top: gnuplot -c SCRIPT DIR FILE'
    exit status 2
}
if (!exists('picture_file')) { picture_file = hand_kind.'.svg' }
hand_length = strlen(picture_file)
hand_ending = hand_length > 4 ? picture_file[hand_length - 2:] : ''
picture_format = hand_ending eq 'png' || hand_ending eq 'pdf' ? hand_ending : 'svg'
hand_csv = dir.'/timeseries.csv'
if (hand_kind eq 'delivered') { hand_csv = dir.'/delivered_by_age.csv' }
if (hand_kind eq 'reputation' || hand_kind eq 'allowance') { hand_csv = dir.'/reputation.csv' }

if (hand_kind eq 'first' || hand_kind eq 'retries') { hand_csv = dir.'/attempts_by_number.csv' }
if (hand_kind eq 'warm_up') { hand_csv = dir.'/warm_up.csv' }

set encoding utf8
set datafile separator comma
hand_names = ' '
hand_new(name) = name eq 'total' || strstrt(hand_names, ' '.name.' ') > 0 ? 0 : 1
hand_add(name) = (hand_names = hand_names.name.' ', 1)
stats hand_csv using (hand_new(strcol(2)) ? hand_add(strcol(2)) : 0) skip 1 nooutput
series_titles = hand_names
series_count = words(hand_names)
if (hand_kind eq 'deferrals') {
    series_titles = 'outage connections rate spike reputation '. \
        'capacity greylist content mailbox_full'
    series_count = 9
}

if (hand_kind eq 'attempts') {
    series_titles = 'delivered hard-bounced soft-bounced deferred'
    series_count = 4
    array hand_outcome[4] = [5, 6, 7, 9]
}

array hand_palette[9] = [0x0072B2, 0x009E73, 0xD55E00, 0xAA4499, 0xE69F00, \
    0x56B4E9, 0x882255, 0x555555, 0xBBBBBB]
array series_colour[series_count]
array series_dash[series_count]
array series_width[series_count]
do for [i = 1:series_count] {
    series_colour[i] = hand_palette[(i - 1) % 9 + 1]
    series_dash[i] = i > 4 ? 2 : 1
    series_width[i] = 2
}
do for [i = 1:series_count] {
    if (hand_kind eq 'delivered') {
        eval sprintf('set table $d%d', i)
        plot hand_csv using 1:3:4:5 skip 1 with table if (strcol(2) eq word(hand_names, i))
    }
    if (hand_kind eq 'queue') {
        eval sprintf('set table $d%d', i)
        plot hand_csv using ($1 / 3600):19 skip 1 with table if (strcol(2) eq word(hand_names, i))
    }
    if (hand_kind eq 'heat') {
        eval sprintf('set table $d%d', i)
        plot hand_csv using ($1 / 3600):9 skip 1 with table if (strcol(2) eq word(hand_names, i))
    }
    if (hand_kind eq 'attempts') {
        eval sprintf('set table $d%d', i)
        plot hand_csv using ($1 / 3600):(i == 1 ? 0 : sum [k = 1:i - 1] column(hand_outcome[k])): \
            (sum [k = 1:i] column(hand_outcome[k])) skip 1 with table if (strcol(2) eq 'total')
    }
    if (hand_kind eq 'deferrals') {
        eval sprintf('set table $d%d', i)
        plot hand_csv using ($1 / 3600):(sum [k = 10:8 + i] column(k)): \
            (sum [k = 10:9 + i] column(k)) skip 1 with table if (strcol(2) eq 'total')
    }
    unset table
}

note_count = 0
stroke_count = 0
box_count = 0
peak_count = 0
mark_count = 0
x_tick_count = 0
y_tick_count = 0
area_left = 80
area_right = 780
area_bottom = 70
area_top = 530
x_min = 1
x_max = 259200
y_min = 0
y_max = 1
