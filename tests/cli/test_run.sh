#!/bin/sh
# SPDX-License-Identifier: MIT
# run and bench: plans, bad input, interruptions; nothing measured gets lost.
# shellcheck source=tests/cli/lib.sh
# shellcheck disable=SC2086 # $small is several words
. "$(dirname "$0")/lib.sh"

RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
small='--strategy unsync,barrier --scenario write'
# a machine that can be planned and not measured
described='Package:2 [NUMANode] L3Cache:2 L2Cache:4 Core:1 PU:2'

# --- plans ---
run 0 run --help
shows "Examples:"
shows "--writer-sched"
run 0 run --dry-run
shows "matrix quick"
shows "predicted"
shows "aa/unsync/"
run 0 run --matrix full --dry-run --json
is_json
export HWLOC_SYNTHETIC="$described"
run 0 run --dry-run --placement cross-package,cross-numa,smt-sibling
shows "write/unsync/cross-package"
shows "unavailable    write/unsync/cross-numa"
refused 2 "simulated" run $small
# every distance of the machine, and none that it lacks
run 0 run --dry-run --scenario swap --strategy barrier --placement all
for placement in same-pu smt-sibling shared-l3 same-numa cross-package; do
	shows "swap/barrier/$placement"
done
grep -q cross-numa out && fail "a distance that the machine lacks"
run 0 run --dry-run --matrix full
for name in barrier membarrier ipi-signal global-lock rcu; do
	shows "swap/$name/cross-package"
done
[ "$(sed 's/.* //' out | sort | uniq -d | wc -l)" -eq 0 ] ||
	fail "a cell is measured twice"
# the machine that is described is input, whoever reads it
HWLOC_SYNTHETIC=bogus:2
for command in topo doctor "run --dry-run" bench "run --simulate"; do
	# shellcheck disable=SC2086 # several words
	refused 2 'does not accept "bogus:2"' $command
done
unset HWLOC_SYNTHETIC
# a scenario that needs swaps takes those who can
for scenario in swap footprint scaling; do
	run 0 run --dry-run --scenario $scenario
	shows "$scenario/barrier"
	shows "$scenario/rcu"
done
# nothing is measured, so the same is predicted each time
run 0 run --matrix quick --dry-run
cp out first
run 0 run --matrix quick --dry-run
cmp -s first out || fail "a dry run measures something"
# one CPU is enough to plan
if command -v taskset >/dev/null 2>&1 && taskset -c 0 true 2>/dev/null; then
	taskset -c 0 "$ringswap" run --dry-run >out 2>err || fail "one CPU"
	shows "/same-pu"
fi

# --- bad input ---
refused 2 "known: unsync" run --strategy hope
refused 2 "same-pu" run --placement near
refused 2 "known: write latency" run --scenario wrote
refused 2 "give smoke, quick, full or a file" run --matrix nope
refused 2 "No such file" run --matrix ./nope.json
refused 2 "--rounds" run --rounds 0
for wrong in 2 2%% 0x2% ' 2%' +2% -2% nan% 2,5% %; do
	refused 2 "--precision" run --dry-run --precision "$wrong"
done
refused 2 "--seed" run --seed x
refused 2 "unknown or misused option" run --colour red
refused 2 "unexpected argument" run quick
refused 2 "right: 1 to 1024" run --scenario scaling --writers 1025
refused 2 "right: KIB: 2 to 4194304" run --buffer-kib 1
refused 2 "0 to 1000000|back-to-back" run --swap-rate 1000001
refused 2 "payload cannot be" run --payload 3
refused 2 "does not fit" run --payload 1024 --subbuf 1024
refused 2 "in scenario write it is 1" run --scenario write --writers 3
refused 2 "in scenario write it is 0" run $small --swap-rate 100
refused 2 "No such file" run --resume nope.journal
for option in '--rounds 3' '--seed 3' '--precision 2%' '--out x.json' --dry-run
do
	refused 2 "${option%% *} goes with a new run" run --resume a.journal \
		$option
done
echo '{"schema": "ringswap-matrix/1", "slices": [' >cut.json
refused 2 "cut.json:2:" run --matrix ./cut.json
for name in ../../x '' -x '#x' 'a b' 'a\u001b[31m' 'a/b'; do
	echo '{"schema": "ringswap-matrix/1", "name": "'"$name"'", "slices": []}' \
		>named.json
	refused 2 "named.json:1: name is a string of 1 to 64" run --dry-run \
		--matrix ./named.json
done
echo '{"schema": "ringswap-matrix/1", "a\u001b[31m": 1}' >member.json
refused 2 "member.json:1: a member called" run --matrix ./member.json
echo '{}' >no.journal
refused 2 'should be "ringswap-journal/1"' run --resume no.journal
refused 1 "No such file" run $small --out nowhere/x.json
# Before anything is measured: a result would replace it.
mkfifo pipe
refused 2 "not a regular file" run $small --out pipe
if [ ! -p pipe ] || [ -e pipe.journal ]; then
	fail "a pipe was replaced, or a journal begun beside it"
fi
refused 2 "unknown or incomplete" bench --colour
# Google Benchmark says so too
run 2 bench --matrix smoke --benchmark_filter=nix
run 2 bench --matrix smoke "--benchmark_filter=*["
grep -q "no benchmark matches" err || fail "no benchmark: not said"

# --- can it measure here at all? ---
run 0 run $small --rounds 2 --seed 7 --out a.json
shows "Who pays for a swap"
shows "What this run says"
[ -s a.json ] || fail "no result"
[ -s a.journal ] || fail "no journal"
tail -n 1 a.journal | grep -q '"type":"end","status":"complete"' ||
	fail "the journal has no end"
# both strategies, an A/A block and every floor
"$ringswap" run $small --dry-run >plan 2>err || fail "no plan"
round=$(grep -c ' ms x ' plan)
[ "$(grep -c ' floor/' plan)" -eq $((round - 3)) ] || fail "more than floors"
[ "$(grep -c ' floor/' plan)" -ge 11 ] || fail "flags without floors"
[ "$(grep -c '"type":"block"' a.journal)" -eq $((2 * round)) ] ||
	fail "not two rounds of $round blocks"
"$ringswap" check a.journal >out 2>err || fail "its journal is not valid"
# an older result stays, and so does its journal
cp a.json older.json
run 0 run $small --rounds 1 --seed 8 --out a.json
grep -q "a.json: the older one is kept as a.json.prev" err || fail "not said"
cmp -s older.json a.json.prev || fail "the older result is gone"
mv a.json.prev a.json && mv a.journal.prev a.journal
# the same seed gives the same order
run 0 run $small --rounds 2 --seed 7 --out b.json
order()
{
	sed -n 's/.*"round":\([0-9]*\).*"cell":\([0-9]*\).*/\1 \2/p' "$1"
}
[ "$(order a.journal)" = "$(order b.journal)" ] ||
	fail "the order does not follow from the seed"
refused 2 "matrix has changed" run --resume a.journal --strategy rcu \
	--scenario write

# --- interrupted, killed, full ---
# started ROUNDS OUT [LIMIT]: in the background; waits for the first blocks
started()
{
	"$ringswap" run $small --rounds "$1" --out "$2" >out 2>err &
	pid=$!
	tries=0
	until [ "$(grep -c '"type":"block"' "${2%.json}.journal" 2>/dev/null)" \
		-ge 2 ] 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.1
	done
}

started 4 i.json
refused 1 "pid $pid" run $small --rounds 1 --out other.json
started_pid=$pid
# not even by force: it would put the journal away that is being written
for again in "$small --rounds 1 --out i.json" "--resume i.journal"; do
	run 1 run $again --force
	grep -q "i.journal: another run is writing it" err ||
		fail "two runs write one journal"
done
[ ! -e i.journal.prev ] || fail "the journal of a run was put away"
kill -TERM "$started_pid" # a shell lets what is behind & ignore SIGINT
wait "$started_pid"
status=$?
[ $status -eq 130 ] || fail "interrupted: exit status $status, not 130"
[ -s i.json ] || fail "interrupted: no result of what is finished"
kept=$(grep -c '"type":"block"' i.journal)
run 0 run --resume i.journal
[ "$(grep -c '"type":"block"' i.journal)" -eq $((4 * round)) ] ||
	fail "resumed: not $((4 * round)) blocks (kept $kept)"
[ "$(order i.journal | sort -u | wc -l)" -eq $((4 * round)) ] ||
	fail "resumed: a block was measured twice"

started 2 m.json
mv m.journal elsewhere.journal
wait "$pid"
status=$?
[ $status -eq 1 ] || fail "its journal was moved: exit status $status, not 1"
grep -q "m.journal: moved" err || fail "its journal was moved: not said"
run 0 check elsewhere.journal
shows "$((2 * round)) blocks in 2 rounds, ended"

started 4 k.json
kill -KILL "$pid"
wait "$pid" 2>/dev/null
printf '{"type":"blo' >>k.journal
run 0 run --resume k.journal
[ "$(order k.journal | sort -u | wc -l)" -eq $((4 * round)) ] ||
	fail "after kill -9: not every block, once"

(
	ulimit -f 160 # 80 KiB
	"$ringswap" run $small --rounds 30 --out f.json >out 2>err
	echo $? >status
)
[ "$(cat status)" -eq 1 ] || fail "full disk: exit status $(cat status)"
grep -q "blocks are kept" err || fail "full disk: not said"
"$ringswap" check f.journal >out 2>err || fail "full disk: journal is damaged"

# --- a block that crashes, one that hangs ---
# A sanitizer that handles the signal itself would end the block by exit(1).
export ASAN_OPTIONS=handle_segv=0 TSAN_OPTIONS=handle_segv=0
child_of()
{
	for task in /proc/[0-9]*/stat; do
		read -r child _ _ parent _ <"$task" 2>/dev/null || continue
		[ "$parent" != "$1" ] || echo "$child"
	done 2>/dev/null
}

# A block may have ended by the time the signal comes: try until one is hurt.
hurt() # SIGNAL WORD STATUS
{
	started 4 c.json
	tries=0
	until grep -q "\"status\":\"$2\"" c.journal ||
		! kill -0 "$pid" 2>/dev/null; do
		victim=$(child_of "$pid")
		[ -z "$victim" ] || kill "-$1" $victim 2>/dev/null
		tries=$((tries + 1))
		[ $tries -lt 100 ] || break
		sleep 0.3
	done
	wait "$pid"
	status=$?
	want=$3
	# who crashed may have been a floor, which claims nothing
	grep "\"status\":\"$2\"" c.journal | grep -qv '"id":"floor/' ||
		[ "$want" -eq 0 ] || want=1
	# and without its controls a run is not good
	! grep "\"status\":\"$2\"" c.journal | grep -q '"id":"aa/' ||
		[ "$want" -ne 0 ] || want=1
	[ $status -eq "$want" ] || fail "$2: exit status $status, not $want"
	grep -q "\"status\":\"$2\"" c.journal || fail "$1: no block says $2"
	[ "$(grep -c '"type":"block"' c.journal)" -eq $((4 * round)) ] ||
		fail "$2: the run did not go on"
}
hurt SEGV crashed 3
# what somebody else did to one block is no evidence; the others count
hurt STOP failed 0

# --- Google Benchmark's front ---
# all of a shipped matrix has a time, and the CPU time of an event, not of a block
# (a loaded machine may take the PU away in every one of its short blocks)
"$ringswap" bench --matrix smoke --benchmark_format=json >out 2>err
status=$?
[ $status -eq 0 ] || { [ $status -eq 1 ] && grep -q ": disturbed: " err; } ||
	fail "bench: exit status $status"
! grep -E "^[a-z]+/.*: (failed|crashed|timed-out|invalid|broken): " err ||
	fail "bench: not all of a matrix that is shipped has a time"
is_json
shows "manual_time"
! grep -q "aa/.*scenario=swap" out ||
	fail "bench: a control that nobody swaps has the time of a swap"
grep -q ": disturbed: " err || ! grep -q "error_occurred" out ||
	fail "bench: an error in a matrix that is shipped"
! grep -q "DEBUG" err || fail "bench: a riddle on stderr"
awk -F: '/"name": "write/ { write = 1 } /"cpu_time"/ && write && $2 + 0 > 1000 { bad = 1 }
	/"cpu_time"/ { write = 0 } END { exit bad }' out ||
	fail "bench: the CPU time of a block and not of an event"
# the time of an event in a cell with swaps is that of one which was stored
awk -F: '/"name": "latency/ { at = 1 } /"real_time"/ && at { time = $2 + 0 }
	/"stored_ns"/ && at { n++
		if (time < $2 * 0.999 || time > $2 * 1.001) bad = 1; at = 0 }
	END { exit bad || !n }' out || grep -q "latency/.*: disturbed: " err ||
	fail "bench: the time of an event that was refused"
# a ratio to a floor is no ratio to a strategy
awk '/"name": "/ { unsync = /write\/unsync/ } unsync && /"ratio"/ { bad = 1 }
	END { exit bad }' out || fail "bench: unsync has a ratio to append"
finish
