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
	usage: tools/test.sh [--quick] [--werror]

	  --quick   release only: no sanitizers, no clang
	  --werror  a compiler warning fails the build (CI)

	Presets in order: asan (unit, conformance, cli), tsan (unit,
	conformance), clang (unit), release (everything). The last line is
	ctest's summary of the release run, or says what failed; the exit
	status covers all of them.
	END
}

presets='asan tsan clang release'
werror=${RINGSWAP_WERROR:-OFF}
for arg; do
	case $arg in
	--quick) presets=release ;;
	--werror) werror=ON ;;
	-h | --help)
		usage
		exit 0
		;;
	*) die "unknown argument '$arg' (--quick, --werror or --help)" ;;
	esac
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

# Everything a test prints stays in build/PRESET/ctest.log.
run_tests()
{
	log=build/$1/ctest.log
	junit=$root/build/$1/ctest.xml
	mkfifo "build/$1/ctest.fifo"
	tee "$log" <"build/$1/ctest.fifo" &
	tests=0
	case $1 in
	tsan) unrandomised ctest --preset tsan --output-junit "$junit" ;;
	*) ctest --preset "$1" --output-junit "$junit" ;;
	esac >"build/$1/ctest.fifo" 2>&1 || tests=$?
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
	step "$1: test"
	run_tests "$1" || return
	grep -q 'tests passed, 0 tests failed' "build/$1/ctest.log"
}

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
