# SPDX-License-Identifier: MIT
# What does one swap do to the writer? Its delay around the swap's start,
# against the same run without swaps; one panel per strategy.
CHART = "footprint"
NEED = "strategy kind status reason series n t_us median_ns p99_ns ". \
	"stolen_ns events_pct"
NUMBERS = "n t_us median_ns p99_ns stolen_ns events_pct"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"

# Two blocks per strategy, its control and its swap series.
T_LO = 1e30
T_HI = -1e30
LO = 1e30
HI = 0.0
array KEY[NROW]
array ORDER[NSTRAT]
array BLOCK[NROW]
array STOLEN[NROW]
array SWAPS[NROW]
array COUNT[NROW]
set print $BINS
do for [I=1:NSTRAT] {
	F = FIRST[I]
	ORDER[I] = F
	BLOCK[F] = 2 * (I - 1)
	KEY[F] = 1e11
	STOLEN[F] = NaN
	SWAPS[F] = NaN
	COUNT[F] = 0
	do for [SERIES in "control swap"] {
		print "nan nan nan nan"
		do for [R=1:NROW] {
			if (name(R) eq name(F) && S(R, c_series) eq SERIES) {
				T = N(R, c_t_us)
				M = above_0(N(R, c_median_ns))
				P = above_0(N(R, c_p99_ns))
				if (known(T) && known(M)) {
					P = default(P, M)
					T_LO = min(T_LO, T)
					T_HI = max(T_HI, T)
					LO = min(LO, M)
					HI = max(HI, P)
					print sprintf("%.9g %.9g %.9g %.9g", \
						T, M, P, N(R, c_events_pct))
				}
				if (SERIES eq "swap" && known(M) && known(T)) {
					COUNT[F] = COUNT[F] + 1
					STOLEN[F] = N(R, c_stolen_ns)
					SWAPS[F] = N(R, c_n)
					KEY[F] = min(KEY[F], default(STOLEN[F], 1e10))
				}
			}
		}
		print ""
		print ""
	}
	KEY[F] = KEY[F] + 1e12 * kind_rank(F) + 2e11 * is_marked(F)
}
unset print
do for [R=1:NROW] {
	if (S(R, c_series) ne "swap" && S(R, c_series) ne "control") {
		print where(R)."series '".elide(S(R, c_series), 40). \
			"' is not swap or control"
		exit status 2
	}
}
if (HI == 0) { LO = 1.0; HI = 100.0; T_LO = -1.0; T_HI = 1.0 }
if (T_LO == T_HI) { T_LO = T_LO - 1; T_HI = T_HI + 1 }
LO = LO / 1.5
HI = HI * 3.5		# room for the figures above the peak
load HERE."lib/sort.gp"

COLUMNS = (NSTRAT < 2 ? 1 : NSTRAT < 5 ? 2 : NSTRAT < 17 ? 3 : 4)
LINES = int(ceil(NSTRAT / real(COLUMNS)))
CELL_W = (COLUMNS == 1 ? 760 : COLUMNS == 2 ? 480 : COLUMNS == 3 ? 380 : 330)
# A name stands above its panel, and needs its room.
CELL_W = int(max(CELL_W, CHAR_PX * (LONGEST + 11) + 60))
CELL_H = (LINES == 1 ? 360 : COLUMNS < 3 ? 270 : 190)
LEFT_PX = 92
WIDTH = max(LEFT_PX + COLUMNS * CELL_W, 1040)
HEIGHT = LINES * CELL_H + 62
load HERE."lib/style.gp"

set label "time since the swap began [us]" \
	at screen SX((LEFT_PX + WIDTH) / 2), screen SY(DRAWN - 44) center \
	tc rgb INK font ",12"
set label "writer's delay per event, log scale" \
	at screen SX(16), screen SY(LINES * CELL_H / 2) center rotate by 90 \
	tc rgb INK font ",12"
set label "writes, of as many without a swap [%]" \
	at screen SX(WIDTH - 14), screen SY(LINES * CELL_H / 2) center \
	rotate by 90 tc rgb GREEN font ",12"
# The key, one row below the axis.
AT = DRAWN - 18
set object rect from screen SX(LEFT_PX), screen SY(AT + 6) \
	to screen SX(LEFT_PX + 30), screen SY(AT - 6) \
	fc rgb "#d0d0d0" fs solid noborder
set label "no swaps: median to p99" at screen SX(LEFT_PX + 38), \
	screen SY(AT) left tc rgb INK font ",11"
set object rect from screen SX(LEFT_PX + 232), screen SY(AT + 6) \
	to screen SX(LEFT_PX + 262), screen SY(AT - 6) \
	fc rgb BLUE fs transparent solid 0.25 noborder
set arrow from screen SX(LEFT_PX + 232), screen SY(AT - 6) \
	to screen SX(LEFT_PX + 262), screen SY(AT - 6) nohead \
	lc rgb BLUE lw 1 dt 2
set label "around a swap: up to p99" at screen SX(LEFT_PX + 270), \
	screen SY(AT) left tc rgb INK font ",11"
set arrow from screen SX(LEFT_PX + 474), screen SY(AT) \
	to screen SX(LEFT_PX + 504), screen SY(AT) nohead lc rgb BLUE lw 2
set label "its median" at screen SX(LEFT_PX + 512), \
	screen SY(AT) left tc rgb INK font ",11"
set arrow from screen SX(LEFT_PX + 608), screen SY(AT) \
	to screen SX(LEFT_PX + 638), screen SY(AT) nohead lc rgb GREEN lw 1.5 dt 1
set label "writes, refused ones too: right axis" \
	at screen SX(LEFT_PX + 646), screen SY(AT) left tc rgb INK font ",11"

set datafile separator whitespace
set xrange [T_LO:T_HI]
set yrange [LO:HI]
set logscale y
set xtics autofreq
if (T_HI - T_LO > 100) { set xtics 50 }
# A delay that hits one event shows in no median and hardly in a p99; what is
# missing meanwhile does, on the right axis. At 100 % the line is clear of the
# figures above it.
set y2range [0:165]
set border 11
set y2tics ("0" 0, "50" 50, "100" 100) out scale 0.6 textcolor rgb GREEN \
	font ",9" offset -0.6, 0
AXIS = "y"
AXIS_PX = CELL_H - 64
UNIT_NS = 1
load HERE."lib/logtics.gp"
set multiplot
do for [I=1:NSTRAT] {
	F = ORDER[I]
	CELL_X = LEFT_PX + ((I - 1) % COLUMNS) * CELL_W
	CELL_Y = ((I - 1) / COLUMNS) * CELL_H
	set lmargin at screen SX(CELL_X + 14)
	set rmargin at screen SX(CELL_X + CELL_W - 92)
	set tmargin at screen SY(CELL_Y + 30)
	set bmargin at screen SY(CELL_Y + CELL_H - 34)
	HAS = (COUNT[F] > 0)
	TEXT_CHARS = int((CELL_W - 112) / (CHAR_PX * 10 / 12))
	NUMBERS_TEXT = (known(STOLEN[F]) ? \
		ns_text(STOLEN[F])." stolen/swap" : ""). \
		(known(STOLEN[F]) && known(SWAPS[F]) ? ", " : ""). \
		(known(SWAPS[F]) ? "n ".count_text(SWAPS[F]) : "")
	set label 5000 label_name(F).(is_kind(F, "candidate") ? "" : \
		" (".kind(F).")") \
		at screen SX(CELL_X + 14), screen SY(CELL_Y + 16) left \
		tc rgb key_ink(F) font ",12"
	unset label 5002
	if (!HAS) {
		set object 5000 rect from graph 0, graph 0 to graph 1, graph 1 \
			back fc rgb HATCH fs pattern 4 noborder
		set label 5002 " ".wrap(absence_text(F), \
			int((CELL_W - 150) / 7.4))." " at graph 0.5, graph 0.5 \
			center boxed front tc rgb SOFT font ",10"
	} else {
		set label 5002 NUMBERS_TEXT.(status(F) eq "ok" ? "" : \
			"\n".wrap(elide(status_text(F), 2 * TEXT_CHARS - 8), \
			TEXT_CHARS)) \
			at graph 0.98, graph 0.92 right front \
			tc rgb (status(F) eq "ok" ? SOFT : RED) font ",10"
		set arrow 5000 from 0, graph 0 to 0, graph 1 nohead back \
			lc rgb FAINT lw 1 dt 3
	}
	TONE = (status(F) eq "invalid" ? SOFT : \
		status(F) eq "broken" ? RED : BLUE)
	plot $BINS index BLOCK[F] using 1:2:3 with filledcurves \
			fc rgb "#d0d0d0" fs solid noborder, \
		$BINS index BLOCK[F] using 1:2 with lines lc rgb SOFT lw 1, \
		$BINS index BLOCK[F] + 1 using 1:2:3 with filledcurves \
			fc rgb TONE fs transparent solid 0.22 noborder, \
		$BINS index BLOCK[F] + 1 using 1:3 with lines \
			lc rgb TONE lw 1 dt 2, \
		$BINS index BLOCK[F] + 1 using 1:2 with lines \
			lc rgb TONE lw 2, \
		$BINS index BLOCK[F] + 1 using 1:4 axes x1y2 with lines \
			lc rgb GREEN lw 1.5 dt 1
	unset label
	unset arrow
	unset object
}
unset multiplot
