# SPDX-License-Identifier: MIT
# What does a snapshot of every slot cost, and how far apart are its cuts?
CHART = "scaling"
NEED = "strategy kind status reason writers oversubscribed n". \
	" cost_us cost_low_us cost_high_us skew_us skew_low_us skew_high_us"
NUMBERS = "writers n". \
	" cost_us cost_low_us cost_high_us skew_us skew_low_us skew_high_us"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# $COST and $SKEW: writers, value, low, high, oversubscribed; a block per
# strategy. A value of 0 (one writer has no skew) has no place on a log axis.
array KEY[NROW]
array BLOCK[NROW]
array ORDER[NSTRAT]
FEWEST = 1e9
MOST = 0
OVER = 1e9
COST_LO = 1e30
COST_HI = 0.0
SKEW_LO = 1e30
SKEW_HI = 0.0
TICS = ""
line(r, v, l, h) = sprintf("%g %.9g %.9g %.9g %d", N(r, c_writers), v, \
	known(l) && l > 0 ? l : v, default(h, v), \
	S(r, c_oversubscribed) eq "yes")
do for [PASS=1:2] {
	if (PASS == 1) { set print $COST } else { set print $SKEW }
	do for [I=1:NSTRAT] {
		F = FIRST[I]
		if (PASS == 1) {
			KEY[F] = 1e12
			ORDER[I] = F
			BLOCK[F] = I - 1
		}
		print "nan nan nan nan 0"
		do for [R=1:NROW] {
			if (name(R) eq name(F) && N(R, c_writers) > 0) {
				W = N(R, c_writers)
				FEWEST = min(FEWEST, W)
				MOST = max(MOST, W)
				if (!strstrt(TICS." ", sprintf(" %g ", W))) {
					TICS = TICS.sprintf(" %g", W)
				}
				if (S(R, c_oversubscribed) eq "yes") {
					OVER = min(OVER, W)
				}
				C = N(R, c_cost_us)
				K = N(R, c_skew_us)
				if (PASS == 1 && C > 0) {
					KEY[F] = -C
					COST_LO = min(COST_LO, min(C, \
						default(above_0(N(R, \
						c_cost_low_us)), C)))
					COST_HI = max(COST_HI, max(C, \
						default(N(R, c_cost_high_us), C)))
					print line(R, C, N(R, c_cost_low_us), \
						N(R, c_cost_high_us))
				}
				if (PASS == 2 && K > 0) {
					SKEW_LO = min(SKEW_LO, min(K, \
						default(above_0(N(R, \
						c_skew_low_us)), K)))
					SKEW_HI = max(SKEW_HI, max(K, \
						default(N(R, c_skew_high_us), K)))
					print line(R, K, N(R, c_skew_low_us), \
						N(R, c_skew_high_us))
				}
			}
		}
		print ""
		print ""
	}
}
unset print
if (MOST == 0) { FEWEST = 1; MOST = 2; TICS = " 1 2" }
if (COST_HI == 0) { COST_LO = 1.0; COST_HI = 10.0 }
if (SKEW_HI == 0) { SKEW_LO = 1.0; SKEW_HI = 10.0 }
load HERE."lib/sort.gp"

KEY_N = 1
KEY_MORE = 0
load HERE."lib/keysize.gp"
WIDTH = 750 + 22 + KEY_PX
HEIGHT = max(660, KEY_H)
load HERE."lib/style.gp"
RIGHT_PX = 750
PANEL_PX = (DRAWN - 56 - 26 - 24) / 2.0

KEY_X = RIGHT_PX + 22
KEY_HEAD = "dearest at the right first"
array HAS_CURVE[NROW]
array FLOOR_TEXT[NROW]
do for [I=1:NSTRAT] {
	F = ORDER[I]
	HAS_CURVE[F] = (KEY[F] < 0)
	FLOOR_TEXT[F] = ""
}
load HERE."lib/key.gp"

set datafile separator whitespace
set lmargin at screen SX(96)
set rmargin at screen SX(RIGHT_PX)
set logscale xy
set xrange [FEWEST / 1.15:MOST * 1.15]
set multiplot
do for [PANEL=1:2] {
	PANEL_AT = 26 + (PANEL - 1) * (PANEL_PX + 24)
	set tmargin at screen SY(PANEL_AT)
	set bmargin at screen SY(PANEL_AT + PANEL_PX)
	LO = (PANEL == 1 ? COST_LO : SKEW_LO) / 1.6
	HI = (PANEL == 1 ? COST_HI : SKEW_HI) * 1.6
	set yrange [LO:HI]
	AXIS = "y"
	AXIS_PX = PANEL_PX
	UNIT_NS = 1e3
	load HERE."lib/logtics.gp"
	set xtics () font ",11"
	unset mxtics
	do for [W in TICS] {
		set xtics add ((PANEL == 1 ? "" : W) real(W))
	}
	if (OVER < 1e9) {
		set object 7100 rect from first OVER / 1.15, graph 0 \
			to graph 1, graph 1 behind fc rgb "#f3f3f3" \
			fs solid noborder
		set label 7100 "grey: more writers than PUs" \
			at screen SX(RIGHT_PX), screen SY(14) right \
			tc rgb SOFT font ",10"
	}
	set label 7101 (PANEL == 1 ? "snapshot of all slots, log scale" : \
		"skew, first to last cut, log scale") at screen SX(16), \
		screen SY(PANEL_AT + PANEL_PX / 2) center rotate by 90 \
		tc rgb INK font ",12"
	if (PANEL == 2) {
		set xlabel "writers (= slots in the snapshot)" \
			offset 0, 0.4 tc rgb INK font ",12"
	}
	if (PANEL == 1) {
		plot for [I=1:NSTRAT] $COST index BLOCK[ORDER[I]] using 1:2:3:4 \
			with yerrorlines lc rgb COLOUR[ORDER[I]] lw 1.5 \
			dt DASH[ORDER[I]] pt SHAPE[ORDER[I]] ps PS * 0.9
		unset label
		unset arrow
		unset object
	} else {
		plot for [I=1:NSTRAT] $SKEW index BLOCK[ORDER[I]] using 1:2:3:4 \
			with yerrorlines lc rgb COLOUR[ORDER[I]] lw 1.5 \
			dt DASH[ORDER[I]] pt SHAPE[ORDER[I]] ps PS * 0.9
	}
}
unset multiplot
