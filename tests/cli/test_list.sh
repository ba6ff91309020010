#!/bin/sh
# SPDX-License-Identifier: MIT
# list, topo and doctor: what is shown, and what is refused.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run 0 list
for name in barrier membarrier ipi-signal global-lock unsync racy append; do
	shows "$name"
done
shows "breaks: C1-exclusive"
shows "shape: refuse-first"
shows "bounds write: ns per event, as measured by append+barrier"
run 0 list --json
is_json
for key in sound breaks shape mechanism baseline represents floor; do
	[ "$(grep -c "\"$key\": " out)" -eq "$(grep -c '"writer-pays": ' out)" ] ||
		fail "not every strategy says its $key"
done
[ "$(grep -c '"kind": "candidate"' out)" -ge 4 ] || fail "fewer than 4 sound"
[ "$(grep -c '"kind": "control"' out)" -ge 2 ] || fail "fewer than 2 controls"

# Where the signal of ipi-signal is not to be had, that is no fault of it.
export RINGSWAP_SIGNAL
RINGSWAP_SIGNAL=64
run 0 list
for RINGSWAP_SIGNAL in 0 9 11 33 65 x; do
	refused 2 "RINGSWAP_SIGNAL" list
done
unset RINGSWAP_SIGNAL
if command -v prlimit >/dev/null; then
	prlimit --sigpending=0 "$ringswap" list >out 2>err
	shows "no signal can be queued"
	prlimit --sigpending=0 "$ringswap" verify --strategy ipi-signal \
		--mode torture --seconds 1 >out 2>err ||
		fail "a full queue of signals is held against ipi-signal"
	shows "unavailable"
fi
for command in list topo doctor plot check compare; do
	run 0 "$command" --help
	shows "usage: ringswap $command"
	shows "Examples:"
	refused 2 "--no-such" "$command" --no-such
	refused 2 "-Z" "$command" -Z
done
sed -n 's/^COMMAND(\([a-z]*\), "[a-z].*/\1/p' "$sources/tools/commands.def" \
	>commands
[ -s commands ] || fail "no commands"
while read -r command; do
	grep -q "^    ringswap $command " "$sources/README.md" ||
		fail "$command is not in README.md"
	"$ringswap" "$command" --help >/dev/full 2>err &&
		fail "$command --help to a full disk succeeds"
done <commands
"$ringswap" --help >/dev/full 2>err && fail "--help to a full disk succeeds"
run 0 --help
[ "$(sed -n 's/^\(  [a-z]*  *\)[a-z].*/\1/p' out | awk '{ print length }' |
	sort -u | wc -l)" -eq 1 ] || fail "the commands are not one column"
refused 2 "no argument" --version extra
refused 2 "--payload needs a value" instructions --payload
refused 2 "misused option" instructions --no-such
refused 2 "sideways" list sideways
refused 2 "--json=1" list --json=1
"$ringswap" list >/dev/full 2>err && fail "list to a full disk succeeds"
grep -q 'No space left' err || fail "a full disk is not named"

run 0 topo
shows "same-pu"
run 0 topo --json
is_json
HWLOC_SYNTHETIC='Package:2 [NUMANode] L2Cache:2 Core:1 PU:2'
export HWLOC_SYNTHETIC
run 0 topo
shows "SIMULATED"
grep -q '^  cross-package *[0-9]' out || fail "no cross-package pair"
HWLOC_SYNTHETIC='Nonsense:0'
refused 2 "Nonsense" topo
unset HWLOC_SYNTHETIC

run 0 doctor --noise-ms 0
shows "clock-source"
run 0 doctor --noise-ms 20 --json
is_json
run 0 doctor --noise-ms 0 --tune
shows "#"
refused 2 "--noise-ms" doctor --noise-ms soon
refused 2 "--noise-ms" doctor --noise-ms -5
refused 2 "needs a value" doctor --noise-ms
refused 2 "exclude" doctor --json --tune

refused 2 "unknown command" frobnicate
finish
