#!/bin/sh
# SPDX-License-Identifier: MIT
# A build where something is missing leaves out what needs it, and says so.
# usage: lacking.sh CASE SOURCE GENERATOR CC
set -u

case=$1
source=$2
generator=$3
cc=$4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "FAILED: $*"
	sed 's/^/  /' "$work/log"
	exit 1
}

configure()
{
	cmake -S "$source" -B "$work/build" -G "$generator" \
		-DCMAKE_C_COMPILER="$cc" "$@" >"$work/log" 2>&1 ||
		fail "does not configure"
	cmake --build "$work/build" --target help >"$work/targets" 2>&1 ||
		fail "no targets"
}

# leaves_out WHAT WHY...: one line says so
leaves_out()
{
	what=$1
	shift
	[ "$(grep -c "Left out: $what" "$work/log")" -eq 1 ] ||
		fail "does not say once that $what is left out"
	for why; do
		grep "Left out: $what" "$work/log" | grep -qF "$why" ||
			fail "does not say that $what wants $why"
	done
}

# has TARGET, has_not TARGET: among those that can be built
has()
{
	grep -qE "^(\.\.\. )?$1(:|\$)" "$work/targets" ||
		fail "$1 is not built"
}

has_not()
{
	! grep -qE "^(\.\.\. )?$1(:|\$)" "$work/targets" ||
		fail "$1 is built"
}

case $case in
all-but-c)
	PKG_CONFIG_LIBDIR=$work PKG_CONFIG_PATH='' CXX=$work/c++ configure
	leaves_out "the harness and the command" hwloc jansson
	leaves_out "the strategies rcu" liburcu-dev
	leaves_out "the tests" libcmocka-dev
	grep -q '^CMAKE_CXX_COMPILER:' "$work/build/CMakeCache.txt" &&
		fail "asks for C++"
	has proof_step
	has_not conform
	cmake --build "$work/build" --target library >"$work/log" 2>&1 ||
		fail "the library does not build"
	cmake --install "$work/build" --prefix "$work/prefix" >"$work/log" 2>&1 ||
		fail "does not install"
	archive=$(find "$work/prefix" -name 'libringswap*.a')
	[ "$(basename "$archive")" = libringswap.a ] || fail "made $archive"
	$cc -I"$work/prefix/include" -o "$work/app" \
		"$source/tests/install/app.c" "$archive" -pthread ||
		fail "an application does not link"
	[ "$("$work/app")" = swapped ] || fail "an application does not run"
	;;
hwloc | jansson)
	configure -DRINGSWAP_WITHOUT="$case"
	leaves_out "the harness and the command" "lib$case-dev"
	has library
	has proof_torture
	has conform
	has_not ringswap
	;;
c++)
	CXX=$work/c++ configure
	leaves_out "ringswap bench" "g++"
	has ringswap
	has_not gbench
	;;
benchmark)
	configure -DCMAKE_DISABLE_FIND_PACKAGE_benchmark=ON
	leaves_out "ringswap bench" "libbenchmark-dev"
	has ringswap
	has_not gbench
	;;
liburcu)
	configure -DRINGSWAP_WITHOUT=urcu
	leaves_out "the strategies rcu" "liburcu-dev"
	has ringswap
	has library
	has_not ringswap_urcu_shared
	;;
cmocka | python)
	configure -DRINGSWAP_WITHOUT="$case"
	leaves_out "the tests" "$case"
	has ringswap
	has_not conform
	;;
testing-off)
	configure -DRINGSWAP_WITHOUT="cmocka;python" -DBUILD_TESTING=OFF
	! grep -q "Left out" "$work/log" || fail "misses what nobody wants"
	has ringswap
	has_not conform
	;;
*) fail "no such case: $case" ;;
esac
exit 0
