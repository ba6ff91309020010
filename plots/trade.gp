# SPDX-License-Identifier: MIT
# Who is cheapest in all? Cost per second of writer and swapper together, by
# the rate of swaps; the cheapest candidates are named above it.
CHART = "trade"
NEED = "strategy kind status reason swaps_per_s cost_us writer_us". \
	" swapper_us cheapest dropped_per_swap"
NUMBERS = "swaps_per_s cost_us writer_us swapper_us dropped_per_swap"
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

# Who refuses events says how many, for they are not in the cost.
KEY_MORE = 0
do for [I=1:NSTRAT] {
	F = FIRST[I]
	FLOOR_TEXT[F] = (N(F, c_dropped_per_swap) > 0 ? \
		" (refuses ".count_text(N(F, c_dropped_per_swap))."/swap)" : "")
	KEY_MORE = max(KEY_MORE, strlen(FLOOR_TEXT[F]))
}
# Who is the cheapest, a line for each, the lowest rate first.
WINNERS = 0
array WINNER[NROW]
first_row(r) = (sum [i=1:NSTRAT] (name(FIRST[i]) eq name(r) ? FIRST[i] : 0))
array WON[NROW]
do for [W in RATES] {
	do for [R=1:NROW] {
		if (N(R, c_swaps_per_s) == real(W) && S(R, c_cheapest) eq "yes") {
			AT = (WINNERS ? sum [i=1:WINNERS] \
				(name(WINNER[i]) eq name(R) ? i : 0) : 0)
			if (!AT) {
				WINNERS = WINNERS + 1
				AT = WINNERS
				WINNER[AT] = R
				WON[AT] = ""
			}
			WON[AT] = WON[AT].(strlen(WON[AT]) ? ", " : "").W
		}
	}
}
HEAD_PX = 16 + 15 * WINNERS
KEY_N = 0
load HERE."lib/keysize.gp"
WIDTH = 750 + 22 + KEY_PX
HEIGHT = max(474 + HEAD_PX, KEY_H)
load HERE."lib/style.gp"
RIGHT_PX = 750
KEY_X = RIGHT_PX + 22
KEY_HEAD = "dearest at the right first"
load HERE."lib/key.gp"

set datafile separator whitespace
set lmargin at screen SX(96)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(HEAD_PX)
set bmargin at screen SY(DRAWN - 56)
set logscale xy
LO = LO / 1.6
HI = HI * 1.6
set xrange [RATE_LO / 1.6:RATE_HI * 1.6]
set yrange [LO:HI]
AXIS = "y"
AXIS_PX = DRAWN - 56 - HEAD_PX
UNIT_NS = 1e3
load HERE."lib/logtics.gp"
set xtics () font ",11"
unset mxtics
do for [W in RATES] { set xtics add (plain_text(real(W)) real(W)) }
set label "CPU time in a second, writer and swapper together, log scale" \
	at screen SX(16), screen SY((HEAD_PX + DRAWN - 56) / 2) center \
	rotate by 90 tc rgb INK font ",12"
set xlabel "swaps a second, log scale" offset 0, 0.4 tc rgb INK font ",12"
# The cheapest of each rate is ringed.
do for [R=1:NROW] {
	if (N(R, c_swaps_per_s) > 0 && S(R, c_cheapest) eq "yes") {
		set label "" at first N(R, c_swaps_per_s), first N(R, c_cost_us) \
			point pt 6 ps PS * 2.4 lw 1.5 lc rgb INK front
	}
}
do for [I=1:WINNERS] {
	set label "cheapest at ".WON[I]." swaps/s: ".label_name(WINNER[I]). \
		FLOOR_TEXT[first_row(WINNER[I])] at screen SX(36), screen SY(15 * I - 5) left \
		tc rgb INK font ",11"
}
plot for [I=1:NSTRAT] $COST index BLOCK[ORDER[I]] using 1:2 \
	with linespoints lc rgb COLOUR[ORDER[I]] lw 1.5 \
	dt DASH[ORDER[I]] pt SHAPE[ORDER[I]] ps PS * 0.9
