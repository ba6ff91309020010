#!/bin/sh
# SPDX-License-Identifier: MIT
# Render one chart: complete in its place, or not there at all.
# usage: render.sh SCRIPT DATA.tsv OUT.svg|OUT.png TITLE CAPTION
# Exit status: 0 done, 1 cannot write or gnuplot failed, 2 bad arguments or
# data, 3 no gnuplot. See README.md.
set -u

fail()
{
	status=$1
	shift
	# Names of files, and gnuplot's words about them, may hold anything.
	printf 'render: %s' "$*" | LC_ALL=C tr '\000-\037\177-\237' '[?*]' >&2
	echo >&2
	exit "$status"
}

# gnuplot takes "< cmd" and "| cmd" as names of pipes; a path never is one.
as_path()
{
	case $1 in
	/*) printf '%s' "$1" ;;
	*) printf './%s' "$1" ;;
	esac
}

[ $# -eq 5 ] ||
	fail 2 "usage: render.sh SCRIPT DATA.tsv OUT.svg|OUT.png TITLE CAPTION"
# First, and by the shell alone: who lacks this may lack everything.
gnuplot=${GNUPLOT:-gnuplot}
command -v "$gnuplot" >/dev/null 2>&1 || {
	echo "render: gnuplot is not installed (Debian: gnuplot-nox);" \
		"the data stays where it is" >&2
	exit 3
}
here=$(dirname -- "$0")
script=$1
case $script in
*/*) ;;
*) script=$here/${script%.gp}.gp ;;
esac
data=$(as_path "$2")
out=$(as_path "$3")
case $out in
*.svg) suffix=svg ;;
*.png) suffix=png ;;
*) fail 2 "$3: the name must end in .svg or .png" ;;
esac

[ -r "$script" ] || fail 2 "$1: no such chart script"
[ -f "$data" ] || fail 2 "$2: no such data file"
[ -r "$data" ] || fail 2 "$2: data file is not readable"
[ -s "$data" ] || fail 2 "$2: data file is empty"
# gnuplot loses count of lines in noise.
[ "$(LC_ALL=C tr -d '\t\n\r\040-\176\200-\377' <"$data" | wc -c)" -eq 0 ] ||
	fail 2 "$(basename -- "$script" .gp): $2: holds control bytes: no TSV"
folder=$(dirname -- "$out")
[ -d "$folder" ] || fail 1 "$3: its folder does not exist"

# Beside OUT, so that the rename stays within one file system.
work=$(mktemp -d "$folder/.render.XXXXXX" 2>/dev/null) ||
	fail 1 "$3: cannot write to its folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
picture=$work/picture.$suffix

# gnuplot asks the locale for its degree sign, and warns where that has none.
# Nothing else of the user's has a say: no .gnuplot (-d), no other folder of
# scripts, no other fonts of GD.
unset GNUTERM GNUPLOT_LIB GDFONTPATH GNUPLOT_DEFAULT_GDFONT GNUPLOT_FONTPATH \
	GNUPLOT_DRIVER_DIR GNUPLOT_PS_DIR FIT_LOG FIT_SCRIPT GNUHELP
LC_ALL=C.UTF-8 "$gnuplot" -d -c "$script" "$data" "$picture" "$4" "$5" \
	2>"$work/stderr"
status=$?
if [ "$status" -ne 0 ]; then
	# Our scripts' own messages start with the chart's name.
	chart=$(basename -- "$script" .gp)
	why=$(grep -m 1 "^$chart: " "$work/stderr" ||
		grep -m 1 -v '^[[:space:]]*^\{0,1\}$' "$work/stderr")
	[ "$status" -eq 2 ] || status=1
	fail "$status" "${why:-gnuplot failed without a word}"
fi

# gnuplot succeeds on a full disk: look at both ends of what it wrote.
[ -s "$picture" ] || fail 1 "$3: gnuplot wrote nothing"
if [ "$suffix" = svg ]; then
	tail -c 64 "$picture" | grep -q '</svg>' ||
		fail 1 "$3: the SVG is cut short (disk full?)"
	# gnuplot leaves a > as it is, and XML forbids ]]> in a text.
	! grep -q ']]>' "$picture" ||
		sed -i 's/]]>/]]\&gt;/g' "$picture" ||
		fail 1 "$3: cannot write to its folder"
else
	tail -c 12 "$picture" | grep -aq 'IEND' ||
		fail 1 "$3: the PNG is cut short (disk full?)"
fi
mv -f -- "$picture" "$out" 2>/dev/null || fail 1 "$3: cannot be written"
