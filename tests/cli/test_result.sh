#!/bin/sh
# SPDX-License-Identifier: MIT
# result: a result of a journal, whoever wrote it; journals read in its place.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cp "$journals/short.jsonl" short.journal
cp "$journals/run.jsonl" run.jsonl

# its name, and what was there is kept
run 0 result short.journal
shows "short.json: a result of 84 blocks in 3 rounds"
shows "has not ended"
shows "assumed to be those of its time"
result short expected.json
cmp -s short.json expected.json || fail "another result than run's own"
echo older >short.json
run 0 result short.journal
grep -q older short.json.prev || fail "the older result is not kept"
run 3 result run.jsonl --out whole.json
grep -q 'INVALID' err || fail "INVALID cells are not named"
run 3 check whole.json

# of another build and machine, with strategies and floors unknown here
descriptors='"descriptors":{"traits":"recorded","strategies":['
for name in unsync racy barrier hope ipi-signal global-lock rcu; do
	sound=true kind=candidate
	[ $name = racy ] && sound=false
	[ $name = racy ] || [ $name = unsync ] && kind=control
	descriptors=$descriptors'{"name":"'$name'","kind":"'$kind'","sound":'
	descriptors=$descriptors$sound',"baseline":"rcu","floor":"wish"},'
done
descriptors=${descriptors%,}'],"floors":['
for name in append timer empty full-barrier mutex signal; do
	descriptors=$descriptors'{"name":"'$name'","kind":"solo",'
	descriptors=$descriptors'"side":"write","bounds":[]},'
done
descriptors=$descriptors'{"name":"wish","kind":"solo","side":"swap","bounds":['
descriptors=$descriptors'{"name":"a wish","scenario":"swap","of":"p50",'
descriptors=$descriptors'"figure":"swap.call.p50","plus":null,"same":[],'
descriptors=$descriptors'"only":{},"never":{}}]}],"scenarios":['
for name in write latency swap footprint scaling floor; do
	descriptors=$descriptors'{"name":"'$name'"},'
done
descriptors=${descriptors%,}']},'
sed -e 's/"strategy":"membarrier","scenario":"floor"/"strategy":"wish","scenario":"floor"/g' \
	-e 's/"strategy":"membarrier"/"strategy":"hope"/g' \
	-e 's,"floor/membarrier/,"floor/wish/,g' -e 's,/membarrier/,/hope/,g' \
	-e '1s/"barrier":"fixture"/"barrier":"dmb ish"/' \
	-e '1s/"key":"m-f1c71de000000000"/"key":"m-0000000000000abc"/' \
	-e "1s/\"plan\":/$descriptors&/" "$journals/run.jsonl" >other.journal
run 3 result other.journal
grep -q assumed out && fail "recorded traits are called assumed"
grep -q '"barrier":"dmb ish"' other.json || fail "not the run's barrier"
grep -q '"key":"m-0000000000000abc"' other.json || fail "not the run's machine"
grep '"id":"swap/hope/shared-l3"' other.json >cell
grep -q '"strategy":"hope".*"sound":true' cell || fail "hope is not sound"
grep -q '"own-floor":{"name":"a wish"' cell || fail "not the run's floor"
grep '"id":"swap/membarrier/shared-l3"' whole.json >before
for member in ratio swap writer; do
	one=$(sed "s/.*\"$member\":{\([^}]*\)}.*/\1/" cell)
	two=$(sed "s/.*\"$member\":{\([^}]*\)}.*/\1/" before)
	[ "$one" = "$two" ] || fail "another $member under another name"
done
sed 's/"name":"hope"/"name":"fear"/' other.journal >lacks.journal
refused 2 "descriptors lack the strategy hope" result lacks.journal

# a journal stands where a result does: whole, still growing, cut off
run 3 check --table "$journals/run.jsonl"
shows "a valid journal: 336 blocks in 12 rounds, ended; cells: "
shows "membarrier"
run 3 check whole.json
shows "traits   assumed"
run 3 check other.json
grep -q assumed out && fail "recorded traits are called assumed"
head -c 90000 "$journals/short.jsonl" >cut.journal
run 0 check cut.journal
shows "not ended"
shows "cut off and ignored"
run 0 compare "$journals/run.jsonl" whole.json
run 0 compare cut.journal whole.json
grep -q 'not ended.*not whole' err || fail "a cut journal is not told of"
run 0 compare --json other.journal cut.journal
is_json
"$ringswap" plot "$journals/run.jsonl" -o charts >out 2>err
[ -s charts/write-cost.tsv ] || fail "no chart of a journal"
"$ringswap" plot cut.journal whole.json -o both >out 2>err
for name in cut whole; do
	[ -s both/$name/write-cost.tsv ] || fail "no chart of $name"
done

# refused
run 0 result --help
shows "usage: ringswap result"
refused 2 "give one journal" result
refused 2 "give one journal" result a b
refused 2 "No such file" result missing.journal
refused 2 "a result already" result whole.json
refused 2 "would replace its journal" result short.journal -o short.journal
cmp -s short.journal "$journals/short.jsonl" || fail "the journal was changed"
refused 2 "not JSON" result "$0"
refused 1 "No such file" result short.journal -o no/such/folder.json
# What is no regular file would be replaced: a device, a pipe, a link.
mkdir folder
mkfifo pipe
ln -s whole.json link
for out in folder pipe link; do
	refused 2 "not a regular file" result short.journal -o "$out"
done
if [ ! -d folder ] || [ ! -p pipe ] || [ ! -h link ]; then
	fail "replaced by a result"
fi
sed '3s/"round":/"rond":/' short.journal >wrong.journal
refused 2 "wrong.journal:3: round: missing" result wrong.journal
finish
