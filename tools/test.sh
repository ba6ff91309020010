#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs, builds and runs every test; the release run comes last.
set -eu

prog="test"
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
# shellcheck source=tools/packages.sh
. tools/packages.sh

usage()
{
	cat <<-'END'
	usage: tools/test.sh [--fast | --quick | --strategy NAME | --all]
	                     [--werror] [--no-cache] [--list]

	One gear; without any, what CI runs:

	  (none)           asan (unit, conformance, cli, fuzz), tsan (unit,
	                   conformance), clang (unit), release (everything short):
	                   under half an hour on two cores, with thirty strategies
	                   too
	  --fast           release: unit, cli, checks, and one property a strategy;
	                   under 90 s when it is built
	  --quick          release only: no sanitizers, no clang
	  --strategy NAME  release: all about one strategy
	  --all            the default, and then what takes an hour and more: every
	                   mutant, deeper exploration, ten minutes of soak, the
	                   validity report, fresh Debian roots

	  --werror         a compiler warning fails the build (CI)
	  --no-cache       run what passed before with the same program and inputs
	                   too (see tools/cached-test; RINGSWAP_TEST_CACHE names
	                   another folder than build/PRESET/test-cache)
	  --list           only name the tests of the release run, as it is built

	RINGSWAP_TEST_JOBS tests run at once (default: one a processor); those
	that measure run alone. The last line is ctest's summary of the release
	run, or says what failed; the exit status covers all presets.
	END
}

presets='asan tsan clang release'
gear=default
strategy=
list=
werror=${RINGSWAP_WERROR:-OFF}
jobs=${RINGSWAP_TEST_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}

choose_gear()
{
	[ "$gear" = default ] || die "$gear and $1: one gear at a time"
	gear=$1
}

while [ $# -gt 0 ]; do
	case $1 in
	--fast | --quick)
		choose_gear "$1"
		presets=release
		;;
	--strategy)
		choose_gear "$1"
		presets=release
		strategy=${2-}
		case $strategy in
		'' | *[!a-z0-9-]*) die "--strategy wants a name, got '$strategy'" ;;
		esac
		shift
		;;
	--all) choose_gear "$1" ;;
	--werror) werror=ON ;;
	--no-cache)
		RINGSWAP_TEST_CACHE=none
		export RINGSWAP_TEST_CACHE
		;;
	--list) list=yes ;;
	-h | --help)
		usage
		exit 0
		;;
	*) die "unknown argument '$1' (--help tells which there are)" ;;
	esac
	shift
done

# TSan cannot map its shadow where the kernel randomises many bits.
unrandomised()
{
	if setarch "$(uname -m)" -R true 2>/dev/null; then
		setarch "$(uname -m)" -R "$@"
	else
		"$@"
	fi
}

# ctest of a preset, with what the gear chooses of the release run.
run_ctest()
{
	preset=$1
	set -- --preset "$preset"
	if [ -n "$list" ]; then
		set -- "$@" -N
	else
		set -- "$@" --parallel "$jobs" \
			--output-junit "$root/build/$preset/ctest.xml"
	fi
	case $preset:$gear in
	tsan:*) unrandomised ctest "$@" ;;
	release:--fast)
		ctest "$@" -L '^(unit|cli|checks|fast)$' -LE '^slow$'
		;;
	release:--strategy) ctest "$@" -R "$(strategy_pattern)" ;;
	release:--all) ctest "$@" -C long ;;
	*) ctest "$@" ;;
	esac
}

# Tests are named KIND.STRATEGY.PROPERTY.
strategy_pattern()
{
	printf '[.]%s([.]|$)' "$strategy"
}

# A name that no test has is a mistake, and no reason to say "passed".
strategy_has_tests()
{
	names=$(ctest --preset release -N | sed -n 's/^ *Test *#[0-9]*: //p')
	printf '%s\n' "$names" | grep -qE "$(strategy_pattern)" && return
	step "no test is about '$strategy'; strategies are" \
		"$(printf '%s\n' "$names" | sed -n 's/^step\.\([^.]*\)\..*/\1/p' |
			sort -u | tr '\n' ' ')" >&2
	return 1
}

# Everything a test prints stays in build/PRESET/ctest.log.
run_tests()
{
	log=build/$1/ctest.log
	mkfifo "build/$1/ctest.fifo"
	tee "$log" <"build/$1/ctest.fifo" &
	tests=0
	run_ctest "$1" >"build/$1/ctest.fifo" 2>&1 || tests=$?
	wait $!
	return "$tests"
}

run_preset()
{
	rm -f "build/$1/ctest.fifo" "build/$1/ctest.log" "build/$1/ctest.xml"
	step "$1: configure, build"
	quietly "build/$1-configure.log" cmake --preset "$1" \
		-D RINGSWAP_WERROR="$werror" || return
	quietly "build/$1-build.log" cmake --build --preset "$1" || return
	[ -z "$strategy" ] || strategy_has_tests || return
	step "$1: test"
	run_tests "$1" || return
	grep -q 'tests passed, 0 tests failed' "build/$1/ctest.log"
}

if [ -n "$list" ]; then
	[ -z "$strategy" ] || strategy_has_tests || exit 1
	run_ctest release | sed -n 's/^ *Test *#[0-9]*: //p'
	exit 0
fi

# shellcheck disable=SC2086 # one word a package
install_packages build $packages_to_test

failed=
for preset in $presets; do
	run_preset "$preset" || failed="$failed $preset"
done

for preset in $presets; do
	[ -s "build/$preset/ctest.xml" ] || continue
	tools/checks/skipped.py "$preset" "build/$preset/ctest.xml"
done
grep -s 'tests passed' build/release/ctest.log || true
[ -z "$failed" ] || die "failed:$failed"
