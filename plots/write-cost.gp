# SPDX-License-Identifier: MIT
# What does one write cost? One row per strategy: median, interval and rounds.
CHART = "write-cost"
NEED = "strategy kind status reason n median_ns low_ns high_ns rounds_ns". \
	" ratio ratio_low ratio_high"
NUMBERS = "n median_ns low_ns high_ns ratio ratio_low ratio_high"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# Order: candidates, controls, floors; the cheapest first, the absent last.
array KEY[NROW]
array ORDER[NROW]
do for [R=1:NROW] {
	KEY[R] = 1e12 * kind_rank(R) + default(N(R, c_median_ns), 1e11)
	ORDER[R] = R
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
do for [I=1:NROW] {
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
	if (N(R, c_median_ns) > 0) {
		LO = min(LO, N(R, c_median_ns))
		HI = max(HI, N(R, c_median_ns))
		HI = max(HI, default(N(R, c_high_ns), 0))
		if (N(R, c_low_ns) > 0) { LO = min(LO, N(R, c_low_ns)) }
	}
}
if (HI == 0) { LO = 1.0; HI = 10.0 }
LO = LO / 1.25
HI = HI * 1.25
if (HI / LO < 4) { HI = HI * 2; LO = LO / 2 }

WIDTH = 1000
HEIGHT = 76 + ROW_PX * (Y_AT + 1)
load HERE."lib/style.gp"

LONGEST = 0
do for [R=1:NROW] { LONGEST = max(LONGEST, strlen(elide(name(R), 30))) }
LEFT_PX = 30 + max(90, CHAR_PX * LONGEST)
RIGHT_PX = WIDTH - 270
set lmargin at screen SX(LEFT_PX)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(10)
set bmargin at screen SY(DRAWN - 56)
set logscale x
set xrange [LO:HI]
set yrange [Y_AT + 0.7:0.3]
AXIS = "x"
AXIS_PX = RIGHT_PX - LEFT_PX
load HERE."lib/logtics.gp"
set xlabel "writer cost [ns/event], log scale" offset 0, 0.4 tc rgb INK font ",12"
set border 1
set errorbars 2
unset ytics
set grid xtics noytics

HEAD_AT = HEADING_Y[1]
set label "ns/event" at screen SX(RIGHT_PX + 60), first HEAD_AT right \
	tc rgb SOFT font ",10"
set label "ratio to unsync" at screen SX(RIGHT_PX + 80), first HEAD_AT left \
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
row_ink(r) = (status(r) eq "invalid" || is_absent(r) ? SOFT : INK)
do for [R=1:NROW] {
	set label elide(name(R), 30) at screen SX(LEFT_PX - 10), first Y[R] \
		right tc rgb row_ink(R) font ",12"
	set label short(N(R, c_median_ns)) \
		at screen SX(RIGHT_PX + 60), first Y[R] right \
		tc rgb row_ink(R) font ",11"
	set label ratio_text(R) at screen SX(RIGHT_PX + 80), first Y[R] left \
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
	    (is_kind(R, "control") && status(R) eq "ok"))) {
		set arrow from first N(R, c_median_ns), graph 0 \
			to first N(R, c_median_ns), graph 1 nohead back \
			lc rgb kind_colour(R) lw 1 dt reference_dash(R)
	}
}

set print $ROUNDS
print "nan nan"
do for [R=1:NROW] {
	if (S(R, c_rounds_ns) ne "-") {
		do for [VALUE in S(R, c_rounds_ns)] { print VALUE, Y[R] }
	}
}
unset print
set datafile separator whitespace
low(r) = max(LO, default(N(r, c_low_ns), N(r, c_median_ns)))
high(r) = default(N(r, c_high_ns), N(r, c_median_ns))
is_drawn(r) = (N(r, c_median_ns) > 0)
x(r, k) = (is_drawn(r) && is_kind(r, k) ? N(r, c_median_ns) : NaN)
plot $ROUNDS using 1:($2 + 0.3) with points pt 7 ps PS * 0.25 \
		lc rgb FAINT, \
	for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_median_ns) : NaN): \
		(Y[R]):(low(R)):(high(R)) every ::0::0 \
		with xerrorbars pt -1 lw 2 lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_median_ns) : NaN): \
		(Y[R]) every ::0::0 with points pt kind_shape(R) ps PS * 1.1 lw 2 \
		lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) && is_marked(R) ? \
		N(R, c_median_ns) : NaN):(Y[R]) every ::0::0 \
		with points pt 2 ps PS * 2 lw 2 lc rgb RED
