# SPDX-License-Identifier: MIT
# Plain numbers at 1, 2, 5 (or 1 alone, over many decades) on the log axis
# AXIS ("x" or "y") that runs from LO to HI; gnuplot's own tics name powers of
# ten only, of which a narrow range may hold none. AXIS_PX is the length of the
# axis: labels stand as dense as fits. UNIT_NS: of a time, how many ns one is;
# its labels have units, "200 ms", since nobody reads "200k us". 0: no time.
plain_text(x) = (x >= 1e6 ? sprintf("%gM", x / 1e6) : \
	x >= 1e4 ? sprintf("%gk", x / 1e3) : sprintf("%g", x))
time_text(ns) = (ns > 0.9999e9 ? sprintf("%g s", ns / 1e9) : \
	ns > 0.9999e6 ? sprintf("%g ms", ns / 1e6) : \
	ns > 0.9999e3 ? sprintf("%g us", ns / 1e3) : sprintf("%g ns", ns))
tic_text(x) = (UNIT_NS > 0 ? time_text(x * UNIT_NS) : plain_text(x))
# How many labels fit between two powers of ten; a label takes more room along
# a horizontal axis than along a vertical one.
PER_DECADE = AXIS_PX / log10(HI / LO) / (AXIS eq "x" ? (UNIT_NS > 0 ? 52 : 36) : 20)
STEPS = (PER_DECADE < 2.3 ? "1" : PER_DECADE < 3.4 ? "1 3" : \
	PER_DECADE < 8 ? "1 2 5" : PER_DECADE < 22 ? "1 1.5 2 3 5 7" : \
	"1 1.2 1.5 2 2.5 3 3.5 4 4.5 5 6 7 8 9")
eval sprintf("set %stics () ; set m%stics default", AXIS, AXIS)
do for [E=floor(log10(LO)):ceil(log10(HI))] {
	do for [M=1:9] {
		V = M * 10.0 ** E
		if (V >= LO && V <= HI) {
			eval sprintf("set %stics add ('' %.6g 1)", AXIS, V)
		}
	}
	do for [STEP in STEPS] {
		V = real(STEP) * 10.0 ** E
		if (V >= LO * 0.9999 && V <= HI * 1.0001) {
			eval sprintf("set %stics add ('%s' %.6g)", \
				AXIS, tic_text(V), V)
		}
	}
}
