#!/bin/sh
# SPDX-License-Identifier: MIT
# What `cmake --install` laid out, as applications find it.
# usage: installed.sh CASE BUILD PREFIX CC CXX
#
# Case lay-out makes PREFIX, the others use it. CXX may be empty: skipped.
set -u

case=$1
build=$2
prefix=$3
cc=$4
cxx=$5
sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# lib, lib64, lib/x86_64-linux-gnu: as the system has it
libdir=$(dirname "$(find "$prefix" -name 'libringswap.a' 2>/dev/null)")
PKG_CONFIG_PATH=$libdir/pkgconfig
LD_LIBRARY_PATH=$libdir
export PKG_CONFIG_PATH LD_LIBRARY_PATH

fail()
{
	echo "FAILED: $*"
	exit 1
}

skip()
{
	echo "skipped: $*"
	exit 77
}

# says PROGRAM: it runs, and prints the event that it swapped
says()
{
	"$@" >"$work/out" || {
		status=$?
		[ $status -ne 77 ] || skip "$(cat "$work/out")"
		fail "$*: exit status $status"
	}
	[ "$(cat "$work/out")" = swapped ] || fail "$*: printed $(cat "$work/out")"
}

# closes LIBRARY STRATEGY...: it may be closed, whatever will be called later
closes()
{
	library=$1
	shift
	for strategy; do
		says "$work/unload" "$library" "$strategy" enter
		says "$work/unload" "$library" "$strategy" probe
	done
}

# with_source PACKAGE LINKING SOURCE COMPILER FLAG...: by pkg-config, and runs
with_source()
{
	package=$1
	linking=$2
	source=$3
	shift 3
	# shellcheck disable=SC2046 # one word a flag
	"$@" -Wall -Wextra -Werror -c -o "$work/app.o" "$source" \
		$(pkg-config --cflags "$package") ||
		fail "$source does not compile"
	# shellcheck disable=SC2046,SC2086 # one word a flag
	"$1" ${linking:+-static} -o "$work/app" "$work/app.o" \
		$(pkg-config --libs $linking "$package") ||
		fail "$source does not link by pkg-config $linking $package"
	says "$work/app"
}

case $case in
lay-out)
	rm -rf "$prefix"
	cmake --install "$build" --prefix "$prefix" >"$work/log" ||
		fail "$(cat "$work/log")"
	find "$prefix" -name 'libringswap.a' | grep -q . || fail "no library"
	;;
headers)
	# Each compiles alone from where it lies, and none measures.
	seen=0
	for header in $(cd "$prefix/include" && find ringswap -name '*.h'); do
		seen=$((seen + 1))
		package=ringswap
		! grep -q '#include <urcu' "$prefix/include/$header" ||
			package=ringswap-urcu
		# shellcheck disable=SC2046 # one word a flag
		echo "#include <$header>" |
			$cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
				-fsyntax-only -x c - \
				$(pkg-config --cflags $package) ||
			fail "$header does not compile alone"
	done
	[ $seen -gt 10 ] || fail "only $seen headers"
	! grep -rn 'swap_loop' "$prefix/include" || fail "measured loops"
	;;
symbols)
	# What a shared library shows, an installed header declares.
	for library in "$libdir"/libringswap*.so; do
		nm -D --defined-only "$library" | awk '{ print $3 }' >"$work/names"
		[ -s "$work/names" ] || fail "$library shows nothing"
		while read -r name; do
			case $name in
			swap_strategy_*) name=${name#swap_strategy_} ;;
			esac
			grep -rqw "$name" "$prefix/include" ||
				fail "$library shows $name, which no header declares"
		done <"$work/names"
	done
	nm -A "$libdir"/libringswap*.a >"$work/names"
	! grep 'swap_loop' "$work/names" || fail "measured loops"
	;;
thread-local)
	# A handler may not allocate: no library looks the thread's record up.
	for library in "$libdir"/libringswap*.so; do
		readelf -rW "$library" >"$work/relocations"
		grep -q 'TPOFF\|TPREL' "$work/relocations" ||
			fail "$library has no thread-local record"
		! grep -E 'DTPMOD|TLSDESC' "$work/relocations" ||
			fail "$library looks it up"
		! nm -D "$library" | grep __tls_get_addr ||
			fail "$library calls __tls_get_addr"
	done
	;;
pkg-config)
	with_source ringswap '' "$sources/app.c" "$cc" -std=c11 -Wpedantic
	! ldd "$work/app" | grep urcu || fail "liburcu is linked unasked"
	with_source ringswap --static "$sources/app.c" "$cc" -std=c11
	;;
pkg-config-c++)
	[ -n "$cxx" ] || skip "no C++ compiler"
	with_source ringswap '' "$sources/app.cc" "$cxx" -std=c++11 -Wpedantic
	with_source ringswap --static "$sources/app.cc" "$cxx" -std=c++11
	;;
inlined)
	with_source ringswap '' "$sources/inline.c" "$cc" -O2 -D_GNU_SOURCE
	with_source ringswap --static "$sources/inline.c" "$cc" -O2 \
		-D_GNU_SOURCE
	;;
unloaded)
	# The shared library, and a plug-in that has the static one in it.
	# shellcheck disable=SC2046 # one word a flag
	$cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$work/unload" \
		"$sources/unload.c" $(pkg-config --cflags ringswap) -ldl -lpthread ||
		fail "unload.c does not build"
	closes "$libdir/libringswap.so" barrier ipi-signal
	$cc -shared -o "$work/plugin.so" -Wl,--whole-archive \
		"$libdir/libringswap.a" -Wl,--no-whole-archive -lpthread ||
		fail "no plug-in can be made of the static library"
	closes "$work/plugin.so" barrier ipi-signal
	# liburcu has to be there from the program's start.
	[ -f "$libdir/libringswap-urcu.a" ] || exit 0
	# shellcheck disable=SC2046 # one word a flag
	$cc -std=gnu11 -D_GNU_SOURCE -o "$work/unload" "$sources/unload.c" \
		$(pkg-config --cflags ringswap) -Wl,--no-as-needed \
		$(pkg-config --libs liburcu-memb) -ldl -lpthread ||
		fail "unload.c does not link with liburcu"
	closes "$libdir/libringswap-urcu.so" rcu barrier
	;;
c++-is-refused)
	[ -n "$cxx" ] || skip "no C++ compiler"
	# shellcheck disable=SC2046 # one word a flag
	echo '#include <ringswap/strategies/barrier.h>' |
		$cxx -fsyntax-only -x c++ - $(pkg-config --cflags ringswap) \
			2>"$work/said" && fail "a strategy's header compiles as C++"
	grep -q 'error.*ringswap\.h' "$work/said" ||
		fail "C++ is not told what to include: $(cat "$work/said")"
	;;
urcu)
	[ -f "$libdir/libringswap-urcu.a" ] || skip "built without liburcu"
	with_source ringswap-urcu '' "$sources/urcu.c" "$cc" -std=c11 -Wpedantic
	;;
find-package)
	cmake -S "$sources/package" -B "$work/build" \
		-DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
		${cxx:+"-DCMAKE_CXX_COMPILER=$cxx"} >"$work/log" 2>&1 ||
		fail "$(cat "$work/log")"
	cmake --build "$work/build" >"$work/log" 2>&1 ||
		fail "$(cat "$work/log")"
	unset LD_LIBRARY_PATH # a build tree knows where its libraries are
	for program in "$work/build"/app_* "$work/build"/inline_*; do
		says "$program"
	done
	ldd "$work/build/app_c_ringswap" | grep -q "$libdir/libringswap.so.0" ||
		fail "the shared library is not used"
	! ldd "$work/build/app_c_static" | grep libringswap ||
		fail "the static library is not used"
	[ ! -f "$libdir/libringswap-urcu.a" ] || {
		says "$work/build/urcu"
		says "$work/build/urcu-static"
	}
	;;
component)
	# Without the component, nothing of liburcu is there to be found.
	cmake --install "$build" --prefix "$work/core" --component ringswap \
		>"$work/log" || fail "$(cat "$work/log")"
	[ -n "$(find "$work/core" -name libringswap.a)" ] || fail "no library"
	found=$(find "$work/core" -name '*urcu*')
	[ -z "$found" ] || fail "of the component urcu: $found"
	;;
documented)
	# Every program of the page: its language and its package stand behind
	# the fence.
	awk -v work="$work" '/^```c/ {
		kind = substr($1, 4)
		package = NF > 1 ? "ringswap-" $2 : "ringswap"
		file = work "/" ++n "." kind
		print file, kind, package
		next
	}
	/^```/ { file = "" }
	file { print >file }' "$sources/../../docs/library.md" >"$work/programs"
	[ "$(wc -l <"$work/programs")" -ge 3 ] || fail "found no programs"
	while read -r file kind package; do
		compiler="$cc -std=gnu11 -D_GNU_SOURCE"
		[ "$kind" = c ] || compiler="$cxx -std=c++11"
		[ -n "${compiler%% *}" ] || continue
		pkg-config --exists "$package" || continue
		# shellcheck disable=SC2046,SC2086 # one word a flag
		$compiler -Wall -Wextra -Werror -o "$work/app" "$file" \
			$(pkg-config --cflags --libs "$package") ||
			fail "$file of docs/library.md does not build"
		"$work/app" >"$work/out" || fail "$file fails"
	done <"$work/programs"
	;;
*) fail "no such case: $case" ;;
esac
exit 0
