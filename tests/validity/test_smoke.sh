#!/bin/sh
# SPDX-License-Identifier: MIT
# One planted +20 % and one copy: found where this machine can tell, never with
# the wrong sign; and the reporter counts what a result says.
# usage: test_smoke.sh COMMAND REPORTER
set -u
command=$1
reporter=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
command -v jq >/dev/null 2>&1 || {
	echo "skipped: jq is not installed"
	exit 77
}

"$command" run --strategy unsync-plus-20,unsync-twin-1 --scenario write \
	--rounds 10 --out a.json >out 2>err || { cat err; exit 1; }
cat out
"$reporter" effects a.json >report || exit 1
cat report

# what the tool says, against what the reporter made of it
row()
{
	jq -r --arg name "$1" --arg what "$2" \
		'.cells[] | select(.strategy == $name) | .ratio[$what]' a.json
}
fail()
{
	echo "FAIL: $*"
	exit 1
}

# A planted +10 % in the swap, of rounds that are made up from that result.
# planted PERCENT: what the reporter says of it
planted()
{
	jq --argjson percent "$1" '
		def row($name; $ns): .cells[0] | del(.ratio, ."own-floor") |
			.strategy = $name | .axes.strategy = $name |
			.scenario = "swap" | .axes.scenario = "swap" |
			.id = "swap/" + $name + "/" + .placement |
			.status = "ok" | .blocks = {ok: 12} |
			.kind = "control" | .sound = true |
			.rounds = [range(12) | {round: ., status: "ok",
				figures: {"swap.call.p50": ($ns + .)}}];
		.run."rounds-planned" = 12 |
		.aa = [.aa[0] | .scenario = "swap" | .passed = true |
			.reason = null | .median = 1 | .low = 0.99 |
			.high = 1.01] |
		.descriptors.scenarios += [{name: "swap"}] |
		.descriptors.strategies += [.descriptors.strategies[0] |
			(.name = "membarrier"), (.name = "membarrier-slower")] |
		.cells = [row("membarrier"; 1000),
			row("membarrier-slower"; 1000 + 10 * $percent)]' \
		a.json >swaps.json || exit 1
	"$reporter" effects swaps.json >swaps || exit 1
}
planted 10
grep -q 'Planted +5 % and above in the swap, found:\*\* 1 of 1' swaps ||
	{ cat swaps; fail "a planted delay in the swap is not counted as found"; }
grep -q '^\*\*Wrong signs:\*\* 0\.' swaps || fail "a wrong sign in the swap"
planted -10
grep -q 'in the swap, found:\*\* 0 of 1' swaps ||
	{ cat swaps; fail "a swap that is quicker is called found"; }
grep -q '^\*\*Wrong signs:\*\* 1\.' swaps || fail "a wrong sign is not seen"
case $(row unsync-plus-20 verdict) in
better) fail "a delay is called BETTER" ;;
no-verdict)
	grep -q '^| unsync, write | +20 % | 0 | 1 |' report ||
		fail "the reporter judges a run whose A/A failed"
	echo "skipped: A/A failed, this machine is too noisy"
	exit 77
	;;
worse)
	grep -q '^| unsync, write | +20 % | 1 | 0 | 1 | 0 |' report ||
		fail "the reporter does not count it as found"
	;;
*)
	grep -q '^| unsync, write | +20 % | 1 | 0 | 0 | 0 |' report ||
		fail "the reporter counts it as found"
	jq -e '.cells[] | select(.strategy == "unsync-plus-20").ratio |
		."half-width" > 0.05' a.json >/dev/null ||
		fail "a delay of 20 % is missed by an interval below 5 %"
	;;
esac
grep -q '^\*\*Wrong signs:\*\* 0\.' report || fail "a wrong sign"
