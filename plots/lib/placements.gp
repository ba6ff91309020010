# SPDX-License-Identifier: MIT
# The distinct placements in order of appearance, PLACE[1..NPLACE], whether
# any row of theirs has numbers (PLACE_HAS), if not, why (PLACE_WHY), and what
# its cells have that those of other panels have not (PLACE_POINT).
NPLACE = 0
array PLACE[NROW]
array PLACE_HAS[NROW]
array PLACE_WHY[NROW]
array PLACE_POINT[NROW]
do for [R=1:NROW] {
	PANEL = 0
	do for [I=1:NPLACE] {
		if (PLACE[I] eq S(R, c_placement)) { PANEL = I }
	}
	if (!PANEL) {
		NPLACE = NPLACE + 1
		PANEL = NPLACE
		PLACE[PANEL] = S(R, c_placement)
		PLACE_HAS[PANEL] = 0
		PLACE_POINT[PANEL] = (S(R, c_point) eq "-" ? "" : S(R, c_point))
		PLACE_WHY[PANEL] = status_text(R)
	}
	if (!is_absent(R)) { PLACE_HAS[PANEL] = 1 }
}
NMEASURED = (sum [i=1:NPLACE] PLACE_HAS[i])
