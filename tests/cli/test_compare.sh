#!/bin/sh
# SPDX-License-Identifier: MIT
# compare: one machine pools, several never do.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

result run a.json
result run b.json
"$maker" "$journals/run.jsonl" other.json m-0000000000000000 || exit 1
result short short.json

run 0 compare a.json b.json
shows "One machine"
shows "write/rcu/shared-l3"
grep -q 'BETTER\|WORSE' out && fail "a run differs from itself"
run 0 compare a.json short.json
shows "A/A FAILED"
shows "NO VERDICT"
run 0 compare a.json other.json
shows "Different machines: side by side, never pooled"
shows "#1"
grep -q 'ns per event' out && fail "nanoseconds of unlike machines"
run 0 compare a.json b.json other.json short.json
run 0 compare --json a.json other.json
is_json

# nothing in common, on this machine and on another
head -n 1 "$journals/short.jsonl" >none.journal
for other in a.json other.json; do
	run 1 compare none.journal $other
	grep -q "nothing to compare" err || fail "nothing in common: not told"
done
run 1 compare --json none.journal other.json
is_json

refused 2 "got 1" compare a.json
refused 2 "got 9" compare a.json a.json a.json a.json a.json a.json a.json \
	a.json a.json
refused 2 "No such file" compare a.json missing.json
finish
