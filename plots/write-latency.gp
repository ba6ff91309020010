# SPDX-License-Identifier: MIT
# How long can a write take? Percentile curves, x = 1/(1-p), one per strategy.
CHART = "write-latency"
NEED = "strategy kind status reason n percent latency_ns"
NUMBERS = "n percent latency_ns"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# One pass: the curves by first row, their last value (to order the key like
# the curves at the right edge), and the ranges.
array LAST[NROW]
array SIZE[NROW]
array TOP_NS[NROW]
LO = 1e30
HI = 0.0
FAR = 1000.0
HAS_MAX = 0
first_of(r) = (sum [j=1:NSTRAT] (name(FIRST[j]) eq name(r) ? FIRST[j] : 0))
do for [I=1:NSTRAT] { LAST[FIRST[I]] = NaN; SIZE[FIRST[I]] = 0; \
	TOP_NS[FIRST[I]] = NaN }
set print $POINTS
do for [I=1:NSTRAT] {
	F = FIRST[I]
	print "nan nan"
	do for [R=1:NROW] {
		if (name(R) eq name(F)) {
			P = N(R, c_percent)
			V = N(R, c_latency_ns)
			if (V > 0) {
				LO = min(LO, V)
				HI = max(HI, V)
			}
			if (V > 0 && P >= 50 && P < 100) {
				print sprintf("%.9g %.9g", 100.0 / (100 - P), V)
				LAST[F] = V
				SIZE[F] = SIZE[F] + 1
				FAR = max(FAR, 100.0 / (100 - P))
			}
			if (V > 0 && P == 100) {
				TOP_NS[F] = V
				HAS_MAX = 1
			}
		}
	}
	print ""
	print ""
}
unset print
if (HI == 0) { LO = 10.0; HI = 1000.0 }
LO = LO / 1.4
HI = HI * 1.5

# Key: curves from the highest to the lowest, floors, then what has no curve.
is_floor(f) = is_kind(f, "floor")
has_curve(f) = (SIZE[f] > 0)
array KEY[NROW]
array ORDER[NSTRAT]
array BLOCK[NROW]
do for [I=1:NSTRAT] {
	F = FIRST[I]
	ORDER[I] = F
	BLOCK[F] = I - 1
	KEY[F] = (has_curve(F) ? -LAST[F] : is_floor(F) ? 1e12 : 2e12)
}
load HERE."lib/sort.gp"

KEY_N = 1
KEY_MORE = ((sum [i=1:NSTRAT] is_kind(FIRST[i], "floor")) ? 16 : 0)
load HERE."lib/keysize.gp"
WIDTH = 730 + 22 + KEY_PX
HEIGHT = max(500, KEY_H)
load HERE."lib/style.gp"
RIGHT_PX = 730
set lmargin at screen SX(96)
set rmargin at screen SX(RIGHT_PX)
set tmargin at screen SY(10)
set bmargin at screen SY(DRAWN - 56)
set logscale xy
MAX_X = FAR * 6
EDGE = (HAS_MAX ? FAR * 12 : FAR * 1.2)
set xrange [2 / 1.15:EDGE]
set yrange [LO:HI]
AXIS = "y"
AXIS_PX = DRAWN - 66.0
UNIT_NS = 1
load HERE."lib/logtics.gp"
# A tic label is a format: its percent sign is doubled once more.
set xtics ("50%%" 2, "90%%" 10, "99%%" 100) font ",11"
NINES = 1000.0
while (NINES <= FAR * 1.001) {
	set xtics add (sprintf("99.%s%%%%", \
		"999999999"[1:int(log10(NINES) + 0.5) - 2]) NINES)
	NINES = NINES * 10
}
if (HAS_MAX) { set xtics add ("max" MAX_X) }
set xlabel "share of writes that are at most this slow, x = 1/(1-p), log scale" \
	offset 0, 0.4 tc rgb INK font ",12"
set label "time of one write, log scale" at screen SX(16), \
	screen SY((DRAWN - 46) / 2) center rotate by 90 tc rgb INK font ",12"

KEY_X = RIGHT_PX + 22
KEY_HEAD = "slowest at the right first"
array HAS_CURVE[NROW]
array FLOOR_TEXT[NROW]
do for [I=1:NSTRAT] {
	F = ORDER[I]
	HAS_CURVE[F] = has_curve(F)
	FLOOR_TEXT[F] = ""
	FLOOR = N(F, c_latency_ns)
	if (is_floor(F) && FLOOR > 0) {
		FLOOR_TEXT[F] = " floor: ".ns_text(FLOOR)
		set arrow from graph 0, first FLOOR to graph 1, first FLOOR \
			nohead lc rgb SOFT lw 1.5 dt 3
	}
}
load HERE."lib/key.gp"

set datafile separator whitespace
plot for [I=1:NSTRAT] $POINTS index BLOCK[ORDER[I]] using 1:2 \
		with lines lc rgb COLOUR[ORDER[I]] lw 2 dt DASH[ORDER[I]], \
	for [I=1:NSTRAT] $POINTS index BLOCK[ORDER[I]] using 1:2 \
		with points pt SHAPE[ORDER[I]] ps PS * 0.9 lw 1.5 \
		lc rgb COLOUR[ORDER[I]], \
	for [I=1:NSTRAT] '+' using (MAX_X):(TOP_NS[ORDER[I]]) every ::0::0 \
		with points pt SHAPE[ORDER[I]] ps PS * 1.1 lw 1.5 \
		lc rgb COLOUR[ORDER[I]]
