#!/bin/sh
# SPDX-License-Identifier: MIT
# cached-test runs again whatever could have another verdict.
#
# usage: test_cached_test.sh CC
set -u
cc=$1
sources=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset RINGSWAP_TEST_CACHE
failed=0

# cached WORDS...: the test with the usual store and inputs; counts its runs
cached()
{
	"$sources/tools/cached-test" --store store --of input folder -- \
		./program "$@" >out 2>&1
	status=$?
}

# expect WHAT STATUS RUNS: since the last call it ran so often
expect()
{
	runs=$(wc -l <runs)
	: >runs
	[ "$status" -eq "$2" ] && [ "$runs" -eq "$3" ] && return
	echo "FAILED: $1: status $status (want $2), $runs runs (want $3)"
	cat out
	failed=1
}

cat >program <<'END'
#!/bin/sh
echo run >>runs
echo "it says $*"
cat input
exit "${1-0}"
END
chmod +x program
mkdir folder
echo one >input
echo two >folder/two
: >runs

cached 0
expect "the first time it runs" 0 1
cached 0
expect "the second time it does not" 0 0
grep -q '^it says 0$' out || { echo "FAILED: its words are lost"; failed=1; }
grep -q '^cached: it passed at 20..-..-..T..:..Z ' out ||
	{ echo "FAILED: does not say that it is cached"; failed=1; }
cached 0 more
expect "with other arguments it runs" 0 1
echo changed >input
cached 0
expect "with a changed input it runs" 0 1
echo one >input
cached 0
expect "with the earlier input it need not" 0 0
echo changed >folder/two
cached 0
expect "with a changed file of a folder it runs" 0 1
RINGSWAP_ANY=1 cached 0
expect "with another environment it runs" 0 1
RINGSWAP_TEST_CACHE=none cached 0
expect "without a cache it runs" 0 1
RINGSWAP_TEST_CACHE=$work/elsewhere cached 0
expect "in another folder nothing is kept yet" 0 1
RINGSWAP_TEST_CACHE=$work/elsewhere cached 0
expect "and then it is" 0 0

for want in 1 77; do
	cached $want
	expect "what exits with $want says so" $want 1
	cached $want
	expect "and is never kept" $want 1
done

"$sources/tools/cached-test" --store store --of input --must other -- \
	./program >out 2>&1
status=$?
expect "an input that is missing from the list is an error" 2 0
"$sources/tools/cached-test" --store store --of input absent -- \
	./program >out 2>&1
status=$?
expect "so is one that does not exist" 2 0

# Where a file was compiled, and what a debugger reads of it, is no change.
compile()
{
	mkdir -p "$1"
	printf '%s\nint f(void) { return %s; }\n' "$2" "$3" >"$1/f.c"
	"$cc" -g -c "$PWD/$1/f.c" -o input
}
compile a '' 1
cached 0
expect "an object it runs" 0 1
compile b '/* moved */' 1
cached 0
expect "the same code from elsewhere is the same" 0 0
compile b '' 2
cached 0
expect "other code is not" 0 1

[ "$failed" -eq 0 ] && echo "cached-test: as it should be"
exit "$failed"
