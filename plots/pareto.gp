# SPDX-License-Identifier: MIT
# Which strategy gives the best of both sides? Writer cost against swap cost,
# one panel per placement.
CHART = "pareto"
NEED = "strategy kind status reason placement point". \
	" writer_ns writer_low_ns writer_high_ns". \
	" swap_us swap_low_us swap_high_us dropped_per_swap"
NUMBERS = "writer_ns writer_low_ns writer_high_ns". \
	" swap_us swap_low_us swap_high_us dropped_per_swap"
ARGN = ARGC; DATA = ARG1; OUT = ARG2; TITLE = ARG3; CAPTION = ARG4
HERE = ""
do for [I=1:strlen(ARG0)] { if (ARG0[I:I] eq "/") { HERE = ARG0[1:I] } }
load HERE."lib/util.gp"
load HERE."lib/palette.gp"
load HERE."lib/placements.gp"

# Arrays, not functions: the placing of labels reads them thousands of times.
array WX[NROW]; array WLO[NROW]; array WHI[NROW]
array SX_[NROW]; array SLO[NROW]; array SHI[NROW]
X_LO = 1e30; X_HI = 0.0; Y_LO = 1e30; Y_HI = 0.0
do for [R=1:NROW] {
	WX[R] = above_0(N(R, c_writer_ns))
	SX_[R] = above_0(N(R, c_swap_us))
	WLO[R] = default(above_0(N(R, c_writer_low_ns)), WX[R])
	WHI[R] = default(N(R, c_writer_high_ns), WX[R])
	SLO[R] = default(above_0(N(R, c_swap_low_us)), SX_[R])
	SHI[R] = default(N(R, c_swap_high_us), SX_[R])
	if (known(WX[R])) {
		X_LO = min(X_LO, WLO[R]); X_HI = max(X_HI, WHI[R])
	}
	if (known(SX_[R])) {
		Y_LO = min(Y_LO, SLO[R]); Y_HI = max(Y_HI, SHI[R])
	}
}
if (X_HI == 0) { X_LO = 1.0; X_HI = 10.0 }
if (Y_HI == 0) { Y_LO = 1.0; Y_HI = 10.0 }
X_LO = X_LO / 1.35; X_HI = X_HI * 1.9
Y_LO = Y_LO / 1.9; Y_HI = Y_HI * 1.6
has_point(r) = (known(WX[r]) && known(SX_[r]))
# A swapless baseline is a line, and not missing.
is_missing(r) = (is_absent(r) || (!has_point(r) && !known(WX[r])))
# Without its intervals a point is told apart from nobody.
has_bars(r) = (known(N(r, c_writer_low_ns)) && known(N(r, c_writer_high_ns)) && \
	known(N(r, c_swap_low_us)) && known(N(r, c_swap_high_us)))
is_sound(r) = (status(r) eq "ok" && has_point(r) && is_kind(r, "candidate"))

# Where names would cover each other, a point has a number and the names stand
# below: many in one panel, or long ones.
array NUMBER[NROW]
NUMBERED = 0
do for [R=1:NROW] { NUMBER[R] = 0 }
do for [I=1:NSTRAT] {
	if (sum [r=1:NROW] (name(r) eq name(FIRST[I]) && has_point(r))) {
		NUMBERED = NUMBERED + 1
		do for [R=1:NROW] {
			if (name(R) eq name(FIRST[I])) { NUMBER[R] = NUMBERED }
		}
	}
}
IS_NUMBERED = (NUMBERED * LONGEST > 220)
if (!IS_NUMBERED) { NUMBERED = 0 }
# Who refuses events says how many.
point_name(r) = label_name(r).(is_marked(r) ? " ".status_word(r) : \
	is_kind(r, "candidate") ? "" : " (control)").\
	(N(r, c_dropped_per_swap) > 0 ? " (refuses ". \
	count_text(N(r, c_dropped_per_swap))."/swap)" : "")
first_point(f) = max(f, sum [r=1:NROW] (name(r) eq name(f) && has_point(r) && \
	!(sum [q=1:r] (q < r && name(q) eq name(f) && has_point(q))) ? r : 0))
HEAD_PX = 44
LEFT_PX = 96
GUTTER_PX = 0
GAP_PX = 56
PANEL_MIN_PX = 420
load HERE."lib/panels.gp"
PLOT_W = PANEL_PX - GUTTER_PX
PLOT_H = 430.0
# Strategies without a point are listed below the panel, hatched. NABSENT: lines.
absent_text(r) = wrap(label_name(r).", ".absence_text(r), int(PLOT_W / 7.4) - 3)
array NABSENT[NPLACE]
ABSENT_MAX = 0
do for [I=1:NPLACE] {
	NABSENT[I] = (PLACE_HAS[I] ? sum [r=1:NROW] \
		(S(r, c_placement) eq PLACE[I] && is_missing(r) ? \
		lines(absent_text(r)) : 0) : 0)
	ABSENT_MAX = max(ABSENT_MAX, NABSENT[I])
}
ABSENT_PX = 16 * ABSENT_MAX + (ABSENT_MAX ? 10 : 0)
NAMES_AT = HEAD_PX + PLOT_H + 62 + ABSENT_PX
NAME_PX = 34 + CHAR_PX * 11 / 12 * (LONGEST + 34)
NAME_COLUMNS = max(1, int((WIDTH - 40) / NAME_PX))
NAME_ROWS = ceil(NUMBERED / real(NAME_COLUMNS))
NAMES_PX = (NUMBERED ? 16 * NAME_ROWS + 14 : 0)
HEIGHT = HEAD_PX + PLOT_H + 84 + ABSENT_PX + NAMES_PX
load HERE."lib/style.gp"

set label "" at screen SX(LEFT_PX), screen SY(DRAWN - 6) \
	point pt 7 ps PS * 1.1 lc rgb BLUE
set label "not dominated within the intervals" \
	at screen SX(LEFT_PX + 12), screen SY(DRAWN - 6) left \
	tc rgb INK font ",10"
set label "" at screen SX(LEFT_PX + 260), screen SY(DRAWN - 6) \
	point pt 6 ps PS * 1.1 lw 1.5 lc rgb BLUE
set label "dominated" at screen SX(LEFT_PX + 272), screen SY(DRAWN - 6) left \
	tc rgb INK font ",10"
set label "" at screen SX(LEFT_PX + 360), screen SY(DRAWN - 6) \
	point pt 2 ps PS * 1.3 lw 2 lc rgb RED
set label "control, broken, INVALID: no choice" \
	at screen SX(LEFT_PX + 372), screen SY(DRAWN - 6) left \
	tc rgb INK font ",10"
set label "crosses: intervals; lower left is better" \
	at screen SX(LEFT_PX + 618), screen SY(DRAWN - 6) left \
	tc rgb SOFT font ",10"
set label "writer's cost of a stored event while swapped, log scale" \
	at screen SX((LEFT_PX + WIDTH) / 2), screen SY(HEAD_PX + PLOT_H + 42) center \
	tc rgb INK font ",12"

# Pixels inside a panel, y upwards.
px(x) = log(x / X_LO) / log(X_HI / X_LO) * PLOT_W
py(y) = log(y / Y_LO) / log(Y_HI / Y_LO) * PLOT_H
array PX[NROW]; array PY[NROW]
array PX_LO[NROW]; array PX_HI[NROW]; array PY_LO[NROW]; array PY_HI[NROW]
do for [R=1:NROW] {
	PX[R] = (has_point(R) ? px(WX[R]) : -1000)
	PY[R] = (has_point(R) ? py(SX_[R]) : -1000)
	PX_LO[R] = (has_point(R) ? px(WLO[R]) : -1000)
	PX_HI[R] = (has_point(R) ? px(WHI[R]) : -1000)
	PY_LO[R] = (has_point(R) ? py(SLO[R]) : -1000)
	PY_HI[R] = (has_point(R) ? py(SHI[R]) : -1000)
}
# Candidate places of a label: direction (unit vector) times a growing
# distance; the nearest that touches no point, no label and no border wins.
TRY_DX = "1 -1 1 -1 1 -1 0 0 1 1 -1 -1 0.4 0.4 -0.4 -0.4"
TRY_DY = "0 0 0.8 0.8 -0.8 -0.8 1 -1 0.4 -0.4 0.4 -0.4 1 -1 1 -1"
array BX[NROW]; array BY[NROW]; array BW[NROW]
LABEL_H = 15.0
hits_box(x, y, w, j) = (x < BX[j] + BW[j] && BX[j] < x + w && \
	abs(y - BY[j]) < LABEL_H)
# A point counts with both bars of its cross.
hits_point(x, y, w, r) = ((abs(PY[r] - y) < LABEL_H / 2 + 6 && \
	max(PX[r] + 7, PX_HI[r] + 3) > x && \
	min(PX[r] - 7, PX_LO[r] - 3) < x + w) || \
	(PX[r] > x - 6 && PX[r] < x + w + 6 && \
	PY_HI[r] > y - LABEL_H / 2 - 2 && PY_LO[r] < y + LABEL_H / 2 + 2))

NAME_I = 0
do for [I=1:NSTRAT] {
	F = FIRST[I]
	if (IS_NUMBERED && NUMBER[F]) {
		AT_X = 20 + NAME_PX * (NAME_I / NAME_ROWS)
		AT_Y = NAMES_AT + 16 * (NAME_I % NAME_ROWS)
		set label sprintf("%d", NUMBER[F]) at screen SX(AT_X + 22), \
			screen SY(AT_Y) right tc rgb SOFT font ",11"
		set label (NMEASURED > 1 ? label_name(F) : \
			point_name(first_point(F))) at screen SX(AT_X + 30), \
			screen SY(AT_Y) left tc rgb key_ink(F) font ",11"
		NAME_I = NAME_I + 1
	}
}
set datafile separator whitespace
set tmargin at screen SY(HEAD_PX)
set bmargin at screen SY(HEAD_PX + PLOT_H)
set yrange [Y_LO:Y_HI]
set multiplot
SHOWN = 0
do for [PANEL=1:NPLACE] {
	set lmargin at screen SX(PANEL_LEFT[PANEL])
	set rmargin at screen SX(PANEL_RIGHT[PANEL])
	if (!PLACE_HAS[PANEL]) {
		set border 0
		unset ytics
		unset logscale y
		set yrange [0:1]
		load HERE."lib/strip.gp"
		set border 3
		set yrange [Y_LO:Y_HI]
	} else {
		SHOWN = SHOWN + 1
		set logscale xy
		set xrange [X_LO:X_HI]
		LO = X_LO; HI = X_HI; AXIS = "x"; AXIS_PX = PLOT_W
		UNIT_NS = 1
		load HERE."lib/logtics.gp"
		LO = Y_LO; HI = Y_HI; AXIS = "y"; AXIS_PX = PLOT_H
		UNIT_NS = 1e3
		set ytics
		load HERE."lib/logtics.gp"
		if (SHOWN == 1) {
			set label 998 "swap until safe to read, p50, log scale" \
				at screen SX(16), \
				screen SY(HEAD_PX + PLOT_H / 2) center \
				rotate by 90 tc rgb INK font ",12"
		}
		set label 1000 PLACE[PANEL] at graph 0, screen SY(14) left \
			tc rgb INK font ",13"
		set label 999 PLACE_POINT[PANEL] at graph 0, screen SY(30) left \
			tc rgb SOFT font ",10"
		load HERE."lib/front.gp"
	}
	unset label
	unset arrow
	unset object
}
unset multiplot
