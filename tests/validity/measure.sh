#!/bin/sh
# SPDX-License-Identifier: MIT
# Measure what the harness finds where the truth is known, and write the report.
#
# usage: measure.sh RINGSWAP COMMAND REPORTER DIRECTORY [REPORT]
#
# COMMAND is ringswap-validity, REPORTER validity-report. Results gather in
# DIRECTORY: what lies there from an earlier call counts too, and the first and
# the last run of each sort are what flips of verdicts are counted over. So run
# it again an hour later. REPORT gets the text; without it nothing is written.
#
# Results of another build belong in DIRECTORY/earlier: only flips look there.
#
#	VALIDITY_RUNS=4		runs of each sort that this call adds
#	VALIDITY_PRECISION=2%	as `ringswap run --precision`
#	VALIDITY_CAP=32		rounds at most
#	VALIDITY_QUICK=1	0: leave the matrix quick out
#	VALIDITY_FULL=1		rounds of the matrix full, 0: leave it out
#	VALIDITY_NOTE=		a line for the report
set -eu

ringswap=$1
command=$2
reporter=$3
directory=$4
report=${5-}
runs=${VALIDITY_RUNS:-4}
precision=${VALIDITY_PRECISION:-2%}
cap=${VALIDITY_CAP:-32}
quick=${VALIDITY_QUICK:-1}
full=${VALIDITY_FULL:-1}
note=${VALIDITY_NOTE-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case $report in '' | /*) ;; *) report=$PWD/$report ;; esac
mkdir -p "$directory"
cd "$directory"

# measure COMMAND NAME ARGS...: the result NAME-TIME.json. Status 3, a cell that
# is INVALID, is a finding and no failure.
measure()
{
	program=$1
	name=$2
	shift 2
	tries=0
	while :; do
		out=$name-$(date -u +%m%dT%H%M%S).json
		status=0
		"$program" run --out "$out" "$@" >"${out%.json}.txt" \
			2>"${out%.json}.err" || status=$?
		case $status in 0 | 3) return ;; esac
		cat "${out%.json}.err" >&2
		tries=$((tries + 1))
		# somebody else measures: wait for their end
		grep -q "another run" "${out%.json}.err" && [ $tries -lt 120 ] ||
			exit 1
		rm -f "${out%.json}.txt" "${out%.json}.err"
		sleep 5
	done
}

i=0
while [ "$i" -lt "$runs" ]; do
	i=$((i + 1))
	measure "$command" planted --matrix "$here/matrices/planted.json" \
		--precision "$precision" --rounds "$cap"
	measure "$command" twins --matrix "$here/matrices/twins.json"
	measure "$command" swaps --matrix "$here/matrices/swaps.json"
done
if [ "$quick" -gt 0 ]; then
	out=quick-$(date -u +%m%dT%H%M%S).json
	"$reporter" memory "$ringswap" run --matrix quick --out "$out" \
		2>quick.err | sed -n '/^Peak memory/p' >memory.md
fi
[ "$full" -eq 0 ] ||
	measure "$ringswap" full --matrix full --rounds "$full"
[ -n "$report" ] || exit 0

# last NAME: by the time in its name
last()
{
	for file in "$1"-*.json; do
		:
	done
	echo "$file"
}

newest=$(last quick)
machine=$(sed -n 's/^machine *//p' "$(last planted | sed 's/json$/txt/')")
load=$(sed -n 's/^ *load: //p' "$(last planted | sed 's/json$/txt/')")
{
	cat <<END
# Are the numbers right? The harness against known truths

Made by \`cmake --build BUILD --target validity\` (\`tests/validity/measure.sh\`). Every figure below is from results on this machine; nothing is adjusted.

- machine: $machine
- load when the last run began: ${load:-not remarkable}
${note:+- $note
}- asked for: --precision $precision, at most $cap rounds, for planted effects in the write; the other matrices have fixed rounds

## Method

\`ringswap-validity\` is the \`ringswap\` command with a few rows added, in tests only.

- **Copies** (\`unsync-twin-N\`, \`membarrier-twin-N\`): the same source under another name, compiled again. No difference is the truth. This is harder than the A/A control of every run, which is the same machine code twice: a copy lies elsewhere in memory, and where code lies is a real effect, often of a per cent.
- **Planted in the write** (\`-plus-2\`, \`-plus-5\`, \`-plus-20\`): the loop calls the machine code of the strategy that it slows down, k events at a time, and spins after each k-th for that share of what they took. k is calibrated in the process so that one spin is 256 steps of the clock.
- **Planted in the swap** (\`membarrier-slower\`): each swap spins for a tenth of what it took.
- Rows of \`unsync\` are judged by the verdict that the tool prints. Rows of \`membarrier\` are judged by their difference from the row \`membarrier\` of the same run, round by round, by the same statistics.
- Only runs whose A/A passed are judged. *Covers* means that the interval, which is wide enough for the whole table at once, contains the truth.
- Shares have exact (Clopper-Pearson) 95 % intervals. They take comparisons as independent, which those of one row in several runs are not quite: they share its code and where it lies.
- A run that ended \`cap-reached\` did not reach the precision that was asked for. Its half-widths say what it could resolve; a verdict also needs the threshold of 3 %, so +2 % is not meant to be called WORSE.

## Identical code

END
	"$reporter" effects twins-*.json
	printf '\n## Planted in the write\n\n'
	"$reporter" effects planted-*.json
	printf '\n## Swaps: planted and identical\n\n'
	"$reporter" effects swaps-*.json
	printf '\n## The same matrix again\n\nA flip between NOT RESOLVED and another word is a matter of width; between BETTER and WORSE it would be a fault.\n\n'
	for name in planted twins quick full; do
		# results of earlier builds count here and nowhere else
		files=$(ls "earlier/$name"-*.json "$name"-*.json 2>/dev/null || :)
		# shellcheck disable=SC2086 # names without blanks
		[ -z "$files" ] || "$reporter" flips $files
		echo
	done
	printf '## What the harness itself costs\n\n'
	"$reporter" empty "$newest"
	echo
	cat memory.md
	cat <<'END'

Predicted and actual time, and the share of it spent inside measured slices. Targets: off by at most 10 %; `full` at least 90 % measuring and under 15 min; `quick` under 60 s. Where `full` was run with fewer rounds than its 12, its blocks are the same.

END
	# shellcheck disable=SC2046 # names without blanks
	"$reporter" times quick-*.json $(ls full-*.json 2>/dev/null) \
		twins-*.json swaps-*.json
	printf '\nAll rounds of it, by its plan: '
	"$ringswap" run --matrix full --dry-run | sed -n '1p'
} >report.new
mv report.new "$report"
