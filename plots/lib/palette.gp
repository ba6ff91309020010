# SPDX-License-Identifier: MIT
# Colours, dashes and points. The colours are Okabe-Ito without its yellow
# (unreadable on white) and with its green and vermilion darker, ordered so
# that neighbours differ in lightness; dashes and shapes differ as well, so
# that no curve depends on colour.

INK = "#222222"
SOFT = "#666666"
FAINT = "#9a9a9a"
GRID = "#e4e4e4"
HATCH = "#c8c8c8"
BLUE = "#0072b2"
ORANGE = "#e69f00"
RED = "#c24a00"
GREEN = "#007a5a"
BLACK = "#000000"

CURVES = "#0072b2 #e69f00 #b34700 #56b4e9 #007a5a #cc79a7"
SHAPES = "7 5 9 11 13 15 6 4 8 10 14"
DASHES = "1 2 3 4 5"
# Controls are black with open points.
control_shape(i) = int(word("12 8 4 6", 1 + (i + 3) % 4))
curve_colour(i) = word(CURVES, 1 + (i - 1) % words(CURVES))
curve_shape(i) = int(word(SHAPES, 1 + (i - 1) % words(SHAPES)))
# The dash changes with every curve, and again with every round of colours.
curve_dash(i) = int(word(DASHES, 1 + \
	(i - 1 + (i - 1) / words(CURVES)) % words(DASHES)))

# By kind: candidates are filled circles, controls open diamonds, floors
# crosses.
kind_colour(r) = (status(r) eq "invalid" ? FAINT : \
	is_kind(r, "candidate") ? BLUE : is_kind(r, "control") ? RED : SOFT)
kind_shape(r) = (is_kind(r, "candidate") ? 7 : is_kind(r, "control") ? 12 : 2)
# (a dash type in parentheses would be a list of lengths to gnuplot)
reference_dash(r) = (is_kind(r, "floor") ? 3 : 2)
key_ink(r) = (status(r) eq "broken" || status(r) eq "invalid" ? RED : \
	status(r) eq "ok" ? INK : SOFT)
