# SPDX-License-Identifier: MIT
# One panel of pareto.gp: its dominated points, its labels, its plot.
here(r) = (S(r, c_placement) eq PLACE[PANEL])
array HERE_[NROW]; array SOUND[NROW]; array BEATEN[NROW]; array BARS[NROW]
do for [R=1:NROW] {
	HERE_[R] = (here(R) && has_point(R))
	SOUND[R] = (HERE_[R] && is_sound(R))
	BEATEN[R] = 0
	BARS[R] = (HERE_[R] && has_bars(R))
}
do for [R=1:NROW] {
	if (HERE_[R]) {
		BEATEN[R] = (sum [j=1:NROW] (SOUND[j] && j != R && \
			BARS[j] && BARS[R] && \
			WHI[j] < WLO[R] && SHI[j] < SLO[R])) > 0
	}
}

# Vertical reference lines: a writer cost without a swap.
NEXT = 1001
do for [R=1:NROW] {
	if (here(R) && known(WX[R]) && !known(SX_[R]) && !is_absent(R)) {
		set arrow NEXT from first WX[R], graph 0 to first WX[R], graph 1 \
			nohead back lc rgb SOFT lw 1.2 dt 3
		set label NEXT name(R)." (no swap)" at first WX[R], graph 0.99 \
			right rotate by 90 offset -0.8, 0 tc rgb SOFT font ",10"
		NEXT = NEXT + 1
	}
}

ABSENT_AT = HEAD_PX + PLOT_H + 60
if (NABSENT[PANEL]) {
	set object 1000 rect \
		from screen SX(PANEL_LEFT[PANEL]), screen SY(ABSENT_AT) \
		to screen SX(PANEL_RIGHT[PANEL]), \
		screen SY(ABSENT_AT + 16 * NABSENT[PANEL] + 4) \
		back fc rgb HATCH fs pattern 4 noborder
}
do for [R=1:NROW] {
	if (here(R) && is_missing(R)) {
		set label NEXT absent_text(R) \
			at screen SX(PANEL_LEFT[PANEL] + 14), \
			screen SY(ABSENT_AT + 10) left boxed front \
			tc rgb SOFT font ",10"
		NEXT = NEXT + 1
		ABSENT_AT = ABSENT_AT + 16 * lines(absent_text(R))
	}
}

NBOX = 0
do for [R=1:NROW] {
	if (HERE_[R]) {
		TEXT = (IS_NUMBERED ? sprintf("%d", NUMBER[R]) : point_name(R))
		W = strlen(TEXT) * 7.7 + 4
		DONE = 0
		do for [STEP=0:29] {
			DIST = 12 + STEP * 10
			do for [K=1:16] {
				if (!DONE) {
					DX = real(word(TRY_DX, K))
					BOX_Y = PY[R] + real(word(TRY_DY, K)) * DIST
					REACH = DIST * abs(DX)
					if (K <= 2) {
						REACH = REACH + (DX > 0 ? \
							PX_HI[R] - PX[R] : \
							PX[R] - PX_LO[R])
					}
					BOX_X = (DX > 0 ? PX[R] + REACH : DX < 0 ? \
						PX[R] - REACH - W : PX[R] - W / 2)
					if (BOX_X > 2 && BOX_X + W < PLOT_W + 2 && \
					    BOX_Y > LABEL_H / 2 && \
					    BOX_Y < PLOT_H && \
					    !(sum [j=1:NROW] (HERE_[j] && \
					    hits_point(BOX_X, BOX_Y, W, j))) && \
					    !(NBOX ? sum [j=1:NBOX] \
					    hits_box(BOX_X, BOX_Y, W, j) : 0)) {
						DONE = 1
						GOOD_X = BOX_X
						GOOD_Y = BOX_Y
						GOOD_STEP = STEP
						GOOD_DX = DX
					}
				}
			}
		}
		if (!DONE) {
			GOOD_X = clamp(PX[R] + 12, 2, PLOT_W - W)
			GOOD_Y = PY[R]
			GOOD_STEP = 0
			GOOD_DX = 1
		}
		NBOX = NBOX + 1
		BX[NBOX] = GOOD_X
		BY[NBOX] = GOOD_Y
		BW[NBOX] = W
		# Anchored at the side that faces the point, so that a viewer's
		# narrower font leaves no gap.
		if (GOOD_DX > 0) {
			set label NEXT TEXT at graph GOOD_X / PLOT_W, \
				graph GOOD_Y / PLOT_H left front \
				tc rgb key_ink(R) font ",11"
			TO_X = GOOD_X
		}
		if (GOOD_DX < 0) {
			set label NEXT TEXT at graph (GOOD_X + W) / PLOT_W, \
				graph GOOD_Y / PLOT_H right front \
				tc rgb key_ink(R) font ",11"
			TO_X = GOOD_X + W
		}
		if (GOOD_DX == 0) {
			set label NEXT TEXT at graph (GOOD_X + W / 2) / PLOT_W, \
				graph GOOD_Y / PLOT_H center front \
				tc rgb key_ink(R) font ",11"
			TO_X = GOOD_X + W / 2
		}
		if (GOOD_STEP > 0) {
			set arrow NEXT from first WX[R], first SX_[R] \
				to graph TO_X / PLOT_W, graph GOOD_Y / PLOT_H \
				nohead back lc rgb FAINT lw 0.8
		}
		NEXT = NEXT + 1
	}
}

plot for [R=1:NROW] '+' using (HERE_[R] ? WX[R] : NaN):(SX_[R]): \
		(WLO[R]):(WHI[R]):(SLO[R]):(SHI[R]) every ::0::0 \
		with xyerrorbars pt -1 lw 1.3 lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (SOUND[R] && !BEATEN[R] ? \
		WX[R] : NaN):(SX_[R]) every ::0::0 \
		with points pt 7 ps PS * 1.2 lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (HERE_[R] && (BEATEN[R] || !SOUND[R]) ? \
		WX[R] : NaN):(SX_[R]) every ::0::0 \
		with points pt (is_kind(R, "candidate") ? 6 : 12) ps PS * 1.2 \
		lw 1.5 lc rgb kind_colour(R), \
	for [R=1:NROW] '+' using (HERE_[R] && !SOUND[R] ? WX[R] : NaN): \
		(SX_[R]) every ::0::0 with points pt 2 ps PS * 1.5 lw 2 lc rgb RED
