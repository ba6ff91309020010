#!/bin/sh
# SPDX-License-Identifier: MIT
# A run that is stopped, killed, out of disk, or has a block that crashes or
# hangs by itself loses at most that block, and goes on as planned. The command
# is ringswap-validity: it knows a writer that crashes and one that hangs.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

command -v jq >/dev/null 2>&1 || {
	echo "skipped: jq is not installed"
	exit 77
}
RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
# a sanitized build must die by the signal too
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
axes='--strategy unsync,barrier --scenario write --seed 11'
# two cells, the A/A and the floors, three rounds
# shellcheck disable=SC2086 # words
round=$("$ringswap" run $axes --dry-run | grep -c ' ms x ')
blocks=$((3 * round))

# count JOURNAL: its blocks; places JOURNAL: which cell in which round, in order
count()
{
	sed -n '/"type":"block"/p' "$1" 2>/dev/null | wc -l
}
places()
{
	jq -r 'select(.type == "block") | "\(.round) \(.position) \(.cell)
		\(.seed)" | gsub("\\s+"; " ")' "$1"
}

# until_blocks N JOURNAL: wait until so many are on disk
until_blocks()
{
	tries=0
	until [ "$(count "$2")" -ge "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || { fail "no blocks in $2" && return; }
		sleep 0.05
	done
}

# begin NAME: a run in the background, where a shell has SIGINT ignored
begin()
{
	# shellcheck disable=SC2086 # words
	env --default-signal=INT "$ringswap" run $axes --rounds 3 --out "$1.json" >out 2>err &
	pid=$!
	until_blocks 3 "$1.journal"
}

# as_planned NAME: the blocks are those of an undisturbed run, each once
as_planned()
{
	places "$1.journal" | sort >"$1.places"
	cmp -s whole.places "$1.places" ||
		fail "$1: not the blocks of an undisturbed run"
	jq -e -s 'last.type == "end" and last.status == "complete"' \
		"$1.journal" >/dev/null || fail "$1: not complete"
	jq -e --argjson n $blocks '.run.blocks == $n' "$1.json" >/dev/null ||
		fail "$1: the result does not hold $blocks blocks"
}

# shellcheck disable=SC2086 # words
run 0 run $axes --rounds 3 --out whole.json
places whole.journal | sort >whole.places
[ "$(count whole.journal)" -eq $blocks ] || fail "not $blocks blocks"

# --- stopped by Ctrl-C, by kill -9, by a full disk ---
begin stopped
before=$(count stopped.journal)
kill -INT $pid
wait $pid
status=$?
[ $status -eq 130 ] || fail "Ctrl-C: exit status $status, not 130"
[ "$(count stopped.journal)" -ge "$before" ] || fail "Ctrl-C: a block is lost"
[ "$(count stopped.journal)" -lt $blocks ] || fail "Ctrl-C: not stopped"
run 0 run --resume stopped.journal
as_planned stopped

begin killed
before=$(count killed.journal)
kill -KILL $pid
wait $pid 2>/dev/null
[ "$(count killed.journal)" -ge "$before" ] || fail "kill -9: a block is lost"
run 0 check killed.journal
run 0 run --resume killed.journal
as_planned killed

# a disk with room for the header and some blocks
room=$(($(head -n 5 whole.journal | wc -c) / 1024 + 1))
mkdir small
cat >in_small.sh <<END
mount -t tmpfs -o size=$((room + 3))k tmpfs small || exit 99
"$ringswap" run $axes --rounds 3 --out small/full.json >out 2>err
status=\$?
cp small/full.journal .
exit \$status
END
unshare --user --map-root-user --mount sh in_small.sh 2>mount_err
status=$?
if [ $status -eq 1 ] && [ -s full.journal ]; then
	grep -q "No space left" err || fail "a full disk is not named"
else
	echo "no small disk here, a limit on the file size instead:"
	cat mount_err
	(
		ulimit -f "$((room * 2))"
		# shellcheck disable=SC2086 # words
		"$ringswap" run $axes --rounds 3 --out full.json >out 2>err
	)
	status=$?
fi
[ $status -eq 1 ] || fail "full disk: exit status $status, not 1"
kept=$(count full.journal)
if [ "$kept" -lt 1 ] || [ "$kept" -ge $blocks ]; then
	fail "full disk: $kept blocks are kept"
fi
grep -q "$kept finished blocks are kept" err || fail "full disk: not counted"
run 0 check full.journal
run 0 run --resume full.journal
as_planned full

# --- a block that crashes, one that hangs ---
# shellcheck disable=SC2086 # words
suffering() # STRATEGY STATUS-WORD SIGNAL
{
	run 3 run --strategy "$1,barrier" --scenario write --rounds 1 \
		--out "$1.json"
	grep -q "write/$1.*: $2" err || fail "$1: not reported while it ran"
	jq -e -s --arg id "write/$1/" --arg word "$2" --argjson signal "$3" \
		--argjson n "$round" '
		[.[] | select(.type == "block")] | length == $n and
		all(if (.id | startswith($id))
		    then .status == $word and .signal == $signal
		    else .status == "ok" or .status == "disturbed" end)' "$1.journal" >/dev/null ||
		fail "$1: not one block $2 and the others not"
	jq -e --arg name "$1" 'all(.cells[];
		(.status == "invalid") == (.strategy == $name))' "$1.json" \
		>/dev/null || fail "$1: not INVALID, or not alone"
}
suffering crashing crashed 11
suffering hanging timed-out null
# kill -9 of a run whose block hangs leaves nobody spinning behind
"$ringswap" run --strategy hanging --scenario write --rounds 1 --seed 3 \
	--out orphan.json >out 2>err &
pid=$!
# hung_block: the block of that run which has spun for half a second
hung_block()
{
	for stat in /proc/[0-9]*/stat; do
		awk -v run=$pid '$4 == run && $14 + $15 > 50 { print $1 }' \
			"$stat" 2>/dev/null
	done
}
tries=0
until block=$(hung_block) && [ -n "$block" ]; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || break
	sleep 0.1
done
[ -n "$block" ] || fail "kill -9: no block hangs"
kill -KILL $pid
wait $pid 2>/dev/null
tries=0
while [ -n "$block" ] && kill -0 "$block" 2>/dev/null; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || { fail "kill -9: its block spins on" && break; }
	sleep 0.1
done
[ -z "$block" ] || kill -KILL "$block" 2>/dev/null
# both go on to their end after an interruption in another block
head -n 2 crashing.journal >cut.journal
run 3 run --resume cut.journal
[ "$(places cut.journal | sort | uniq | wc -l)" -eq "$round" ] ||
	fail "crashing: not resumed to its end"

# --- what is refused ---
cp stopped.journal other.journal
refused 2 "matrix has changed" run --resume other.journal --strategy rcu \
	--scenario write
jq -c 'if .build then .build.commit = "0123456789ab" else . end' \
	stopped.journal >other.journal
refused 2 "build has changed" run --resume other.journal
jq -c 'if .machine then .machine.key = "m-0000000000000000" else . end' \
	stopped.journal >other.journal
refused 2 "machine has changed" run --resume other.journal
jq -c 'if .type == "block" then .cell = 99 else . end' \
	stopped.journal >other.journal
refused 2 "cell: is 99, the plan has" run --resume other.journal

# --- one run at a time, unless forced ---
begin first
# shellcheck disable=SC2086 # words
{
	refused 1 "pid $pid" run $axes --rounds 1 --out second.json
	refused 1 "pid $pid" run --resume stopped.journal
	run 0 run $axes --rounds 1 --force --out forced.json
}
kill -INT $pid
wait $pid
# shellcheck disable=SC2086 # words
run 0 run $axes --rounds 1 --out second.json
finish
