# SPDX-License-Identifier: MIT
# Terminal, output, title and caption. The caller sets WIDTH and HEIGHT of the
# drawing in pixels; title and caption are added above and below it.
#
# Gives PS (what a point size is multiplied with); TOP and BOTTOM, the pixels
# that title and caption take; and the conversions SX(px from the left) and
# SY(px from the top of the drawing).

TITLE_TEXT = wrap(TITLE, int((WIDTH - 40) / (CHAR_PX * 16.0 / 12)))
CAPTION_TEXT = wrap(CAPTION, int((WIDTH - 40) / (CHAR_PX * 10 / 12)))
TOP = 22 + 21 * lines(TITLE_TEXT)
BOTTOM = 22 + 14 * lines(CAPTION_TEXT)
DRAWN = HEIGHT
HEIGHT = DRAWN + TOP + BOTTOM
SX(px) = px / real(WIDTH)
SY(px) = 1 - (TOP + px) / real(HEIGHT)

if (FORMAT eq "png") {
	set term pngcairo noenhanced size WIDTH, HEIGHT font "sans,12" \
		background rgb "#ffffff" dashlength 1.2
}
if (FORMAT eq "svg") {
	set term svg noenhanced size WIDTH, HEIGHT font "sans-serif,12" \
		background rgb "#ffffff" dashlength 1.2
}
# The terminals disagree about the size of a point by half.
PS = (FORMAT eq "svg" ? 0.75 : 1.15)
set output OUT

set border 3 lc rgb SOFT lw 1
set tics nomirror out scale 0.6 textcolor rgb INK font ",11"
set grid lc rgb GRID lw 1 lt 1 dt solid
set key noautotitle
unset key
set samples 2
set style textbox opaque margins 1, 1 fillcolor rgb "#ffffff" noborder
set style fill solid 1.0 noborder
set label 9001 TITLE_TEXT at screen SX(20), screen SY(26 - TOP) left \
	font ",16" tc rgb INK front
set label 9002 CAPTION_TEXT at screen SX(20), screen SY(DRAWN + 19) left \
	font ",10" tc rgb SOFT front
