#!/bin/sh
# SPDX-License-Identifier: MIT
# plot: data and pictures, with and without gnuplot; no half-written file.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

unset RINGSWAP_HOME
result run run.json
result short short.json

# Without gnuplot: one line, status 4, all TSV files.
GNUPLOT=no-such-gnuplot
export GNUPLOT
run 4 plot run.json -o bare
[ "$(wc -l <err)" -eq 1 ] || fail "no gnuplot is not one line"
for chart in write-latency write-cost swap-cost pareto footprint scaling \
	ratios trade; do
	[ -s "bare/$chart.tsv" ] || fail "no $chart.tsv without gnuplot"
done
[ -z "$(find bare -name '*.svg')" ] || fail "a picture without gnuplot"
unset GNUPLOT

# Every row has as many fields as there are columns, none of them empty.
for tsv in bare/*.tsv; do
	grep -v '^#' "$tsv" | awk -F '\t' '
		NR == 1 { n = NF }
		NF != n { exit 1 }
		{ for (i = 1; i <= NF; i++) if ($i == "") exit 1 }
		/nan|inf/ { exit 1 }' || fail "$tsv: malformed"
done
grep -q '^racy	control	broken	24 lost, 12 torn	' bare/swap-cost.tsv ||
	fail "racy is not drawn as broken"
grep -q '^membarrier	candidate	unavailable	.*	smt-sibling	1000 swaps/s	-' \
	bare/swap-cost.tsv || fail "the missing placement is not drawn"

refused 2 "give a result file" plot
refused 2 "No such file" plot missing.json
refused 2 '"gif"' plot run.json --format gif
refused 2 "needs a value" plot run.json -o
: >file
refused 1 "not a directory" plot run.json -o file
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked && chmod a-w locked
	refused 1 "Permission denied" plot run.json -o locked/charts
fi
RINGSWAP_HOME=$work
export RINGSWAP_HOME
refused 4 "RINGSWAP_HOME" plot run.json
unset RINGSWAP_HOME

if ! command -v gnuplot >/dev/null 2>&1; then
	echo "pictures not tested: gnuplot is not installed"
	[ "$failed" -eq 0 ] && exit 77
	exit 1
fi
run 0 plot run.json -o charts
for chart in write-latency write-cost swap-cost pareto footprint scaling; do
	for suffix in svg png; do
		[ -s "charts/$chart.$suffix" ] || fail "no $chart.$suffix"
	done
done
# Whatever texts a result has, pictures are XML.
sed 's/"name": *"fixture"/"name": "a ]]> b"/; s/"model": *"[^"]*"/"model": "\&<>]]>"/' \
	run.json >odd.json
cmp -s run.json odd.json && fail "no odd text"
run 0 plot odd.json -o odd --format svg
grep -lq ']]&gt;' odd/write-cost.svg || fail "the odd text is not drawn"
if command -v xmllint >/dev/null 2>&1; then
	xmllint --noout odd/*.svg 2>err || fail "a picture is no XML"
fi
run 0 plot run.json short.json -o both --format svg
[ -s both/run/pareto.svg ] || fail "no folder for run"
[ -s both/short/pareto.svg ] ||
	fail "no folder for short"
grep -q 'INDICATIVE' both/run/write-cost.svg || fail "not stamped INDICATIVE"
[ -z "$(find . -name '*.tmp' -o -name '.render*')" ] || fail "litter is left"
[ -z "$(find . -name '*.svg' -size 0)" ] || fail "a 0-byte picture"
# Different machines: one more chart, of costs inside each and no nanosecond.
"$maker" "$journals/run.jsonl" other.json m-0000000000000000 || exit 1
GNUPLOT=no-such-gnuplot run 4 plot run.json other.json -o machines
grep -q "^rcu	candidate	ok	-	write: ratio to unsync	2	B	" \
	machines/machines.tsv || fail "no machines.tsv of two machines"
GNUPLOT=no-such-gnuplot run 4 plot run.json short.json -o alike
[ ! -e alike/machines.tsv ] || fail "one machine has a chart of machines"
finish
