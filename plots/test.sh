#!/bin/sh
# SPDX-License-Identifier: MIT
# Properties of the charts. usage: test.sh PROPERTY [CHART]
# Exit status 77: cannot run here, with the reason.
set -u

here=$(cd "$(dirname -- "$0")" && pwd)
fixtures=$here/../tests/fixtures/plots
property=${1:?usage: test.sh PROPERTY [CHART]}
chart=${2:-}
charts="write-cost write-latency swap-cost pareto footprint scaling ratios
trade machines"
title="FIXTURE: what does it cost?"
caption="FIXTURE: invented numbers, no measurement."

skip() { echo "SKIP: $*"; exit 77; }
die() { echo "FAIL: $*" >&2; exit 1; }

command -v gnuplot >/dev/null 2>&1 ||
	[ "$property" = no-gnuplot-is-one-line ] ||
	skip "gnuplot is not installed (Debian: gnuplot-nox)"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

render() { "$here/render.sh" "$@" 2>"$tmp/stderr"; }

# Expect status $1 and exactly one line on stderr that matches $2, and no file.
expect_refusal()
{
	want=$1
	pattern=$2
	shift 2
	rm -rf "$tmp/out"
	mkdir "$tmp/out"
	render "$1" "$2" "$tmp/out/x.svg" "$title" "$caption"
	got=$?
	[ "$got" -eq "$want" ] ||
		die "$1 $2: exit $got, not $want: $(cat "$tmp/stderr")"
	[ "$(wc -l <"$tmp/stderr")" -eq 1 ] ||
		die "$1 $2: not one line: $(cat "$tmp/stderr")"
	grep -q -- "$pattern" "$tmp/stderr" ||
		die "$1 $2: '$(cat "$tmp/stderr")' lacks '$pattern'"
	[ -z "$(ls -A "$tmp/out")" ] || die "$1 $2: left a file behind"
}

check_svg()
{
	if command -v xmllint >/dev/null 2>&1; then
		xmllint --noout "$1" || die "$1 is not XML"
	elif command -v python3 >/dev/null 2>&1; then
		python3 -c 'import sys, xml.dom.minidom as m
m.parse(sys.argv[1])' "$1" || die "$1 is not XML"
	else
		skip "neither xmllint nor python3 to parse SVG with"
	fi
	grep -q '<svg' "$1" || die "$1 has no svg element"
}

check_png()
{
	signature=$(od -An -tx1 -N8 "$1" | tr -d ' \n')
	[ "$signature" = 89504e470d0a1a0a ] || die "$1 is not a PNG"
	# Width and height: big-endian words at bytes 16 and 20.
	size=$(od -An -tu1 -j16 -N8 "$1")
	# shellcheck disable=SC2086 # eight numbers on purpose
	set -- $size
	width=$(($3 * 256 + $4))
	height=$(($7 * 256 + $8))
	case $width:$height in
	[7-9]??:* | [1-3]???:*) ;;
	*) die "size $width x $height" ;;
	esac
	[ "$height" -ge 200 ] || die "size $width x $height"
}

# The text of an SVG, entities resolved, one text element a line.
svg_text()
{
	sed -n '/<text>/{s/.*<text>//; s/<[^>]*>//g; /./p;}' "$1" |
		sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'"'"'/g; s/&#39;/'"'"'/g; s/&amp;/\&/g'
}

# No text of an SVG leaves the picture or covers another one.
check_texts()
{
	awk -f "$here/textboxes.awk" "$1" >"$tmp/boxes"
	[ ! -s "$tmp/boxes" ] || die "$2: $(cat "$tmp/boxes")"
}

# Multiply a fixture's candidates: $1 chart, $2 how many strategies in all.
many()
{
	awk -F '\t' -v OFS='\t' -v want="$2" '
	/^#/ || !head { print; if (!/^#/) head = 1; next }
	$2 != "candidate" || $1 == "-" { next }
	{ if (!(($1) in seen)) { seen[$1] = ++nseen; order[nseen] = $1 }
	  rows[$1] = rows[$1] $0 "\n" }
	END { for (i = 1; i <= want; i++) {
		s = order[(i - 1) % nseen + 1]
		n = split(rows[s], row, "\n")
		for (j = 1; j < n; j++) {
			$0 = row[j]
			if (want > 1)
				$1 = substr($1 "-by-a-name-of-30-letters", 1, 27) \
					"-" (i < 10 ? "0" : "") i
			print
		} } }' "$fixtures/$1.tsv"
}

case $property in
renders)
	for suffix in svg png; do
		render "$chart" "$fixtures/$chart.tsv" "$tmp/$chart.$suffix" \
			"$title" "$caption" || die "$(cat "$tmp/stderr")"
		[ ! -s "$tmp/stderr" ] || die "not silent: $(cat "$tmp/stderr")"
		"check_$suffix" "$tmp/$chart.$suffix"
	done
	check_texts "$tmp/$chart.svg" "$chart"
	# The gnuplot call itself must be silent: a warning is a wrong chart.
	LC_ALL=C.UTF-8 gnuplot -d -c "$here/$chart.gp" "$fixtures/$chart.tsv" "$tmp/q.svg" \
		"$title" "$caption" 2>"$tmp/stderr" || die "plain call fails"
	[ ! -s "$tmp/stderr" ] || die "warns: $(cat "$tmp/stderr")"
	# Every strategy of the data is named in the picture.
	svg_text "$tmp/$chart.svg" >"$tmp/text"
	grep -v '^#' "$fixtures/$chart.tsv" | tail -n +2 | cut -f1 | sort -u |
	while read -r name; do
		[ "$name" = - ] || grep -q -- "$name" "$tmp/text" ||
			die "$name is not drawn"
	done || exit 1
	grep -q 'FIXTURE: what does it cost?' "$tmp/text" || die "no title"
	grep -q 'no measurement' "$tmp/text" || die "no caption"
	for word in unavailable unmeasured INVALID broken; do
		grep -q "$word" "$tmp/text" || die "no word '$word'"
	done
	;;
odd-labels-survive)
	odd="a_b^c 5%'s <x&y> {z} \\n @q #1"
	for chart in $charts; do
		ODD=$odd awk -F '\t' -v OFS='\t' '
			$1 == "barrier" { $1 = ENVIRON["ODD"] } { print }' \
			"$fixtures/$chart.tsv" >"$tmp/odd.tsv"
		render "$chart" "$tmp/odd.tsv" "$tmp/o.svg" "T $odd" "C $odd" ||
			die "$(cat "$tmp/stderr")"
		check_svg "$tmp/o.svg"
		svg_text "$tmp/o.svg" >"$tmp/text"
		for want in "T $odd" "C $odd"; do
			grep -qF -- "$want" "$tmp/text" ||
				die "$chart: '$want' did not survive"
		done
		[ "$(grep -cF -- "a_b^c 5%'s <x&y>" "$tmp/text")" -ge 3 ] ||
			die "$chart: the strategy's name did not survive"
	done
	;;
bad-data-is-refused)
	: >"$tmp/empty.tsv"
	echo "# only this" >"$tmp/comment.tsv"
	for chart in $charts; do
		good=$fixtures/$chart.tsv
		expect_refusal 2 "no such data file" "$chart" "$tmp/absent.tsv"
		expect_refusal 2 "empty" "$chart" "$tmp/empty.tsv"
		expect_refusal 2 "no data rows" "$chart" "$tmp/comment.tsv"
		head -2 "$good" >"$tmp/head.tsv"
		expect_refusal 2 "no data rows" "$chart" "$tmp/head.tsv"
		cut -f1,3- "$good" >"$tmp/short.tsv"
		expect_refusal 2 "'kind' is missing" "$chart" "$tmp/short.tsv"
		sed '5s/	[^	]*$//' "$good" >"$tmp/row.tsv"
		expect_refusal 2 "row 3: .* empty or missing" "$chart" \
			"$tmp/row.tsv"
		sed '2!s/	ok	/	fine	/' "$good" >"$tmp/status.tsv"
		expect_refusal 2 "status 'fine' is not" "$chart" \
			"$tmp/status.tsv"
		sed '3s/[^	]*$/nan/' "$good" >"$tmp/nan.tsv"
		expect_refusal 2 "'nan' is not a number" "$chart" "$tmp/nan.tsv"
		head -c 3000 /dev/urandom >"$tmp/noise.tsv"
		expect_refusal 2 "$chart" "$chart" "$tmp/noise.tsv"
	done
	expect_refusal 2 "no such chart" no-such-chart "$fixtures/pareto.tsv"
	;;
environment-does-not-matter)
	# Neither a locale, nor a home, nor a terminal: the same picture, and
	# every word that gnuplot says is seen, through a gnuplot that tells.
	cat >"$tmp/gnuplot" <<-'END'
		#!/bin/sh
		gnuplot "$@" 2>&1 | tee -a "$0.said" >&2
	END
	chmod +x "$tmp/gnuplot"
	mkdir -p "$tmp/home/.config/gnuplot"
	echo 'set title "MINE"; set grid; set xlabel "x"; set pointsize 9' \
		>"$tmp/home/.gnuplot"
	cp "$tmp/home/.gnuplot" "$tmp/home/.config/gnuplot/gnuplotrc"
	for chart in $charts; do
		render "$chart" "$fixtures/$chart.tsv" "$tmp/with.svg" \
			"$title" "$caption" || die "$(cat "$tmp/stderr")"
		for locale in LC_ALL=C LC_ALL=C.UTF-8 LC_ALL=no_SUCH.locale \
			LANG=; do
			env -i PATH="$PATH" "$locale" GNUPLOT="$tmp/gnuplot" \
				"$here/render.sh" "$chart" \
				"$fixtures/$chart.tsv" "$tmp/bare.svg" "$title" \
				"$caption" </dev/null 2>"$tmp/stderr" ||
				die "$locale: $(cat "$tmp/stderr")"
			cmp "$tmp/with.svg" "$tmp/bare.svg" ||
				die "$chart: another picture with $locale"
		done
		# Nor what the user likes: files that gnuplot reads by itself,
		# and its variables.
		HOME=$tmp/home XDG_CONFIG_HOME=$tmp/home/.config GNUTERM=dumb \
			GNUPLOT_LIB=$tmp/home GDFONTPATH=$tmp/home \
			render "$chart" "$fixtures/$chart.tsv" "$tmp/bare.svg" \
			"$title" "$caption" || die "$(cat "$tmp/stderr")"
		cmp "$tmp/with.svg" "$tmp/bare.svg" ||
			die "$chart: another picture with a .gnuplot"
	done
	[ ! -s "$tmp/gnuplot.said" ] || die "warns: $(cat "$tmp/gnuplot.said")"
	;;
failure-keeps-the-old-picture)
	printf 'old\n' >"$tmp/x.svg"
	: >"$tmp/empty.tsv"
	render pareto "$tmp/empty.tsv" "$tmp/x.svg" "$title" "$caption" &&
		die "empty data accepted"
	[ "$(cat "$tmp/x.svg")" = old ] || die "the old picture is gone"
	render pareto "$fixtures/pareto.tsv" "$tmp/no/x.svg" "$title" \
		"$caption"
	[ $? -eq 1 ] || die "a missing folder is not status 1"
	render pareto "$fixtures/pareto.tsv" "$tmp/x.pdf" "$title" "$caption"
	[ $? -eq 2 ] || die "an unknown suffix is not status 2"
	# A gnuplot that dies, or that writes half a picture on a full disk.
	# shellcheck disable=SC2016 # $5 is the fake's own
	for body in 'exit 139' ': >"$5"' 'printf "<svg>" >"$5"'; do
		printf '#!/bin/sh\n%s\n' "$body" >"$tmp/gnuplot"
		chmod +x "$tmp/gnuplot"
		GNUPLOT=$tmp/gnuplot render pareto "$fixtures/pareto.tsv" \
			"$tmp/x.svg" "$title" "$caption"
		[ $? -eq 1 ] || die "'$body' is not status 1"
		[ "$(cat "$tmp/x.svg")" = old ] || die "'$body' replaced it"
	done
	;;
no-gnuplot-is-one-line)
	GNUPLOT=$tmp/absent render pareto "$fixtures/pareto.tsv" "$tmp/x.svg" \
		"$title" "$caption"
	[ $? -eq 3 ] || die "not status 3"
	grep -q "gnuplot is not installed" "$tmp/stderr" || die "no reason"
	[ "$(wc -l <"$tmp/stderr")" -eq 1 ] || die "not one line"
	[ ! -e "$tmp/x.svg" ] || die "left a file"
	# Where nothing else is there either.
	env PATH= /bin/sh "$(dirname -- "$0")/render.sh" pareto \
		"$fixtures/pareto.tsv" "$tmp/x.svg" "$title" "$caption" \
		2>"$tmp/stderr"
	[ $? -eq 3 ] || die "with an empty PATH not status 3"
	[ "$(wc -l <"$tmp/stderr")" -eq 1 ] || die "with an empty PATH not one line"
	;;
one-and-forty-strategies)
	# Forty names of thirty letters, each whole, none upon another.
	for chart in $charts; do
		for count in 1 2 40; do
			many "$chart" "$count" >"$tmp/many.tsv"
			render "$chart" "$tmp/many.tsv" "$tmp/m.svg" "$title" \
				"$caption" || die "$chart $count: $(cat "$tmp/stderr")"
			check_svg "$tmp/m.svg"
			check_texts "$tmp/m.svg" "$chart $count"
			[ "$count" -lt 40 ] && continue
			svg_text "$tmp/m.svg" >"$tmp/text"
			cut -f1 "$tmp/many.tsv" | grep -e '-[0-4][0-9]$' | sort -u |
			while read -r name; do
				grep -qF -- "$name" "$tmp/text" ||
					die "$chart: $name is not drawn"
			done || exit 1
		done
	done
	;;
time-axes-have-units)
	# Nobody reads "200k us": a time has the unit that fits it. Some of these
	# are written as 5e+07, which is a number, too.
	for chart in swap-cost pareto scaling trade; do
		awk -F '\t' -v OFS='\t' '
		/^#/ { print; next }
		!head { head = 1; print; for (i = 1; i <= NF; i++) name[i] = $i
			next }
		{ for (i = 5; i <= NF; i++)
			if (name[i] ~ /_us$/ && $i != "-")
				$i = sprintf("%.6g", $i * 1e4)
		  print }' "$fixtures/$chart.tsv" >"$tmp/slow.tsv"
		render "$chart" "$tmp/slow.tsv" "$tmp/s.svg" "$title" "$caption" ||
			die "$chart: $(cat "$tmp/stderr")"
		check_texts "$tmp/s.svg" "$chart"
		svg_text "$tmp/s.svg" >"$tmp/text"
		grep -q '^ *[0-9]* ms *$' "$tmp/text" || die "$chart: no ms"
		! grep '^ *[0-9.]*k *$\|\[us\]' "$tmp/text" |
			grep -v '^ *1[02].*k *$' || die "$chart: k of a unit"
	done
	;;
intervals-are-inside)
	# The axis holds every end of an interval, not the points alone: where it
	# is 3000 times as far, another unit stands at the axis.
	for axis in scaling:ms pareto:ms write-cost:us ratios:k machines:k; do
		chart=${axis%:*}
		awk -F '\t' -v OFS='\t' '
		/^#/ { print; next }
		!head { head = 1; print; for (i = 1; i <= NF; i++) name[i] = $i
			next }
		{ for (i = 5; i <= NF; i++)
			if (name[i] ~ /high/ && $i != "-")
				$i = sprintf("%.6g", $i * 3e3)
		  print }' "$fixtures/$chart.tsv" >"$tmp/wide.tsv"
		render "$chart" "$tmp/wide.tsv" "$tmp/w.svg" "$title" "$caption" ||
			die "$chart: $(cat "$tmp/stderr")"
		svg_text "$tmp/w.svg" | grep -q "^ *[0-9]* *${axis#*:} *\$" ||
			die "$chart: the axis ends before the intervals do"
	done
	;;
what-is-missing-is-listed)
	# A swap without a writer's cost is no point at 0, and no silence.
	awk -F '\t' -v OFS='\t' '
		$1 == "barrier" { $7 = $8 = $9 = "-" } { print }' \
		"$fixtures/pareto.tsv" >"$tmp/lacks.tsv"
	render pareto "$tmp/lacks.tsv" "$tmp/l.svg" "$title" "$caption" ||
		die "$(cat "$tmp/stderr")"
	svg_text "$tmp/l.svg" | grep -q 'barrier, no value' ||
		die "who has no point is not told"
	;;
nothing-measured-still-renders)
	for chart in $charts; do
		printf 'strategy\tkind\tstatus\treason\n' >"$tmp/none.tsv"
		awk -F '\t' -v OFS='\t' '
		/^#/ { print; next }
		!head { head = 1; print; for (i = 1; i <= NF; i++) name[i] = $i
			next }
		{ $3 = "unmeasured"; $4 = "not part of this run"
		  for (i = 5; i <= NF; i++)
			if (name[i] != "placement" && name[i] != "series" &&
			    name[i] != "oversubscribed" &&
			    name[i] != "scenario" && name[i] != "panel" &&
			    name[i] != "slice" && name[i] != "point" &&
			    name[i] != "machine" && name[i] != "cheapest")
				$i = "-"
		  print }' "$fixtures/$chart.tsv" >"$tmp/none.tsv"
		render "$chart" "$tmp/none.tsv" "$tmp/n.svg" "$title" \
			"$caption" || die "$chart: $(cat "$tmp/stderr")"
		svg_text "$tmp/n.svg" | grep -q unmeasured ||
			die "$chart does not say unmeasured"
	done
	;;
text-matches-golden)
	# All text of a chart in drawing order: sorting, tics, rounding, marks.
	gnuplot --version | grep -q 'gnuplot 5\.4' ||
		skip "the golden text is gnuplot 5.4's, this is" \
			"$(gnuplot --version)"
	# After a wanted change: GOLDEN=write test.sh text-matches-golden
	for chart in $charts; do
		golden=$fixtures/$chart.text
		render "$chart" "$fixtures/$chart.tsv" "$tmp/g.svg" "$title" \
			"$caption" || die "$(cat "$tmp/stderr")"
		svg_text "$tmp/g.svg" >"$tmp/text"
		[ "${GOLDEN:-}" != write ] || cp "$tmp/text" "$golden"
		diff -u "$golden" "$tmp/text" || die "$chart's text differs"
	done
	;;
only-dominated-is-hollow)
	# best beats worse on both sides with separate intervals; close overlaps
	# best; bare has no intervals, so that nobody knows; fake would beat all,
	# but is broken and thus beats none.
	{
		grep -v '^#' "$fixtures/pareto.tsv" | head -1
		printf '%s\tcandidate\t%s\t-\tsame-pu\t-\t%s\t0\n' \
			best ok '3	2.9	3.1	1	0.9	1.1' \
			worse ok '5	4.9	5.1	2	1.9	2.1' \
			close ok '5	4.9	5.1	1.1	1.05	1.2' \
			bare ok '9	-	-	3	2.9	3.1' \
			fake broken '1	0.9	1.1	0.1	0.09	0.11'
		# Unsound, and not caught in this cell: no choice either.
		printf 'lucky\tcontrol\tok\t-\tsame-pu\t-\t%s\t0\n' \
			'1.2	1.1	1.3	0.2	0.19	0.21'
	} >"$tmp/front.tsv"
	render pareto "$tmp/front.tsv" "$tmp/f.svg" "$title" "$caption" ||
		die "$(cat "$tmp/stderr")"
	# The key shows one point of each; fake's circle is hollow as well.
	# gnuplot 6 draws the white below a point as a point of its own.
	grep -v '#FFFFFF' "$tmp/f.svg" >"$tmp/points"
	[ "$(grep -c "'#gpPt6' transform" "$tmp/points")" -eq 4 ] ||
		die "not three filled points"
	[ "$(grep -c "'#gpPt5' transform" "$tmp/points")" -eq 3 ] ||
		die "not two hollow points"
	;;
neighbours-differ-in-grey)
	# Rec. 601 luma of neighbouring curve colours, the last and first too.
	colours=$(sed -n 's/^CURVES = "\(.*\)"/\1/p' "$here/lib/palette.gp")
	[ -n "$colours" ] || die "no palette found"
	before=
	for colour in $colours ${colours%% *}; do
		hex=${colour#?}
		red=$((0x${hex%????}))
		green=${hex#??}
		green=$((0x${green%??}))
		blue=$((0x${hex#????}))
		luma=$(((299 * red + 587 * green + 114 * blue) / 1000))
		if [ -n "$before" ]; then
			apart=$((luma - before))
			[ "${apart#-}" -ge 40 ] ||
				die "$colour is ${apart#-}/255 from its neighbour"
		fi
		before=$luma
	done
	;;
*)
	die "unknown property '$property'"
	;;
esac
