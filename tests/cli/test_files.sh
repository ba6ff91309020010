#!/bin/sh
# SPDX-License-Identifier: MIT
# Where output may go, and how the command is started: nothing that it has not
# made is replaced, and no way to start it costs a journal.
# shellcheck source=tests/cli/lib.sh
# shellcheck disable=SC2086 # $small is several words
. "$(dirname "$0")/lib.sh"

RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
small='--strategy unsync --scenario write --rounds 1'
result short short.json
result run run.json

# --- what is no regular file is not replaced, and is refused at once ---
mkdir folder
mkfifo pipe
ln -s short.json link
: >file
mknod device c 1 3 2>/dev/null || mkfifo device
for out in folder pipe link device; do
	refused 2 "not a regular file" run $small --out $out
	refused 2 "not a regular file" result "$journals/short.jsonl" -o $out
	# the journal beside the result, and what keeps an older one
	ln -s "$out" new.journal
	refused 2 "new.journal: not a regular file" run $small --out new.json
	rm new.journal
	cp -R "$out" new.json.prev 2>/dev/null || mkfifo new.json.prev
	[ ! -f new.json.prev ] || { rm new.json.prev && mkdir new.json.prev; }
	refused 2 "new.json.prev: not a regular" run $small --out new.json
	rm -r new.json.prev
done
if [ ! -d folder ] || [ ! -h link ] || [ ! -p pipe ] || [ -f device ] ||
	[ -n "$(ls folder)" ]; then
	fail "something was replaced"
fi
refused 2 "--json prints one" run $small --out -
refused 2 "--json prints one" result "$journals/short.jsonl" -o -
refused 1 "Not a directory" run $small --out file/x.json
refused 1 "No such file" run $small --out nowhere/x.json
long=$(printf '%0250d' 0)
refused 1 "File name too long" run $small --out "$long"
[ -z "$(find . -name '*.journal*' -o -name '-*' -o -name '0*')" ] ||
	fail "a journal was begun"

# --- charts ---
mkdir charts
ln -s ../short.json charts/write-cost.tsv
mkdir charts/write-latency.svg
"$ringswap" plot run.json -o charts --format svg >out 2>err &&
	fail "plot onto a link and a folder succeeds"
grep -q 'charts/write-cost.tsv: not a regular file' err ||
	fail "plot: data replaces a link"
grep -q 'charts/write-latency.svg: not a regular file' err ||
	fail "plot: a picture into a folder"
if [ ! -h charts/write-cost.tsv ] || [ -n "$(ls charts/write-latency.svg)" ]
then
	fail "plot replaced what it has not made"
fi
rm -r charts

# --- two results of one name ---
mkdir here there
cp run.json here/run.json
cp short.json there/run.json
cp "$journals/run.jsonl" here/run.journal
GNUPLOT=no-such-gnuplot
export GNUPLOT
run 4 plot here/run.json there/run.json here/run.journal here/run.json -o charts
run 4 plot run.json -o whole
run 4 plot short.json -o part
unset GNUPLOT
for pair in here-run=whole here-run-2=whole here-run-3=whole there-run=part; do
	cmp -s charts/${pair%=*}/write-cost.tsv ${pair#*=}/write-cost.tsv ||
		fail "$pair: another's charts"
done
run 0 compare here/run.json there/run.json
shows "here/run.json"
shows "there/run.json"
run 0 compare run.json run.json
shows "run.json/2"

# --- closed from the start ---
# A file that takes the number of stdout would get what is printed.
measured $small --out a.json <&- >out 2>err || fail "no stdin"
"$ringswap" run $small --out b.json 2>err >&-
[ $? -eq 1 ] || fail "run prints nowhere, and exits with 0"
grep -q "stdout: Bad file descriptor" err || fail "no stdout: not said"
"$ringswap" run $small --out c.json 2>&- >out
[ $? -le 1 ] || fail "no stderr"
"$ringswap" run $small --out d.json <&- >&- 2>&-
[ $? -eq 1 ] || fail "run without anything exits with 0"
for name in a b c d; do
	run 0 check $name.journal $name.json
	shows "$name.journal: a valid journal"
done
"$ringswap" list 2>err >&-
[ $? -eq 1 ] || fail "list prints nowhere, and exits with 0"

# --- signals that are ignored stay so ---
# As nohup starts it, and a shell what stands in the background.
(
	trap '' HUP INT
	"$ringswap" run $small --rounds 4 --out e.json >out 2>err &
	pid=$!
	tries=0
	until grep -q '"type":"block"' e.journal 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
	kill -HUP $pid
	kill -INT $pid
	wait $pid
)
tail -n 1 e.journal | grep -q '"type":"end","status":"complete"' ||
	fail "SIGHUP and SIGINT were ignored, and ended the run"
# A parent that waits for no child hides how a block ended.
(
	trap '' CHLD
	measured $small --out g.json >out 2>err
) || fail "SIGCHLD ignored"

# --- the lock ---
# A forced run is seen as well, after the run beside which it was started.
holder()
{
	name=$1
	shift
	"$ringswap" run $small --rounds 200 --out $name.json "$@" >/dev/null 2>said &
	pid=$!
	tries=0
	until [ -s "$name.journal" ] && grep -q "^$pid\$" lock; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
}
holder first
first=$pid
holder second --force
second=$pid
grep -q "pid $first .*measuring all the same" said ||
	fail "--force does not say who else measures: $(cat said)"
refused 1 "pid $first, $second " run $small --out third.json
kill -TERM "$first"
wait "$first"
refused 1 "pid $second " run $small --out third.json
refused 1 "pid $second " bench --matrix smoke --benchmark_filter=floor/empty
kill -TERM "$second"
wait "$second"
[ $? -eq 130 ] || fail "not interrupted"
finish
