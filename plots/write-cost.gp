# SPDX-License-Identifier: MIT
# What does one write cost? One row per strategy: median, interval and rounds;
# below, a small panel for each other slice of the run.
CHART = "write-cost"
NEED = "strategy kind status reason slice n median_ns low_ns high_ns". \
	" rounds_ns ratio ratio_low ratio_high added_ns"
NUMBERS = "n median_ns low_ns high_ns ratio ratio_low ratio_high added_ns"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# The rows of the main slice, and of each other one.
is_main(r) = (S(r, c_slice) eq "-")
NMAIN = sum [r=1:NROW] is_main(r)
NSLICE = 0
array SLICE[NROW]
array SLICE_OF[NROW]
do for [R=1:NROW] {
	SLICE_OF[R] = 0
	if (!is_main(R)) {
		do for [I=1:NSLICE] {
			if (SLICE[I] eq S(R, c_slice)) { SLICE_OF[R] = I }
		}
		if (!SLICE_OF[R]) {
			NSLICE = NSLICE + 1
			SLICE[NSLICE] = S(R, c_slice)
			SLICE_OF[R] = NSLICE
		}
	}
}
if (NMAIN == 0) {
	print CHART.": ".DATA.": no row of the main slice ('-')"
	exit status 2
}

# Order: candidates, controls, floors; the cheapest first, the absent last.
array KEY[NROW]
array ORDER[NMAIN]
I = 0
do for [R=1:NROW] {
	KEY[R] = 1e12 * kind_rank(R) + default(N(R, c_median_ns), 1e11)
	if (is_main(R)) { I = I + 1; ORDER[I] = R }
}
load HERE."lib/sort.gp"

# A heading above each kind, rows of 24 pixels.
ROW_PX = 24
array Y[NROW]
Y_AT = 0
LAST = -1
HEADINGS = 0
array HEADING_Y[3]
array HEADING_TEXT[3]
do for [I=1:NMAIN] {
	R = ORDER[I]
	if (kind_rank(R) != LAST) {
		LAST = kind_rank(R)
		HEADINGS = HEADINGS + 1
		HEADING_Y[HEADINGS] = Y_AT + 1
		HEADING_TEXT[HEADINGS] = \
			word("candidates controls floors", LAST + 1)
		Y_AT = Y_AT + 1
	}
	Y_AT = Y_AT + 1
	Y[R] = Y_AT
}

LO = 1e30
HI = 0.0
do for [R=1:NROW] {
	if (is_main(R) && N(R, c_median_ns) > 0) {
		LO = min(LO, N(R, c_median_ns))
		HI = max(HI, N(R, c_median_ns))
		HI = max(HI, default(N(R, c_high_ns), 0))
		if (N(R, c_low_ns) > 0) { LO = min(LO, N(R, c_low_ns)) }
		if (S(R, c_rounds_ns) ne "-") {
			do for [VALUE in S(R, c_rounds_ns)] {
				if (number(VALUE) > 0) {
					LO = min(LO, number(VALUE))
					HI = max(HI, number(VALUE))
				}
			}
		}
	}
}
if (HI == 0) { LO = 1.0; HI = 10.0 }
LO = LO / 1.25
HI = HI * 1.25
if (HI / LO < 4) { HI = HI * 2; LO = LO / 2 }

# The other slices, three panels side by side, their rows in the same order:
# whoever has a number in one of them.
array SMALL[NSTRAT]
NSMALL = 0
do for [I=1:NMAIN] {
	R = ORDER[I]
	if (sum [q=1:NROW] (SLICE_OF[q] > 0 && name(q) eq name(R))) {
		NSMALL = NSMALL + 1
		SMALL[NSMALL] = R
	}
}
# Those that the main slice lacks.
do for [I=1:NSTRAT] {
	R = FIRST[I]
	if (!is_main(R)) {
		NSMALL = NSMALL + 1
		SMALL[NSMALL] = R
	}
}
SMALL_ROW = 15
SMALL_COLUMNS = 3
SMALL_H = SMALL_ROW * NSMALL + 56
SMALL_ROWS = ceil(NSLICE / real(SMALL_COLUMNS))

LEFT_PX = 30 + max(90, CHAR_PX * LONGEST)
WIDTH = max(1000, LEFT_PX + 800)
MAIN_H = 76 + ROW_PX * (Y_AT + 1)
HEIGHT = MAIN_H + (NSLICE ? 44 + SMALL_H * SMALL_ROWS : 0)
load HERE."lib/style.gp"
RIGHT_PX = WIDTH - 340
set multiplot
set lmargin at screen SX(LEFT_PX)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(10)
set bmargin at screen SY(MAIN_H - 56)
set logscale x
set xrange [LO:HI]
set yrange [Y_AT + 0.7:0.3]
AXIS = "x"
AXIS_PX = RIGHT_PX - LEFT_PX
UNIT_NS = 1
load HERE."lib/logtics.gp"
set xlabel "writer's cost of an event, log scale" offset 0, 0.4 \
	tc rgb INK font ",12"
set border 1
set errorbars 2
unset ytics
set grid xtics noytics

HEAD_AT = HEADING_Y[1]
set label "ns/event" at screen SX(RIGHT_PX + 60), first HEAD_AT right \
	tc rgb SOFT font ",10"
set label "+ ns" at screen SX(RIGHT_PX + 124), first HEAD_AT right \
	tc rgb SOFT font ",10"
set label "ratio to unsync" at screen SX(RIGHT_PX + 140), first HEAD_AT left \
	tc rgb SOFT font ",10"
set label "rounds" at screen SX(WIDTH - 14), first HEAD_AT right \
	tc rgb SOFT font ",10"
do for [I=1:HEADINGS] {
	set label HEADING_TEXT[I] at screen SX(LEFT_PX - 10), \
		first HEADING_Y[I] right tc rgb SOFT font ",10"
	if (I > 1) {
		set arrow from graph 0, first HEADING_Y[I] - 0.5 \
			to graph 1, first HEADING_Y[I] - 0.5 nohead \
			lc rgb FAINT lw 1 dt 3 back
	}
}

ratio_text(r) = (!known(N(r, c_ratio)) ? "" : \
	short(N(r, c_ratio))."x".(known(N(r, c_ratio_low)) ? \
	" [".short(N(r, c_ratio_low)).", ".short(N(r, c_ratio_high))."]" : ""))
signed(x) = (!known(x) ? "" : (x < 0 ? "-" : "+").short(abs(x)))
row_ink(r) = (status(r) eq "invalid" || is_absent(r) ? SOFT : INK)
do for [I=1:NMAIN] {
	R = ORDER[I]
	set label label_name(R) at screen SX(LEFT_PX - 10), first Y[R] \
		right tc rgb row_ink(R) font ",12"
	set label short(N(R, c_median_ns)) \
		at screen SX(RIGHT_PX + 60), first Y[R] right \
		tc rgb row_ink(R) font ",11"
	set label signed(N(R, c_added_ns)) \
		at screen SX(RIGHT_PX + 124), first Y[R] right \
		tc rgb row_ink(R) font ",11"
	set label ratio_text(R) at screen SX(RIGHT_PX + 140), first Y[R] left \
		tc rgb row_ink(R) font ",11"
	set label count_text(N(R, c_n)) \
		at screen SX(WIDTH - 14), first Y[R] right tc rgb SOFT font ",10"
	if (is_absent(R) || !(N(R, c_median_ns) > 0)) {
		set object rect from graph 0, first Y[R] - 0.36 \
			to graph 1, first Y[R] + 0.36 back \
			fc rgb HATCH fs pattern 4 noborder
		set label " ".elide(absence_text(R), 70)." " \
			at graph 0.5, first Y[R] center boxed front \
			tc rgb SOFT font ",11"
	} else { if (is_marked(R)) {
		NOTE = elide(status_text(R), 60)
		NOTE_X = log(N(R, c_median_ns) / LO) / log(HI / LO)
		GAP = 30.0 / (RIGHT_PX - LEFT_PX)
		if (NOTE_X < 0.5) {
			set label NOTE at graph NOTE_X + GAP, first Y[R] left \
				front tc rgb RED font ",11"
		} else {
			set label NOTE at graph NOTE_X - GAP, first Y[R] right \
				front tc rgb RED font ",11"
		}
	} }
	# Floors and the unprotected core are what all others are held against.
	if (N(R, c_median_ns) > 0 && (is_kind(R, "floor") || \
	    (is_kind(R, "control") && status(R) eq "ok" && \
	    !known(N(R, c_ratio))))) {
		set arrow from first N(R, c_median_ns), graph 0 \
			to first N(R, c_median_ns), graph 1 nohead back \
			lc rgb kind_colour(R) lw 1 dt reference_dash(R)
	}
}

set print $ROUNDS
print "nan nan"
do for [I=1:NMAIN] {
	R = ORDER[I]
	if (S(R, c_rounds_ns) ne "-") {
		do for [VALUE in S(R, c_rounds_ns)] { print VALUE, Y[R] }
	}
}
unset print
set datafile separator whitespace
y_of(r) = (is_main(r) ? Y[r] : NaN)
low(r) = max(LO, default(N(r, c_low_ns), N(r, c_median_ns)))
high(r) = default(N(r, c_high_ns), N(r, c_median_ns))
is_drawn(r) = (is_main(r) && N(r, c_median_ns) > 0)
plot $ROUNDS using 1:($2 + 0.3) with points pt 7 ps PS * 0.25 \
		lc rgb FAINT, \
	for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_median_ns) : NaN): \
		(y_of(R)):(low(R)):(high(R)) every ::0::0 \
		with xerrorbars pt -1 lw 2 lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_median_ns) : NaN): \
		(y_of(R)) every ::0::0 with points pt kind_shape(R) ps PS * 1.1 lw 2 \
		lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) && is_marked(R) ? \
		N(R, c_median_ns) : NaN):(y_of(R)) every ::0::0 \
		with points pt 2 ps PS * 2 lw 2 lc rgb RED

# The other slices.
unset label
unset arrow
unset object
LO = 1e30
HI = 0.0
do for [R=1:NROW] {
	if (!is_main(R) && N(R, c_median_ns) > 0) {
		LO = min(LO, min(N(R, c_median_ns), \
			default(above_0(N(R, c_low_ns)), N(R, c_median_ns))))
		HI = max(HI, max(N(R, c_median_ns), \
			default(N(R, c_high_ns), N(R, c_median_ns))))
	}
}
if (HI == 0) { LO = 1.0; HI = 10.0 }
LO = LO / 1.25
HI = HI * 1.25
if (HI / LO < 4) { HI = HI * 2; LO = LO / 2 }
small_row(r) = (sum [i=1:NSMALL] (name(SMALL[i]) eq name(r) ? i : 0))
here(r) = (SLICE_OF[r] == PANEL && N(r, c_median_ns) > 0)
SMALL_PX = (WIDTH - 20 - LEFT_PX) / real(SMALL_COLUMNS)
if (NSLICE) {
	set label "The other slices of this run, one scale for all; no point: ". \
		"not measured there" at screen SX(20), screen SY(MAIN_H + 22) left \
		tc rgb INK font ",13"
}
do for [PANEL=1:NSLICE] {
	AT_X = LEFT_PX + ((PANEL - 1) % SMALL_COLUMNS) * SMALL_PX
	AT_Y = MAIN_H + 44 + ((PANEL - 1) / SMALL_COLUMNS) * SMALL_H
	set lmargin at screen SX(AT_X)
	set rmargin at screen SX(AT_X + SMALL_PX - 24)
	set tmargin at screen SY(AT_Y + 18)
	set bmargin at screen SY(AT_Y + 18 + SMALL_ROW * NSMALL)
	set xrange [LO:HI]
	set yrange [NSMALL + 0.5:0.5]
	unset xlabel
	AXIS = "x"
	AXIS_PX = SMALL_PX - 24
	load HERE."lib/logtics.gp"
	set xtics font ",9"
	set label elide(SLICE[PANEL], int(SMALL_PX / 7.4)) \
		at screen SX(AT_X), screen SY(AT_Y + 9) left \
		tc rgb INK font ",11"
	do for [I=1:NSMALL] {
		if ((PANEL - 1) % SMALL_COLUMNS == 0) {
			set label label_name(SMALL[I]) at screen SX(AT_X - 8), \
				first I right tc rgb INK font ",10"
		}
	}
	do for [R=1:NROW] {
		if (SLICE_OF[R] == PANEL && !(N(R, c_median_ns) > 0)) {
			set object rect from graph 0, first small_row(R) - 0.4 \
				to graph 1, first small_row(R) + 0.4 back \
				fc rgb HATCH fs pattern 4 noborder
			set label " ".elide(absence_text(R), \
				int(SMALL_PX / 7.4) - 8)." " at graph 0.5, \
				first small_row(R) center boxed front \
				tc rgb SOFT font ",9"
		}
	}
	plot for [R=1:NROW] '+' using (here(R) ? N(R, c_median_ns) : NaN): \
			(small_row(R)): \
			(default(above_0(N(R, c_low_ns)), N(R, c_median_ns))): \
			(default(N(R, c_high_ns), N(R, c_median_ns))) \
			every ::0::0 with xerrorbars pt -1 lw 1.5 \
			lc rgb kind_colour(R), \
		for [R=1:NROW] '+' using (here(R) ? N(R, c_median_ns) : NaN): \
			(small_row(R)) every ::0::0 with points \
			pt kind_shape(R) ps PS * 0.8 lw 1.5 \
			lc rgb kind_colour(R), \
		for [R=1:NROW] '+' using (here(R) && is_marked(R) ? \
			N(R, c_median_ns) : NaN):(small_row(R)) \
			every ::0::0 with points pt 2 ps PS * 1.4 lw 1.5 \
			lc rgb RED
	unset label
	unset arrow
	unset object
}
unset multiplot
