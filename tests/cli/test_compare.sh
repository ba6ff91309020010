#!/bin/sh
# SPDX-License-Identifier: MIT
# compare: one machine pools, several never do.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

result run a.json
result run b.json
"$maker" "$journals/run.jsonl" other.json m-0000000000000000 || exit 1
result short short.json

run 0 compare a.json b.json --tables all
shows "One machine, before and after"
shows "write/rcu/shared-l3"
grep -q '[1-9][0-9]* \(BETTER\|WORSE\)' out && fail "a run differs from itself"
run 0 compare a.json short.json
shows "an A/A FAILED"
shows "NO VERDICT"
run 0 compare a.json other.json
shows "Different machines: side by side, never pooled"
shows "rank"
shows "The order holds"
grep -q 'ns per event' out && fail "nanoseconds of unlike machines"
run 0 compare a.json b.json other.json short.json
run 0 compare --json a.json other.json
is_json

# every format, of one machine and of two
for other in b.json other.json; do
	run 0 compare --format json a.json $other
	is_json
	run 0 compare --format markdown a.json $other --tables all
	grep -q '^| .* |$' out || fail "no Markdown table"
	awk -F '[|]' '/^[|]/ { if (n && NF != n) exit 1; n = NF }
		!/^[|]/ { n = 0 }' out || fail "a Markdown row of other width"
	run 0 compare --format csv a.json $other
	awk 'END { exit NR < 10 }' out || fail "no CSV"
done
refused 2 "text, markdown, json or csv" compare a.json b.json --format xml
refused 2 "answer, only or all" compare a.json b.json --tables none

# worse is 5, where that is asked for
run 0 compare a.json b.json --fail-on worse
sed 's/"writer.ns-per-event":\([0-9]\)/"writer.ns-per-event":1\1/g' \
	a.json >slower.json
run 0 compare a.json slower.json
run 5 compare a.json slower.json --fail-on worse
run 5 compare a.json slower.json --fail-on worse:100%
grep -q "cells are WORSE" err || fail "worse is not said"
run 0 compare slower.json a.json --fail-on worse
run 0 compare a.json slower.json --fail-on worse:100000
refused 2 "worse:10" compare a.json b.json --fail-on better
for wrong in worse:x worse: worse:% worse:%5 worse:0x10 'worse: 5' worse:-1 \
	worse:+5 worse:5%% worse:nan worse:inf worse:1e400 worse:5,5; do
	refused 2 "worse:10" compare a.json b.json --fail-on "$wrong"
done
refused 2 "different machines" compare a.json other.json --fail-on worse

refused 2 "give one of the two" compare a.json slower.json --tables only \
	--fail-on worse

# what could not be judged has not passed
run 1 compare a.json short.json --fail-on worse
grep -q 'no cell of short.json has a verdict' err || fail "no verdict: passed"
python3 - a.json lost.json <<-'END' || fail "lost.json was not made"
import json, sys
result = json.load(open(sys.argv[1]))
for cell in result["cells"]:
    if cell["id"] == "write/membarrier/shared-l3":
        cell["status"], cell["reason"] = "failed", "no room"
        cell["blocks"] = {"failed": len(cell["rounds"])}
        for row in cell["rounds"]:
            row["status"], row["reason"] = "failed", "no room"
json.dump(result, open(sys.argv[2], "w"))
END
run 0 compare a.json lost.json
run 1 compare a.json lost.json --fail-on worse
grep -q 'write/membarrier/shared-l3 has no numbers in lost.json: failed: no room' \
	err || fail "a candidate without numbers: passed"
run 0 compare lost.json a.json --fail-on worse

# another mark: not compared, and the reason is said
sed 's/"sanitizer":"[a-z]*"/"sanitizer":"address"/' a.json >asan.json
run 1 compare a.json asan.json
shows "a sanitizer build"
run 0 compare a.json asan.json b.json
shows "C"
run 1 compare a.json asan.json b.json --fail-on worse
grep -q "nothing of asan.json is compared: it is a sanitizer build" err ||
	fail "a result that is left out: passed"

# nothing in common, on this machine and on another
head -n 1 "$journals/short.jsonl" >none.journal
for other in a.json other.json; do
	run 1 compare none.journal $other
	grep -q "nothing to compare" err || fail "nothing in common: not told"
done
run 1 compare --json none.journal other.json
is_json

# more than five: a row says how the machines spread
files=
for i in 1 2 3 4 5 6; do
	"$maker" "$journals/run.jsonl" m$i.json m-000000000000000$i || exit 1
	files="$files m$i.json"
done
# shellcheck disable=SC2086 # six names
run 0 compare $files
shows "first on"

refused 2 "got 1" compare a.json
refused 2 "No such file" compare a.json missing.json
finish
