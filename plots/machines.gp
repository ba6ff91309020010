# SPDX-License-Identifier: MIT
# Does the order of the strategies hold on other machines? One panel a side,
# one line a strategy: its cost inside each machine's own run, with intervals.
CHART = "machines"
NEED = "strategy kind status reason panel number machine cost low high rank"
NUMBERS = "number cost low high rank"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

array PANEL_NAME[NROW]
NPANEL = 0
NMACHINE = 0
array MACHINE[NROW]
do for [R=1:NROW] { MACHINE[R] = "" }
do for [R=1:NROW] {
	AT = 0
	do for [I=1:NPANEL] { if (PANEL_NAME[I] eq S(R, c_panel)) { AT = I } }
	if (!AT) { NPANEL = NPANEL + 1; PANEL_NAME[NPANEL] = S(R, c_panel) }
	K = default(N(R, c_number), 1)
	K = clamp(int(K), 1, NROW)
	NMACHINE = max(NMACHINE, K)
	MACHINE[K] = S(R, c_machine)
}

array KEY[NROW]
array BLOCK[NROW]
array ORDER[NSTRAT]
array FLOOR_TEXT[NROW]
array HAS_CURVE[NROW]
array P_LO[NPANEL]
array P_HI[NPANEL]
do for [P=1:NPANEL] { P_LO[P] = 1e30; P_HI[P] = 0.0 }
set print $COST
do for [P=1:NPANEL] {
	do for [I=1:NSTRAT] {
		F = FIRST[I]
		if (P == 1) {
			KEY[F] = 1e12
			ORDER[I] = F
			FLOOR_TEXT[F] = ""
			HAS_CURVE[F] = 0
			BLOCK[F] = I - 1
		}
		print "nan nan nan nan"
		do for [R=1:NROW] {
			if (name(R) eq name(F) && N(R, c_cost) > 0 && \
			    S(R, c_panel) eq PANEL_NAME[P]) {
				C = N(R, c_cost)
				L = default(above_0(N(R, c_low)), C)
				H = default(N(R, c_high), C)
				P_LO[P] = min(P_LO[P], L)
				P_HI[P] = max(P_HI[P], H)
				if (P == 1) { KEY[F] = -C }
				HAS_CURVE[F] = 1
				print sprintf("%g %.9g %.9g %.9g", \
					N(R, c_number), C, L, H)
			}
		}
		print ""
		print ""
	}
}
unset print
load HERE."lib/sort.gp"

KEY_N = 0
KEY_MORE = 0
load HERE."lib/keysize.gp"
WIDTH = 830 + 22 + KEY_PX
HEIGHT = max(520, KEY_H)
load HERE."lib/style.gp"
RIGHT_PX = 830
KEY_X = RIGHT_PX + 22
KEY_HEAD = "dearest writer at the right first"
load HERE."lib/key.gp"

set datafile separator whitespace
set multiplot
GAP_PX = 70
PANEL_PX = (RIGHT_PX - 80 - GAP_PX * (NPANEL - 1)) / real(NPANEL)
do for [P=1:NPANEL] {
	AT_X = 80 + (P - 1) * (PANEL_PX + GAP_PX)
	set lmargin at screen SX(AT_X)
	set rmargin at screen SX(AT_X + PANEL_PX)
	set tmargin at screen SY(34)
	set bmargin at screen SY(DRAWN - 56)
	LO = (P_HI[P] > 0 ? P_LO[P] : 1.0) / 1.3
	HI = (P_HI[P] > 0 ? P_HI[P] : 10.0) * 1.3
	unset logscale
	set logscale y
	set xrange [0.6:NMACHINE + 0.4]
	set yrange [LO:HI]
	AXIS = "y"
	AXIS_PX = DRAWN - 90
	UNIT_NS = 0
	load HERE."lib/logtics.gp"
	set xtics () font ",11"
	do for [K=1:NMACHINE] { set xtics add (MACHINE[K] K) }
	set xlabel "machine (named below)" offset 0, 0.4 tc rgb INK font ",12"
	set label 7000 PANEL_NAME[P].", log scale" at graph 0.5, screen SY(18) center \
		tc rgb INK font ",12"
	plot for [I=1:NSTRAT] $COST \
		index (P - 1) * NSTRAT + BLOCK[ORDER[I]] using 1:2:3:4 \
		with yerrorlines lc rgb COLOUR[ORDER[I]] lw 1.5 \
		dt DASH[ORDER[I]] pt SHAPE[ORDER[I]] ps PS
	unset label
	unset arrow
	unset object
}
unset multiplot
