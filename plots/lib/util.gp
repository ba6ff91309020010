# SPDX-License-Identifier: MIT
# Arguments, data and checks of every chart; nothing here draws.
#
# The caller sets ARGN, DATA, OUT, TITLE, CAPTION (its arguments) and
#   CHART    its name, for messages
#   NEED     the columns it reads; each gets a constant c_NAME
#   NUMBERS  those of them that hold numbers or "-"
# and gets NROW, S(row, c_NAME) as text and N(row, c_NAME) as number or NaN.

set encoding utf8

# --- text --------------------------------------------------------------------

TAB = "\t"
cut(s) = (strstrt(s, TAB) ? s[1:strstrt(s, TAB) - 1] : s)
after_tab(s) = (strstrt(s, TAB) ? s[strstrt(s, TAB) + 1:*] : "")
# The k-th tab-separated field; "" past the end.
field(s, k) = (k <= 1 ? cut(s) : field(after_tab(s), k - 1))
has_field(s, k) = (k <= 1 ? 1 : \
	(strstrt(s, TAB) ? has_field(after_tab(s), k - 1) : 0))
# Position of a field of that text, 0 if there is none.
find(s, name, k) = (cut(s) eq name ? k : \
	(strstrt(s, TAB) ? find(after_tab(s), name, k + 1) : 0))
chomp(s) = (strlen(s) && s[strlen(s):strlen(s)] eq "\r" ? \
	s[1:strlen(s) - 1] : s)
elide(s, n) = (strlen(s) <= n ? s : s[1:n - 1]."…")
suffix(s, n) = (strlen(s) > n ? s[strlen(s) - n + 1:strlen(s)] : "")
min(a, b) = (a < b ? a : b)
max(a, b) = (a > b ? a : b)
known(x) = (x == x)
clamp(x, lo, hi) = (x < lo ? lo : (x > hi ? hi : x))
default(x, d) = (known(x) ? x : d)

# Where to break a text of which n characters fit: after the last space that
# fits, or in the middle of a word that is longer than a line.
break_at(s, n) = (strlen(s) <= n ? strlen(s) : last_space(s, n + 1, n))
last_space(s, i, n) = (i < n / 2 ? n : \
	(s[i:i] eq " " ? i : last_space(s, i - 1, n)))
wrap(s, n) = (strlen(s) <= n ? s : \
	s[1:break_at(s, n)]."\n".wrap(s[break_at(s, n) + 1:*], n))
lines(s) = (strstrt(s, "\n") ? 1 + lines(s[strstrt(s, "\n") + 1:*]) : 1)

# Pixels: the mean advance of a wide sans (DejaVu) at 12 px, and at 10.
CHAR_PX = 8.8
text_px(s) = CHAR_PX * strlen(s)
small_px(s) = CHAR_PX * 10 / 12 * strlen(s)

# --- numbers -----------------------------------------------------------------

is_number(s) = (strlen(s) > 0 && strstrt("0123456789", s[strlen(s):*]) && \
	strlen(s) == (sum [i=1:strlen(s)] \
		(strstrt("0123456789.+-eE", s[i:i]) > 0)))
# (gnuplot reads "1.0e+06" and not "1e+06", which %g writes)
e_at(s) = (strstrt(s, "e") ? strstrt(s, "e") : strstrt(s, "E"))
pointed(s) = (e_at(s) && !strstrt(s, ".") ? \
	s[1:e_at(s) - 1].".0".s[e_at(s):*] : s)
number(s) = (s eq "-" ? NaN : real(pointed(s)))
# Three significant digits without an exponent, for 0.01 to millions.
short(x) = (!known(x) ? "" : abs(x) >= 99.95 ? sprintf("%.0f", x) : \
	abs(x) >= 9.995 ? sprintf("%.1f", x) : \
	abs(x) >= 0.0995 ? sprintf("%.2f", x) : sprintf("%.3f", x))
ns_text(x) = (abs(x) < 999.5 ? short(x)." ns" : abs(x) < 999.5e3 ? \
	short(x / 1e3)." us" : abs(x) < 999.5e6 ? short(x / 1e6)." ms" : \
	short(x / 1e9)." s")
count_text(x) = (!known(x) ? "" : x < 99.95 && x != floor(x) ? short(x) : \
	x < 1e4 ? sprintf("%.0f", x) : \
	x < 999500 ? short(x / 1e3)."k" : x < 999.5e6 ? \
	short(x / 1e6)."M" : short(x / 1e9)."G")
above_0(x) = (x > 0 ? x : NaN)

# --- arguments ---------------------------------------------------------------

if (ARGN != 4) {
	print CHART.": usage: gnuplot -c ".CHART. \
		".gp DATA.tsv OUT.svg|OUT.png TITLE CAPTION"
	exit status 2
}
FORMAT = (suffix(OUT, 4) eq ".svg" ? "svg" : \
	(suffix(OUT, 4) eq ".png" ? "png" : ""))
if (FORMAT eq "") {
	print CHART.": ".OUT.": the name must end in .svg or .png"
	exit status 2
}

# --- data --------------------------------------------------------------------

# One read per line: a separator that no file contains makes a line one field.
# Quotes, blanks and percent signs thus mean nothing to gnuplot.
set datafile separator "\001"
NLINE = 0
stats DATA using (NLINE = NLINE + 1, 0) nooutput
if (NLINE < 2) {
	print CHART.": ".DATA.": no data rows, only ". \
		(NLINE ? "column names" : "comments or nothing")
	exit status 2
}
array ALL[NLINE]
keep(i, s) = (ALL[i] = s)
LINE_I = 0
stats DATA using (LINE_I = LINE_I + 1, keep(LINE_I, chomp(strcol(1))), 0) \
	nooutput
NROW = NLINE - 1
HEAD = ALL[1]

do for [NAME in NEED] {
	POS = find(HEAD, NAME, 1)
	if (!POS) {
		print CHART.": ".DATA.": column '".NAME."' is missing"
		exit status 2
	}
	eval sprintf("c_%s = %d", NAME, POS)
}
S(r, c) = field(ALL[r + 1], c)
N(r, c) = number(S(r, c))

WHERE = ""
where(r) = CHART.": ".DATA.": data row ".sprintf("%d", r).": "
do for [R=1:NROW] {
	do for [NAME in NEED] {
		POS = value("c_".NAME)
		if (S(R, POS) eq "") {
			print where(R)."column '".NAME. \
				"' is empty or missing ('-' is nothing)"
			exit status 2
		}
	}
	do for [NAME in NUMBERS] {
		TEXT = S(R, value("c_".NAME))
		if (TEXT ne "-" && !is_number(TEXT)) {
			print where(R)."column '".NAME."': '". \
				elide(TEXT, 40)."' is not a number"
			exit status 2
		}
	}
	TEXT = S(R, c_kind)
	if (!strstrt(" candidate control floor ", " ".TEXT." ")) {
		print where(R)."kind '".elide(TEXT, 40). \
			"' is not candidate, control or floor"
		exit status 2
	}
	TEXT = S(R, c_status)
	if (!strstrt(" ok unavailable failed unmeasured invalid broken ", \
	    " ".TEXT." ")) {
		print where(R)."status '".elide(TEXT, 40)."' is not ok, ". \
			"unavailable, failed, unmeasured, invalid or broken"
		exit status 2
	}
}

# --- rows --------------------------------------------------------------------

name(r) = S(r, c_strategy)
kind(r) = S(r, c_kind)
status(r) = S(r, c_status)
is_kind(r, k) = (kind(r) eq k)
is_absent(r) = (status(r) eq "unavailable" || status(r) eq "failed" || \
	status(r) eq "unmeasured")
is_marked(r) = (status(r) eq "invalid" || status(r) eq "broken")
status_word(r) = (status(r) eq "invalid" ? "INVALID" : status(r))
status_text(r) = status_word(r).(S(r, c_reason) eq "-" ? "" : \
	": ".S(r, c_reason))
# What stands where a value should be.
absence_text(r) = (status(r) eq "ok" ? "no value" : status_text(r))
kind_rank(r) = (is_kind(r, "candidate") ? 0 : is_kind(r, "control") ? 1 : 2)

# The distinct strategies, in order of appearance: FIRST[1..NSTRAT] is the
# first row of each.
NSTRAT = 0
array FIRST[NROW]
is_new(r) = (0 == (NSTRAT ? sum [j=1:NSTRAT] (name(FIRST[j]) eq name(r)) : 0))
do for [R=1:NROW] {
	if (is_new(R)) { NSTRAT = NSTRAT + 1; FIRST[NSTRAT] = R }
}
# Room is made for the longest name; no strategy's is longer than this.
NAME_CHARS = 64
label_name(r) = elide(name(r), NAME_CHARS)
LONGEST = 8
do for [I=1:NSTRAT] {
	LONGEST = max(LONGEST, strlen(label_name(FIRST[I])))
}
