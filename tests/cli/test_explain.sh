#!/bin/sh
# SPDX-License-Identifier: MIT
# explain: words of every kind, spelled as people spell, and words there are not.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run 0 explain --help
shows "usage: ringswap explain"
shows "Examples:"
refused 2 "--no-such" explain --no-such

for spelling in "NOT RESOLVED" "not resolved" not-resolved Not_Resolved; do
	run 0 explain "$spelling"
	shows "NOT RESOLVED"
	shows "does not mean"
done
run 0 explain not resolved
shows "does not mean"

# A figure by its column, its path and its name; a column of a percentile.
for word in safe swap.safe; do
	run 0 explain "$word"
	shows "swap.safe, in ns"
done
run 0 explain ns-per-event
shows "writer.ns-per-event"
run 0 explain exchange p50
shows "swap.exchange"
shows "percentile"
run 0 explain p99.9
shows "percentile"

# Strategies and floors speak for themselves; one word may be several things.
run 0 explain ipi-signal
shows "Strategies"
run 0 explain membarrier
shows "Strategies"
shows "Floors"
run 0 explain c1
shows "C1-exclusive"

refused 2 "INVALID" explain invald
refused 2 "membarrier" explain memb
refused 2 "nearest" explain xyzzy
[ "$(wc -l <err)" -eq 1 ] || fail "more than one line about an unknown word"
run 2 explain "$(printf '%0300d' 0)"

run 0 explain
for word in "safe to read" INDICATIVE swap.safe shared-l3 racy append; do
	shows "$word"
done
