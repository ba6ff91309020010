#!/bin/sh
# SPDX-License-Identifier: MIT
# check: valid files, and each kind of bad one refused in one clear line.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

result run run.json
result short short.json
run 0 check short.json
shows "a valid ringswap/1 result"
run 3 check run.json
grep -q 'INVALID' err || fail "INVALID cells are not named"
run 3 check "$journals/run.jsonl"
shows "a valid journal"
run 3 check --table run.json
shows "identical code against itself"
shows "Who pays for a swap"
shows "What this run says"
grep -q "Cost of a write" out && fail "one table was asked for"
run 3 check --tables all run.json
shows "Cost of a write"
shows "Floors"
grep -q "What this run says" out && fail "the answer was not asked for"
run 3 check --table --scenario swap --strategy rcu run.json
shows "Time of a swap"
grep -q "Cost of a write" out && fail "one scenario was asked for"
grep -q "^  barrier" out && fail "one strategy was asked for"
# as wide as it needs to be, unless it is a terminal
COLUMNS=40 "$ringswap" check --table run.json >narrow 2>err
"$ringswap" check --table run.json >out 2>err
cmp -s narrow out || fail "a file is as narrow as a terminal"
if command -v script >/dev/null 2>&1; then
	script -qec "COLUMNS=60 $ringswap check --tables all run.json" \
		/dev/null </dev/null 2>err | tr -d '\r' >out
	shows "60 columns have no room for: "
	[ "$(awk 'length > 60' out | grep -vc 'ringswap check')" -eq 0 ] ||
		fail "wider than the terminal"
fi
run 0 check --json short.json
is_json

refused 2 "give a file" check
refused 2 'known: answer all' check --tables some short.json
refused 2 'no scenario "swpa" in this result; it has: ' \
	check --table --scenario swpa short.json
refused 2 'no strategy "hope"' check --table --strategy hope short.json
refused 2 'no placement "moon"' check --table --placement moon short.json
refused 2 "go with --table" check --strategy rcu short.json
refused 2 "exclude each other" check --table --json short.json
refused 2 "No such file" check missing.json
refused 2 "not a regular file" check .
mkfifo pipe
refused 2 "not a regular file" check pipe
: >empty.json
refused 2 "cut off" check empty.json
head -c 5000 short.json >cut.json
refused 2 "cut off" check cut.json
echo 'not json' >bad.json
refused 2 "bad.json:1:" check bad.json
echo '{"schema": "ringswap/9"}' >new.json
refused 2 'should be "ringswap/1"' check new.json
echo '{"schema": "ringswap/1", "schema": "ringswap/1"}' >twice.json
refused 2 "duplicate" check twice.json
sed 's/"ratio":{"baseline":"[^"]*","median":[0-9.]*/"ratio":{"baseline":"x","median":"fast"/' \
	short.json >wrong.json
refused 2 "].ratio.median: is a string, should be a number" check wrong.json
sed 's/"median":[0-9.]*/"median":NaN/' short.json >nan.json
refused 2 "not JSON" check nan.json
truncate -s 300M huge.json
refused 2 "more than any ringswap file" check huge.json
head -c 200000 /dev/zero | tr '\0' '[' >deep.json
refused 2 "deep.json" check deep.json
# a journal may end in the middle of a line, but not hold a wrong one
head -c 90000 "$journals/short.jsonl" >cut.jsonl
run 0 check cut.jsonl
shows "cut off and ignored"
sed '3s/"round":/"rond":/' "$journals/short.jsonl" >wrong.jsonl
refused 2 "wrong.jsonl:3: round: missing" check wrong.jsonl

# what contradicts itself, and text that would command a terminal
evil()
{
	sed "$1" "$journals/short.jsonl" >evil.jsonl
	for command in check result compare plot; do
		other=
		[ $command = compare ] && other=$journals/short.jsonl
		# shellcheck disable=SC2086 # no word where there is none
		refused 2 "$2" $command evil.jsonl $other
	done
	[ ! -e evil.json ] || fail "a result of what was refused"
}
evil '1s/"kind":"control"/"kind":"candidate"/g' 'should be "control"'
evil '3{p}' 'each should have one'
evil '2s/"round":0/"round":4294967294/' 'round: is 4294967294'
evil '1s/"strategy":"racy"/"strategy":"ra\\u001b]0;cy"/g' 'should be 1 to 64 '
evil '1s,ringswap-journal/1,ringswap-journal/2,' 'what this build reads'

for matrix in "$sources"/bench/plan/matrices/*.json; do
	run 0 check "$matrix"
	shows "a valid matrix"
	refused 2 "a matrix has no table" check --table "$matrix"
done
echo '{"schema": "ringswap-matrix/1", "name": "x", "slices": [
	{"name": "y", "axes": {"strategy": "hope"}}]}' >matrix.json
refused 2 "hope" check matrix.json
echo '{"schema": "ringswap-matrix/1", "name": "x", "slices": [
	{"name": "y", "axes": {"colour": "red"}}]}' >matrix.json
refused 2 "colour" check matrix.json
# nothing is cut in silence, and nothing commands a terminal
word=$(printf '%060d' 0)
echo '{"schema": "ringswap-matrix/1", "name": "x", "slices": [
	{"name": "y", "axes": {"strategy": "'"$word"'"}}]}' >matrix.json
refused 2 '000..."; known:' check matrix.json
printf '{"schema": "ringswap-matrix/1", "description": "x\\u001b]0;y", "slices": [
	{"name": "y", "axes": {"strategy": "hope"}}]}' >matrix.json
refused 2 "hope" check matrix.json
printf '{"schema": "ringswap-matrix/1", "name": "x", \033]0;y' >matrix.json
run 2 check matrix.json
grep -q "$(printf '\033')" err && fail "an escape sequence reaches stderr"
finish
