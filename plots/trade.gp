# SPDX-License-Identifier: MIT
# Who is cheapest in all? Cost per second of writer and swapper together, by
# the rate of swaps; the cheapest candidate of each rate is named above it.
CHART = "trade"
NEED = "strategy kind status reason swaps_per_s cost_us writer_us". \
	" swapper_us cheapest"
NUMBERS = "swaps_per_s cost_us writer_us swapper_us"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

array KEY[NROW]
array BLOCK[NROW]
array ORDER[NSTRAT]
array FLOOR_TEXT[NROW]
array HAS_CURVE[NROW]
RATE_LO = 1e30
RATE_HI = 0.0
LO = 1e30
HI = 0.0
RATES = ""
set print $COST
do for [I=1:NSTRAT] {
	F = FIRST[I]
	KEY[F] = 1e12
	ORDER[I] = F
	BLOCK[F] = I - 1
	FLOOR_TEXT[F] = ""
	print "nan nan"
	do for [R=1:NROW] {
		if (name(R) eq name(F) && N(R, c_swaps_per_s) > 0 && \
		    N(R, c_cost_us) > 0) {
			W = N(R, c_swaps_per_s)
			C = N(R, c_cost_us)
			if (!strstrt(RATES." ", sprintf(" %g ", W))) {
				RATES = RATES.sprintf(" %g", W)
			}
			RATE_LO = min(RATE_LO, W)
			RATE_HI = max(RATE_HI, W)
			LO = min(LO, C)
			HI = max(HI, C)
			KEY[F] = -C
			print sprintf("%g %.9g", W, C)
		}
	}
	HAS_CURVE[F] = (KEY[F] < 0)
	print ""
	print ""
}
unset print
if (HI == 0) {
	LO = 1.0; HI = 10.0; RATE_LO = 1.0; RATE_HI = 10.0; RATES = " 1 10"
}
load HERE."lib/sort.gp"

KEY_ROW = 20
NOT_OK = sum [i=1:NSTRAT] (status(FIRST[i]) ne "ok")
WIDTH = 1040
HEIGHT = max(520, 40 + KEY_ROW * (NSTRAT + 0.75 * NOT_OK))
load HERE."lib/style.gp"
RIGHT_PX = WIDTH - 290
KEY_X = RIGHT_PX + 22
KEY_HEAD = "dearest at the right first"
KEY_N = 0
load HERE."lib/key.gp"

set datafile separator whitespace
set lmargin at screen SX(90)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(46)
set bmargin at screen SY(DRAWN - 56)
set logscale xy
LO = LO / 1.6
HI = HI * 1.6
set xrange [RATE_LO / 1.6:RATE_HI * 1.6]
set yrange [LO:HI]
AXIS = "y"
AXIS_PX = DRAWN - 102
load HERE."lib/logtics.gp"
set xtics () font ",11"
unset mxtics
do for [W in RATES] { set xtics add (tic_text(real(W)) real(W)) }
set ylabel "us of CPU a second, writer and swapper together, log" \
	offset -1, 0 tc rgb INK font ",12"
set xlabel "swaps a second, log" offset 0, 0.4 tc rgb INK font ",12"
# The cheapest of each rate, by name, and which curve it is. Long names of
# neighbours stand on two lines.
set label "cheapest:" at screen SX(14), screen SY(16) left \
	tc rgb SOFT font ",10"
TURN = 1
do for [W in RATES] {
	do for [R=1:NROW] {
		if (N(R, c_swaps_per_s) == real(W) && \
		    S(R, c_cheapest) eq "yes") {
			AT_X = 90 + (RIGHT_PX - 90) * \
				log(real(W) / (RATE_LO / 1.6)) / \
				log(RATE_HI / RATE_LO * 1.6 * 1.6)
			set label elide(name(R), 22) \
				at screen SX(AT_X), screen SY(16 + 15 * TURN) \
				center tc rgb INK font ",11"
			TURN = 1 - TURN
			set label "" at first real(W), first N(R, c_cost_us) \
				point pt 6 ps PS * 2.4 lw 1.5 lc rgb INK front
		}
	}
}
plot for [I=1:NSTRAT] $COST index BLOCK[ORDER[I]] using 1:2 \
	with linespoints lc rgb COLOUR[ORDER[I]] lw 1.5 \
	dt DASH[ORDER[I]] pt SHAPE[ORDER[I]] ps PS * 0.9
