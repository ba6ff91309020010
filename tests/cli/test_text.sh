#!/bin/sh
# SPDX-License-Identifier: MIT
# Text of somebody else's file, and names of files, stay text in every form: no
# field more or less, no formula, no element of a page, no broken character.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

result run run.json

# other MODEL [KEY]: other.json, of another machine with this CPU
other()
{
	sed -e "s/\"model-name\": *\"[^\"]*\"/\"model\":\"$1\"/" \
		-e 's/m-f1c71de000000000/m-f1c71de000000001/' run.json >other.json
	cmp -s run.json other.json && fail "the fixture has no CPU to change"
}


# Markdown: a bar, a backslash before one, an element
other 'a|b\\\\|c<img src=x>'
run 0 compare run.json other.json --format markdown
shows 'a\|b\\\|c&lt;img src=x>'
grep -q '<img' out && fail "an element in Markdown"
grep '^| CPU' out | sed 's/\\[\\|]//g' | grep -qE '^(\|[^|]*){3}\|$' ||
	fail "a bar ends a field"

# CSV: what a spreadsheet would run
other "x"
cp run.json =cmd.json
run 0 compare =cmd.json other.json --format csv
grep -q "\"'=cmd.json\"" out || fail "a formula in CSV"

# Characters of more than a byte are cut whole, and every machine keeps its value.
other "$(printf '%0500d' 0 | sed 's/0/é/g')"
for format in text markdown json csv; do
	run 0 compare run.json other.json --format $format --tables all
	iconv -f UTF-8 -t UTF-8 <out >again 2>/dev/null || fail "$format: no UTF-8"
done
run 0 compare run.json other.json --json
[ "$(tr -d ' \n' <out | sed 's/.*"what":"CPU","path":"[^"]*","values":\[\([^]]*\)\].*/\1/' |
	grep -o '","' | wc -l)" -eq 1 ] || fail "not a value for each machine"

# A name of a file, which may be anything, on terminals and in charts.
hostile=$(printf 'a\033]0;b\nc')
cp run.json "$hostile.json"
run 0 compare "$hostile.json" other.json
LC_ALL=C grep -q "$(printf '\033')" out && fail "a name commands the terminal"
GNUPLOT=no-such-gnuplot
export GNUPLOT
run 4 plot "$hostile.json" other.json -o "$hostile"
cat out err "$hostile/machines.tsv" | LC_ALL=C grep -q "$(printf '\033')" &&
	fail "a name commands the terminal"

# gnuplot has no room for a field of any length.
sed "s/\"reason\": *\"[^\"]*\"/\"reason\":\"$(printf '%04000d' 0)\"/g" run.json >long.json
cmp -s run.json long.json && fail "the fixture has no reason"
run 4 plot long.json -o long
awk 'length > 1000' long/*.tsv | grep -q . && fail "a field without an end"
finish
