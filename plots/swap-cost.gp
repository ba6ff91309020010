# SPDX-License-Identifier: MIT
# How long until a snapshot is safe to read? p50 to p99.9 of every strategy,
# one panel per placement.
CHART = "swap-cost"
NEED = "strategy kind status reason placement point n p50_us p90_us p99_us p999_us"
NUMBERS = "n p50_us p90_us p99_us p999_us"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"
load HERE."lib/placements.gp"

LO = 1e30
HI = 0.0
array KEY[NROW]
do for [R=1:NROW] {
	KEY[R] = NaN
	do for [NAME in "p50_us p90_us p99_us p999_us"] {
		V = N(R, value("c_".NAME))
		if (V > 0) {
			LO = min(LO, V)
			HI = max(HI, V)
		}
	}
}
if (HI == 0) { LO = 1.0; HI = 100.0 }
LO = LO / 1.5
HI = HI * 1.5

# Order: candidates, then controls and floors; by the p50 of the first panel
# that has one, the absent last.
array ORDER[NSTRAT]
do for [I=1:NSTRAT] {
	F = FIRST[I]
	ORDER[I] = F
	KEY[F] = 1e11
	do for [R=1:NROW] {
		if (KEY[F] == 1e11 && name(R) eq name(F) && \
		    N(R, c_p50_us) > 0) {
			KEY[F] = N(R, c_p50_us)
		}
	}
	KEY[F] = KEY[F] + 1e12 * (kind_rank(F) > 0)
	if (name(F) eq "-") { KEY[F] = 1e15 }
}
load HERE."lib/sort.gp"
NNAMED = sum [i=1:NSTRAT] (name(FIRST[i]) ne "-")
array Y[NROW]
y_of(r) = (sum [i=1:NSTRAT] (name(ORDER[i]) eq name(r) ? i : 0))
do for [R=1:NROW] { Y[R] = y_of(R) }

row_name(r) = label_name(r).(is_kind(r, "candidate") ? "" : \
	" (".kind(r).")")
do for [I=1:NSTRAT] { LONGEST = max(LONGEST, strlen(row_name(FIRST[I]))) }
LEFT_PX = 24 + CHAR_PX * LONGEST
HEAD_PX = 40
GUTTER_PX = 30
GAP_PX = 22
PANEL_MIN_PX = 290
load HERE."lib/panels.gp"
# What was caught stands above the points of a row, on one line or two.
MARK_CHARS = int((PANEL_PX - GUTTER_PX) / 6.6) - 1
mark_text(r) = wrap(elide(status_text(r), 2 * MARK_CHARS - 8), MARK_CHARS)
MARK_LINES = 0
do for [R=1:NROW] {
	if (is_marked(R) && N(R, c_p50_us) > 0) {
		MARK_LINES = max(MARK_LINES, lines(mark_text(R)))
	}
}
ROW_PX = 26 + 15 * MARK_LINES
HEIGHT = HEAD_PX + max(ROW_PX * NNAMED, 150) + 80
load HERE."lib/style.gp"

set label "time from the planned start of a swap until its snapshot is safe to read, log scale" \
	at screen SX((LEFT_PX + WIDTH) / 2), screen SY(DRAWN - 30) center \
	tc rgb INK font ",12"

# What the four marks of a row mean.
array MARK[4] = [7, 4, 8, 3]
array MARK_NAME[4] = ["p50", "p90", "p99", "p99.9"]
array MARK_COLOUR[4] = [BLUE, BLUE, RED, BLACK]
do for [M=1:4] {
	set label "" at screen SX(LEFT_PX + 8 + (M - 1) * 80), \
		screen SY(DRAWN - 6) point pt MARK[M] ps PS * 1 lw 1.5 \
		lc rgb MARK_COLOUR[M]
	set label MARK_NAME[M] at screen SX(LEFT_PX + 20 + (M - 1) * 80), \
		screen SY(DRAWN - 6) left tc rgb INK font ",11"
}
set label "n: swaps of the row; a percentile that n does not support is not drawn" \
	at screen SX(LEFT_PX + 340), screen SY(DRAWN - 6) left \
	tc rgb SOFT font ",10"
do for [I=1:NSTRAT] {
	if (name(ORDER[I]) ne "-") {
		set label row_name(ORDER[I]) at screen SX(LEFT_PX - 10), \
			screen SY(HEAD_PX + ROW_PX * (I - 0.5)) right \
			tc rgb INK font ",12"
	}
}

set datafile separator whitespace
percentile(r, m) = above_0(N(r, value("c_".word( \
	"p50_us p90_us p99_us p999_us", m))))
highest(r) = (percentile(r, 4) > 0 ? percentile(r, 4) : \
	percentile(r, 3) > 0 ? percentile(r, 3) : \
	percentile(r, 2) > 0 ? percentile(r, 2) : percentile(r, 1))
set tmargin at screen SY(HEAD_PX)
set bmargin at screen SY(HEAD_PX + max(ROW_PX * NNAMED, 150))
set yrange [max(NNAMED, 150.0 / ROW_PX) + 0.5:0.5]
set border 1
set errorbars small
unset ytics
set grid xtics
set multiplot
do for [PANEL=1:NPLACE] {
	set lmargin at screen SX(PANEL_LEFT[PANEL])
	set rmargin at screen SX(PANEL_RIGHT[PANEL])
	if (!PLACE_HAS[PANEL]) {
		load HERE."lib/strip.gp"
	} else {
		set logscale x
		set xrange [LO:HI]
		AXIS = "x"
		AXIS_PX = PANEL_RIGHT[PANEL] - PANEL_LEFT[PANEL]
		UNIT_NS = 1e3
		load HERE."lib/logtics.gp"
		set label 1000 PLACE[PANEL] at graph 0.0, \
			screen SY(12) left tc rgb INK font ",13"
		set label 999 PLACE_POINT[PANEL] at graph 0.0, \
			screen SY(27) left tc rgb SOFT font ",10"
		set label 1001 "n" at screen SX(PANEL_RIGHT[PANEL] + 38), screen SY(12) right \
			tc rgb SOFT font ",10"
		NEXT = 1002
		do for [R=1:NROW] {
			if (S(R, c_placement) eq PLACE[PANEL] && Y[R] > 0) {
				set label NEXT count_text(N(R, c_n)) \
					at screen SX(PANEL_RIGHT[PANEL] + 38), \
					first Y[R] right tc rgb SOFT font ",10"
				NEXT = NEXT + 1
				if (!(N(R, c_p50_us) > 0)) {
					set object NEXT rect \
						from graph 0, first Y[R] - 0.36 \
						to graph 1, first Y[R] + 0.36 \
						back fc rgb HATCH \
						fs pattern 4 noborder
					set label NEXT wrap(elide(absence_text(R), \
						2 * PANEL_CHARS - 8), PANEL_CHARS) \
						at graph 0.5, first Y[R] center \
						boxed front tc rgb SOFT font ",9"
				}
				if (N(R, c_p50_us) > 0 && is_marked(R)) {
					set label NEXT mark_text(R) at graph 0.01, \
						first Y[R] - 0.5 + 7.0 / ROW_PX \
						left front tc rgb RED font ",9"
				}
				NEXT = NEXT + 1
			}
		}
		here(r) = (S(r, c_placement) eq PLACE[PANEL] && Y[r] > 0)
		plot for [R=1:NROW] '+' using (here(R) ? percentile(R, 1) : \
				NaN):(Y[R]):(highest(R) - percentile(R, 1)): \
				(0) every ::0::0 with vectors nohead lw 1.5 \
				lc rgb FAINT, \
			for [M=1:4] for [R=1:NROW] '+' using \
				(here(R) ? percentile(R, M) : NaN):(Y[R]) \
				every ::0::0 with points pt MARK[M] ps PS * 1 \
				lw 1.5 lc rgb (status(R) eq "invalid" ? \
				FAINT : MARK_COLOUR[M])
	}
	unset label
	unset arrow
	unset object
}
unset multiplot
