# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the tests of the command share; their arguments are the command, the
# program that makes a result of a journal, the folder of such journals, and the
# program that starts a command under a filter.
# Every test runs in an empty folder of its own; $work is removed at the end.
set -u

ringswap=$1
maker=${2-}
journals=${3-}
# shellcheck disable=SC2034 # read by one test
deny=${4-}
# shellcheck disable=SC2034 # read by the tests
sources=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail()
{
	printf 'FAIL: %s\n' "$*" >&2
	sed 's/^/  out: /' out >&2
	sed 's/^/  err: /' err >&2
	failed=1
}

# run STATUS ARGS...: the command must exit so; its output goes to out and err
run()
{
	want=$1
	shift
	"$ringswap" "$@" >out 2>err
	status=$?
	[ "$status" -eq "$want" ] ||
		fail "ringswap $*: exit status $status, not $want"
}

# measured ARGS...: run exits with 0, or with 1 since a loaded machine let a cell
# have no numbers
measured()
{
	"$ringswap" run "$@"
	status=$?
	[ $status -eq 0 ] || { [ $status -eq 1 ] &&
		tail -n 1 err | grep -q 'was measured\|failed: .*watchdog'; }
}

# refused STATUS WORDS ARGS...: exits so, with one line on stderr with WORDS
# in it and nothing on stdout
refused()
{
	words=$2
	want=$1
	shift 2
	run "$want" "$@"
	[ "$(wc -l <err)" -eq 1 ] || fail "ringswap $*: not one line on stderr"
	[ ! -s out ] || fail "ringswap $*: printed data beside the error"
	grep -qF -- "$words" err || fail "ringswap $*: does not say \"$words\""
}

# shows WORDS: the last command's stdout has them
shows()
{
	grep -qF -- "$1" out || fail "does not show \"$1\""
}

# is_json: the last command's stdout is JSON, or its first line says why not
is_json()
{
	if command -v python3 >/dev/null 2>&1; then
		python3 -m json.tool <out >/dev/null || fail "not JSON"
	else
		head -c 1 out | grep -q '[[{]' || fail "not JSON"
	fi
}

# result NAME FILE: a fixture's journal as a result
result()
{
	"$maker" "$journals/$1.jsonl" "$2" || exit 1
}

finish()
{
	exit "$failed"
}
