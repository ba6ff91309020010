#!/bin/sh
# SPDX-License-Identifier: MIT
# contribute: small, without names, never over what is there; the index and its
# check.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# An older build stored its command line whole.
sed '1s/"--matrix", *"fixture"/"--matrix","\/srv\/jo\/x","--out","mine"/' \
	"$journals/run.jsonl" >run.journal
grep -q /srv/jo run.journal || fail "the fixture has another command line"
run 3 result run.journal -o mine.json

run 2 contribute mine.json
grep -q "no README.md" err || fail "wrote without a checkout"
mkdir results
echo kept >results/README.md
run 0 contribute --index
run 0 contribute --check

run 0 contribute mine.json
shows "Next:"
shows "INVALID"
file=$(find results -name '*.json')
[ "$(wc -c <"$file")" -lt 150000 ] || fail "not small"
grep -q 'srv\|mine' "$file" && fail "names a file"
grep -qF "${file#results/}" results/index.tsv || fail "not in the index"
run 0 contribute --check
shows "1 results, all fit to be kept"
run 2 contribute mine.json
grep -q "there already" err || fail "not told that it is there"

# What reads results reads it too, and says what it lacks.
run 3 check "$file" --table
shows "compact"
run 3 check mine.json --table
grep -q compact out && fail "a whole result is called compact"
run 0 compare mine.json "$file"
GNUPLOT=no-such-gnuplot
export GNUPLOT
run 4 plot "$file" -o charts
for chart in write-latency write-cost swap-cost pareto footprint scaling; do
	[ -s "charts/$chart.tsv" ] || fail "no $chart.tsv of a compact result"
done

# unfit WORDS SED...: edited like that it is refused, and those words are said
unfit()
{
	words=$1
	shift
	cp "$file" kept
	sed "$@" kept >"$file"
	cmp -s "$file" kept && fail "sed $* changes nothing"
	run 2 contribute --check
	grep -qF "$words" err || fail "does not say \"$words\""
	mv kept "$file"
}
unfit "a path or an address" 's/"FILE"/"\/srv\/jo\/x"/'
unfit "a path or an address" 's/invented numbers"/see jo@example.org"/'
unfit "should be m-" 's/"started":"2/"started":"3/'
unfit "simulated" 's/"simulated":false/"simulated":true/'
unfit "run.status" 's/"status":"complete"/"status":"interrupted"/'
unfit "build.commit" 's/"commit":"fixture"/"commit":"fixture-dirty"/'
unfit "sanitizer build" 's/"sanitizer":""/"sanitizer":"address"/'
run 0 contribute --check

# hostile SAYS SED: what it says of itself is no path, and nothing is written
mkdir other
echo kept >other/README.md
hostile()
{
	sed "$2" mine.json >hostile.json
	cmp -s mine.json hostile.json && fail "sed $2 changes nothing"
	refused 2 "$1" contribute hostile.json --to other
	[ "$(find . -newer hostile.json -name '*.json' | wc -l)" -eq 0 ] ||
		fail "writes a file all the same"
}
hostile 'should be m-' 's,m-f1c71de000000000,../../m-1,'
hostile 'should be m-' 's,m-f1c71de000000000,m-\\u001b[31m,'
hostile 'should be m-' 's,m-f1c71de000000000,m-..,'
hostile 'a date' 's,"started": *"[^"T]*,"started":"../../../x,'
hostile 'not fit' 's,"commit": *"fixture","commit":"../../../x",'
hostile 'should be a commit' 's,"commit": *"fixture","commit":"",'

# What identifies somebody, wherever it stands.
sed 's/"reason": *"[^"]*"/"reason":"jo@10.0.0.7 in \/home\/alice on fe80::5054:ff:fe12:3456, 52:54:00:12:34:56"/g' \
	mine.json >private.json
run 0 contribute private.json --to other/
[ "$(find other -name '*.json' | wc -l)" -eq 1 ] || fail "not written once"
grep -qE 'alice|10\.0\.0|fe80|52:54' other/m-*/*.json && fail "names somebody"
run 0 contribute --check --to other//
run 0 contribute --index --to other/
ln -s other linked
run 0 contribute --check --to linked
shows "1 results"

# A folder of the machine that is somewhere else is not written to.
rm -r other/m-*
mkdir elsewhere
ln -s ../elsewhere other/m-f1c71de000000000
refused 1 "not a directory" contribute private.json --to other
[ -z "$(ls elsewhere)" ] || fail "writes through a link"

# Nor is an index that is none, or what becomes one, and nothing waits for it.
rm other/m-f1c71de000000000 other/index.tsv
for name in index.tsv index.tsv.tmp; do
	mkfifo pipe
	mkdir folder
	ln -s private.json link
	for kind in pipe folder link; do
		mv $kind other/$name
		refused 2 "$name: not a regular file" \
			contribute private.json --to other
		refused 2 "$name: not a regular file" \
			contribute --index --to other
		run 2 contribute --check --to other
		[ ! -f other/$name ] || [ -h other/$name ] ||
			fail "$kind: replaced by $name"
		rm -r other/$name
	done
done
[ -z "$(find other -name '*.json')" ] || fail "a result without its index"

echo more >>results/index.tsv
run 2 contribute --check
grep -q "not the index" err || fail "a stale index is not told"
run 0 contribute --index
run 0 contribute --check
cp mine.json "$file"
run 2 contribute --check
grep -q "not compact\|should be at most" err || fail "a whole result is kept"

refused 2 "No such file" contribute missing.json
refused 2 "give one result" contribute
refused 2 "take no result" contribute --check mine.json
finish
