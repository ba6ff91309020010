#!/bin/sh
# SPDX-License-Identifier: MIT
# A strategy is one header and one line: some from outside the tree, of every
# kind that the interface knows, sound, waiting without bound and unsound, are
# built, shown and judged as they should be, and no file of the tree says
# anything about them.
#
# usage: outside.sh SOURCE GENERATOR CC
set -eu
source=$1 generator=$2 cc=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Copies of the template: as it is, and with a lock that has no deadline.
sed 's/template/outside/g; s/TEMPLATE/OUTSIDE/g' \
	"$source/strategies/TEMPLATE.h" >"$work/outside.h"
sed -e 's/template/patient/g; s/TEMPLATE/PATIENT/g' \
	-e 's/err = sys_mutex_lock_until(\(.*\), op->deadline);/err = (sys_mutex_lock(\1), 0);/' \
	-e 's/\.\(bounded\|contained\) = true/.\1 = false/' \
	"$source/strategies/TEMPLATE.h" >"$work/patient.h"
grep -q 'err = (sys_mutex_lock(' "$work/patient.h"
cp "$source/tests/fixtures/outside/careless.h" "$work"
# Those that the tree's own tests know, by another name.
for id in polled whole forgetful copying hurried; do
	sed "s/\b$id/far_$id/g; s/\(SWAP_[A-Z]*_\)$id/\1far_$id/" \
		"$source/tests/fixtures/outside/$id.h" >"$work/far_$id.h"
done
for id in outside patient careless far_polled far_whole far_forgetful \
	far_copying far_hurried; do
	echo "SWAP_STRATEGY_ENTRY($id)"
done >"$work/strategies.def"

# Judged, not measured: a quick build will do, that explores fast enough.
cmake -G "$generator" -S "$source" -B "$work/build" \
	-DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=None \
	-DCMAKE_C_FLAGS=-O1 -DCMAKE_CXX_FLAGS=-O0 \
	-DRINGSWAP_EXTRA_STRATEGIES="$work" >"$work/log" 2>&1 ||
	{ cat "$work/log"; exit 1; }
cmake --build "$work/build" --parallel 2 \
	--target ringswap conform step test_explore >"$work/log" 2>&1 ||
	{ cat "$work/log"; exit 1; }
tests=$work/build/tests
ringswap=$work/build/tools/ringswap

failed=0
# judge WORDS COMMAND...: it succeeds, and says so with these words
judge()
{
	words=$1
	shift
	echo "--- ${1##*/} $(printf "%s " "$@" | cut -d" " -f2-)"
	if "$@" >"$work/said" 2>&1 && grep -q "$words" "$work/said"; then
		return
	fi
	tail -n 20 "$work/said"
	echo "FAILED: no success with \"$words\""
	failed=1
}

for name in outside patient careless; do
	judge "^  $name " "$ringswap" list
	ctest --test-dir "$work/build" -N >"$work/ctest"
	for test in conform.$name.every-property step.$name.every-kind \
		explore.$name.exhausted-or-caught torture.$name fault.$name; do
		grep -q ": $test$" "$work/ctest" ||
			{ echo "FAILED: there is no test $test"; failed=1; }
	done
	judge holds "$ringswap" verify --faults --strategy $name
done
judge 'does not come back *| not closed | holds' \
	"$ringswap" verify --faults --strategy patient

judge 'swaps' "$tests/conformance/conform" outside exclusive-try
judge 'runs' "$tests/step/step" outside nested-split
judge 'scenarios' "$tests/explore/test_explore" required outside
judge 'as claimed' "$ringswap" verify --mode torture --strategy outside \
	--seconds 1

# By polls, whole, a copy: by the explorer too, as far as it gets.
for name in far_polled far_whole far_copying; do
	judge 'swaps' "$tests/conformance/conform" $name exclusive-try
	judge 'as claimed' "$ringswap" verify --mode explore --strategy $name \
		--seconds 4
	judge 'as claimed' "$ringswap" verify --mode torture --strategy $name \
		--seconds 1
done
# A copy instead of an exchange: what is required of all, to its end.
judge 'scenarios' "$tests/explore/test_explore" required far_copying
judge ' 3 caught' "$tests/explore/test_explore" strategy far_hurried
judge ' caught ' "$ringswap" verify --mode torture --strategy far_hurried \
	--seconds 1
judge '!!! ' "$tests/step/step" far_hurried thread-try caught
judge '!!! C2-conserved' "$tests/conformance/conform" far_forgetful
judge ' caught ' "$ringswap" verify --mode torture --strategy far_forgetful \
	--seconds 1

judge 'breaks: C1-exclusive' "$ringswap" list
judge '!!! C1-exclusive' "$tests/conformance/conform" careless
judge '!!! ' "$tests/step/step" careless thread-try caught
judge ' 3 caught' "$tests/explore/test_explore" strategy careless
judge ' caught ' "$ringswap" verify --mode torture --strategy careless \
	--seconds 1
# And a judge that is told the contrary says so.
sed -i 's/\.sound = false/.sound = true/; /\.breaks = /d' "$work/careless.h"
cmake --build "$work/build" --parallel 2 --target ringswap conform \
	>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
! "$tests/conformance/conform" careless exclusive-try >"$work/said" 2>&1 ||
	{ echo "FAILED: conform believes careless"; failed=1; }
! "$ringswap" verify --mode torture --strategy careless --seconds 1 \
	>"$work/said" 2>&1 ||
	{ echo "FAILED: torture believes careless"; failed=1; }
exit $failed
