# SPDX-License-Identifier: MIT
# A placement without numbers: a narrow hatched strip that says why.
unset xlabel
unset xtics
unset logscale x
set xrange [0:1]
set object 1000 rect from graph 0, graph 0 to graph 1, graph 1 back \
	fc rgb HATCH fs pattern 4 noborder
set label 1000 " ".elide(PLACE[PANEL].": ".PLACE_WHY[PANEL], \
	max(12, int((DRAWN - 106) / 7.2)))." " at graph 0.5, graph 0.5 \
	center rotate by 90 boxed front tc rgb SOFT font ",10"
plot '+' using (NaN):(NaN) with points
set xtics
