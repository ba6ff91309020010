# SPDX-License-Identifier: MIT
# How far from the baseline is each strategy? A forest plot: one row a strategy
# and scenario, the threshold as a band, the baseline against itself below.
CHART = "ratios"
NEED = "strategy kind status reason scenario point n ratio ratio_low ratio_high". \
	" added_ns threshold verdict"
NUMBERS = "n ratio ratio_low ratio_high added_ns threshold"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# Scenarios in order of appearance; inside, the cheapest candidate first, then
# controls, A/A last.
array SCENE[NROW]
array SCENE_POINT[NROW]
NSCENE = 0
array SCENE_OF[NROW]
do for [R=1:NROW] {
	AT = 0
	do for [I=1:NSCENE] { if (SCENE[I] eq S(R, c_scenario)) { AT = I } }
	if (!AT) {
		NSCENE = NSCENE + 1
		SCENE[NSCENE] = S(R, c_scenario)
		SCENE_POINT[NSCENE] = (S(R, c_point) eq "-" ? "" : S(R, c_point))
		AT = NSCENE
	}
	SCENE_OF[R] = AT
}
is_aa(r) = (name(r) eq "A/A")
array KEY[NROW]
array ORDER[NROW]
do for [R=1:NROW] {
	KEY[R] = 1e9 * SCENE_OF[R] + 1e8 * (is_aa(R) ? 3 : kind_rank(R)) + \
		default(N(R, c_ratio), 1e7)
	ORDER[R] = R
}
load HERE."lib/sort.gp"

ROW_PX = 24
array Y[NROW]
array HEAD_Y[NSCENE]
array BAND[NSCENE]
array LAST_Y[NSCENE]
Y_AT = 0
LAST = 0
do for [I=1:NROW] {
	R = ORDER[I]
	if (SCENE_OF[R] != LAST) {
		LAST = SCENE_OF[R]
		Y_AT = Y_AT + 1
		HEAD_Y[LAST] = Y_AT
		BAND[LAST] = 0.03
	}
	Y_AT = Y_AT + 1
	Y[R] = Y_AT
	LAST_Y[LAST] = Y_AT
	BAND[LAST] = max(BAND[LAST], default(N(R, c_threshold), 0))
}

LO = 1.0
HI = 1.0
do for [R=1:NROW] {
	if (N(R, c_ratio) > 0) {
		LO = min(LO, min(N(R, c_ratio), \
			default(above_0(N(R, c_ratio_low)), N(R, c_ratio))))
		HI = max(HI, max(N(R, c_ratio), \
			default(N(R, c_ratio_high), N(R, c_ratio))))
	}
}
LO = LO / 1.15
HI = HI * 1.15
if (HI / LO < 2) { HI = max(HI, 1.5); LO = min(LO, 0.75) }

LEFT_PX = 30 + max(90, CHAR_PX * LONGEST)
WIDTH = max(1040, LEFT_PX + 860)
HEIGHT = 76 + ROW_PX * (Y_AT + 1)
load HERE."lib/style.gp"
RIGHT_PX = WIDTH - 360
set lmargin at screen SX(LEFT_PX)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(10)
set bmargin at screen SY(DRAWN - 56)
set logscale x
set xrange [LO:HI]
set yrange [Y_AT + 0.7:0.3]
AXIS = "x"
AXIS_PX = RIGHT_PX - LEFT_PX
UNIT_NS = 0
load HERE."lib/logtics.gp"
set xlabel "cost of a write, ratio to the unprotected one, log scale" \
	offset 0, 0.4 tc rgb INK font ",12"
set border 1
set errorbars 2
unset ytics
set grid xtics noytics
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb INK lw 1

do for [I=1:NSCENE] {
	set object rect from max(LO, 1 / (1 + BAND[I])), first HEAD_Y[I] + 0.5 \
		to min(HI, 1 + BAND[I]), first LAST_Y[I] + 0.5 back \
		fc rgb "#d9e8f2" fs solid noborder
	set label SCENE[I] at screen SX(LEFT_PX - 10), first HEAD_Y[I] right \
		tc rgb SOFT font ",10"
	set label elide(SCENE_POINT[I], \
		int((RIGHT_PX - LEFT_PX - 240) / (CHAR_PX * 10 / 12))) \
		at graph 0.005, first HEAD_Y[I] left tc rgb SOFT font ",10"
	set label sprintf("band: below %.1f %% is no difference", \
		100 * BAND[I]) at graph 0.995, first HEAD_Y[I] right \
		tc rgb SOFT font ",10"
	set label "ratio" at screen SX(RIGHT_PX + 12), first HEAD_Y[I] left \
		tc rgb SOFT font ",10"
	set label "+ ns" at screen SX(RIGHT_PX + 215), first HEAD_Y[I] right \
		tc rgb SOFT font ",10"
	set label "verdict" at screen SX(RIGHT_PX + 232), first HEAD_Y[I] left \
		tc rgb SOFT font ",10"
	if (I > 1) {
		set arrow from graph 0, first HEAD_Y[I] - 0.5 \
			to graph 1, first HEAD_Y[I] - 0.5 nohead \
			lc rgb FAINT lw 1 dt 3 back
	}
}

ratio_text(r) = (!known(N(r, c_ratio)) ? "" : \
	short(N(r, c_ratio)).(known(N(r, c_ratio_low)) ? \
	" [".short(N(r, c_ratio_low)).", ".short(N(r, c_ratio_high))."]" : ""))
signed(x) = (!known(x) ? "" : (x < 0 ? "-" : "+").short(abs(x)))
row_ink(r) = (status(r) eq "invalid" || is_absent(r) ? SOFT : INK)
verdict_text(r) = (S(r, c_verdict) eq "-" ? "" : S(r, c_verdict))
do for [R=1:NROW] {
	set label label_name(R) at screen SX(LEFT_PX - 10), first Y[R] \
		right tc rgb row_ink(R) font ",12"
	set label ratio_text(R) at screen SX(RIGHT_PX + 12), first Y[R] left \
		tc rgb row_ink(R) font ",11"
	set label signed(N(R, c_added_ns)) \
		at screen SX(RIGHT_PX + 215), first Y[R] right \
		tc rgb row_ink(R) font ",11"
	set label verdict_text(R) at screen SX(RIGHT_PX + 232), first Y[R] left \
		tc rgb (S(R, c_verdict) eq "worse" || \
		S(R, c_verdict) eq "failed" ? RED : SOFT) font ",11"
	if (is_absent(R) || !(N(R, c_ratio) > 0)) {
		set object rect from graph 0, first Y[R] - 0.36 \
			to graph 1, first Y[R] + 0.36 back \
			fc rgb HATCH fs pattern 4 noborder
		set label " ".elide(absence_text(R), 70)." " \
			at graph 0.5, first Y[R] center boxed front \
			tc rgb SOFT font ",11"
	} else { if (is_marked(R)) {
		NOTE_X = log(default(N(R, c_ratio_high), N(R, c_ratio)) / LO) / \
			log(HI / LO)
		NOTE_LOW = log(default(above_0(N(R, c_ratio_low)), \
			N(R, c_ratio)) / LO) / log(HI / LO)
		GAP = 14.0 / (RIGHT_PX - LEFT_PX)
		NOTE = elide(status_text(R), int((RIGHT_PX - LEFT_PX) * \
			max(1 - NOTE_X, NOTE_LOW) / 7.6) - 2)
		if (NOTE_X < 0.5) {
			set label NOTE at graph NOTE_X + GAP, first Y[R] left \
				front tc rgb RED font ",11"
		} else {
			set label NOTE at graph NOTE_LOW - GAP, first Y[R] right \
				front tc rgb RED font ",11"
		}
	} }
}

set datafile separator whitespace
is_drawn(r) = (N(r, c_ratio) > 0)
low(r) = max(LO, default(N(r, c_ratio_low), N(r, c_ratio)))
high(r) = default(N(r, c_ratio_high), N(r, c_ratio))
colour(r) = (is_aa(r) ? BLACK : kind_colour(r))
shape(r) = (is_aa(r) ? 4 : kind_shape(r))
plot for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_ratio) : NaN): \
		(Y[R]):(low(R)):(high(R)) every ::0::0 \
		with xerrorbars pt -1 lw 2 lc rgb colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) ? N(R, c_ratio) : NaN): \
		(Y[R]) every ::0::0 with points pt shape(R) ps PS * 1.1 lw 2 \
		lc rgb colour(R), \
	for [R=1:NROW] '+' using (is_drawn(R) && is_marked(R) ? \
		N(R, c_ratio) : NaN):(Y[R]) every ::0::0 \
		with points pt 2 ps PS * 2 lw 2 lc rgb RED
