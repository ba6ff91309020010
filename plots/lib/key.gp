# SPDX-License-Identifier: MIT
# A key drawn by hand, one entry per strategy in ORDER[1..NSTRAT], with the
# reason below every entry that is not ok; gnuplot's own key has no place for
# one. It is KEY_PX wide (keysize.gp). The caller sets KEY_X, KEY_HEAD, HAS_CURVE[first row] and, for the
# number at the right, KEY_N (0 or 1). Gives COLOUR, SHAPE, DASH by first row.
array COLOUR[NROW]
array SHAPE[NROW]
array DASH[NROW]
CURVE = 0
CONTROL = 0
AT = 16
set label KEY_HEAD at screen SX(KEY_X), screen SY(AT) left \
	tc rgb SOFT font ",10"
if (KEY_N) {
	set label "n" at screen SX(WIDTH - 14), screen SY(AT) right \
		tc rgb SOFT font ",10"
}
do for [I=1:NSTRAT] {
	F = ORDER[I]
	AT = AT + KEY_ROW
	if (is_kind(F, "candidate")) {
		CURVE = CURVE + HAS_CURVE[F]
		COLOUR[F] = curve_colour(max(CURVE, 1))
		SHAPE[F] = curve_shape(max(CURVE, 1))
		DASH[F] = curve_dash(max(CURVE, 1))
	} else {
		CONTROL = CONTROL + HAS_CURVE[F]
		COLOUR[F] = BLACK
		SHAPE[F] = control_shape(CONTROL)
		DASH[F] = 2 + CONTROL % 2
	}
	if (status(F) eq "invalid") { COLOUR[F] = FAINT }
	if (is_kind(F, "floor")) {
		COLOUR[F] = SOFT
		DASH[F] = 3
	}
	if (HAS_CURVE[F] || is_kind(F, "floor")) {
		set arrow from screen SX(KEY_X), screen SY(AT) \
			to screen SX(KEY_X + 34), screen SY(AT) nohead \
			lc rgb COLOUR[F] lw 2 dt DASH[F]
	} else {
		set object rect from screen SX(KEY_X), screen SY(AT + 6) \
			to screen SX(KEY_X + 34), screen SY(AT - 6) \
			fc rgb FAINT fs pattern 4 noborder
	}
	if (HAS_CURVE[F]) {
		set label "" at screen SX(KEY_X + 17), screen SY(AT) \
			point pt SHAPE[F] ps PS * 1 lw 1.5 lc rgb COLOUR[F]
		if (KEY_N) {
			set label count_text(N(F, c_n)) \
				at screen SX(WIDTH - 14), screen SY(AT) right \
				tc rgb SOFT font ",10"
		}
	}
	set label label_name(F).kind_note(F).FLOOR_TEXT[F] \
		at screen SX(KEY_X + 42), screen SY(AT) left \
		tc rgb key_ink(F) font ",12"
	if (status(F) ne "ok") {
		AT = AT + 15
		set label key_reason(F) \
			at screen SX(KEY_X + 42), screen SY(AT) left \
			tc rgb (is_marked(F) ? RED : SOFT) font ",10"
		AT = AT + 15 * (lines(key_reason(F)) - 1)
	}
}
