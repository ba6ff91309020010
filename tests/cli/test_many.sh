#!/bin/sh
# SPDX-License-Identifier: MIT
# A thousand kept results: their index and their comparison end, in 200 MB.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# A limit of address space is what the shell has; sanitizers need terabytes.
limit=204800 # KiB
# shellcheck disable=SC3045 # dash, bash and busybox have it
(ulimit -v $limit && "$ringswap" --version >/dev/null 2>&1) || {
	echo "SKIP: this build does not run in $limit KiB at all"
	exit 77
}
kept=$(find "$sources/results" -path '*/m-*/*.json' | head -n 1)
[ -n "$kept" ] || { echo "SKIP: results/ holds no result"; exit 77; }
key=$(basename "$(dirname "$kept")")
mkdir results
echo "copies" >results/README.md
awk -v key="$key" '
	{ text = text $0 "\n" }
	END {
		n = index(text, key)
		head = substr(text, 1, n - 1)
		tail = substr(text, n + length(key))
		for (i = 0; i < 1000; i++) {
			own = sprintf("m-%016d", i)
			print own >"keys"
			system("mkdir results/" own)
			file = "results/" own "/'"$(basename "$kept")"'"
			printf "%s%s%s", head, own, tail >file
			close(file)
		}
	}' "$kept" || exit 1

# shellcheck disable=SC3045 # as above
ulimit -v $limit
run 0 contribute --index
shows "1000 results"
[ "$(grep -c '^m-' results/index.tsv)" -eq 1000 ] || fail "not all in the index"
run 0 compare results/m-*/*.json
shows "1000, called by their file's name"
shows "first on 1000"

# cpu FILES...: hundredths of a second of CPU time that their comparison takes
cpu()
{
	sh -c '"$0" compare "$@" >/dev/null; times' "$ringswap" "$@" |
		awk 'END { split($1, t, /[ms]/); printf "%d\n", 100 * (60 * t[1] + t[2]) }'
}
# Four times the files take four times as long, not sixteen times.
few=$(cpu results/m-00000000000000*/*.json)
many=$(cpu results/m-0000000000000[0-3]*/*.json)
echo "CPU time of 100 results: $few hundredths of a second, of 400: $many"
[ "$many" -lt $((8 * few + 50)) ] || fail "400 take $many, 100 take $few"

run 0 compare --format csv results/m-00000000000009*/*.json
[ "$(wc -l <out)" -gt 10000 ] || fail "not every side in the CSV"
finish
