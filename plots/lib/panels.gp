# SPDX-License-Identifier: MIT
# Horizontal places of the panels: placements with numbers share the width
# that the narrow strips of the others leave. Needs placements.gp and LEFT_PX,
# PANEL_MIN_PX, GAP_PX (between panels) and GUTTER_PX (free inside a panel's
# share, right of its axis); sets WIDTH, PANEL_PX, PANEL_LEFT[], PANEL_RIGHT[]
# and PANEL_CHARS (small characters that fit a panel).
STRIP_PX = 40
WIDTH = max(1000, int(LEFT_PX) + 20 + NMEASURED * PANEL_MIN_PX + \
	(NPLACE - NMEASURED) * (STRIP_PX + GAP_PX))
PANEL_PX = (WIDTH - 20 - LEFT_PX - (NPLACE - NMEASURED) * STRIP_PX - \
	NPLACE * GAP_PX + GAP_PX) / real(max(1, NMEASURED))
PANEL_CHARS = int((PANEL_PX - GUTTER_PX) / 7.2) - 2
array PANEL_LEFT[NPLACE]
array PANEL_RIGHT[NPLACE]
AT_PX = LEFT_PX
do for [I=1:NPLACE] {
	PANEL_LEFT[I] = AT_PX
	PANEL_RIGHT[I] = AT_PX + (PLACE_HAS[I] ? PANEL_PX - GUTTER_PX : STRIP_PX)
	AT_PX = AT_PX + (PLACE_HAS[I] ? PANEL_PX : STRIP_PX) + GAP_PX
}
