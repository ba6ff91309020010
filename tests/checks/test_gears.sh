#!/bin/sh
# SPDX-License-Identifier: MIT
# The gears of tools/test.sh choose what they say.
#
# usage: test_gears.sh BUILD
set -u
build=$1
cd "$(dirname "$0")/../.." || exit 1
. tools/checks/lib.sh
[ "$build" = "$PWD/build/release" ] || skip "gears choose from build/release"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "FAILED: $*"
	failed=1
}

# chosen GEAR...: the tests of a gear go to the file names
chosen()
{
	tools/test.sh "$@" --list >"$work/names" 2>"$work/err" ||
		fail "$*: $(cat "$work/err")"
	[ -s "$work/names" ] || fail "$*: no test"
}

has()
{
	grep -q "$1" "$work/names" || fail "$gear lacks $1"
}

lacks()
{
	! grep "$1" "$work/names" || fail "$gear has $1"
}

# refused WORDS ARGS...
refused()
{
	words=$1
	shift
	! tools/test.sh "$@" >"$work/names" 2>&1 || fail "$*: not refused"
	grep -qF -- "$words" "$work/names" ||
		fail "$*: does not say '$words': $(cat "$work/names")"
}

gear=default
chosen
cp "$work/names" "$work/all"
for kind in unit cli checks conform step explore torture fault; do
	has "^${kind}[.]"
done
lacks '^long[.]'
strategies=$(sed -n 's/^step\.\([^.]*\)\.every-kind$/\1/p' "$work/all")
[ -n "$strategies" ] || fail "found no strategy"

gear=--fast
chosen --fast
for strategy in $strategies; do
	[ "$(grep -c "^conform[.]${strategy}[.]" "$work/names")" -eq 1 ] ||
		fail "--fast has not one property of $strategy"
done
for name in unit.result.file cli.check checks.format-is-the-trees-own; do
	has "^$name$"
done
lacks '^\(step\|torture\|fault\|explore\|validity\|plots\)[.]'
lacks '^cli[.]run$'

gear=--all
chosen --all
grep -v '^long[.]' "$work/names" | cmp -s - "$work/all" ||
	fail "--all is not the default and more"
for name in soak validity debian-bookworm membarrier.mutants; do
	has "^long[.]$name$"
done

gear="--strategy membarrier"
chosen --strategy membarrier
for kind in conform step explore torture fault; do
	has "^${kind}[.]membarrier"
done
lacks '^unit'
for strategy in $strategies; do
	[ "$strategy" = membarrier ] || lacks "[.]${strategy}\([.]\|$\)"
done

refused "no test is about 'no-such'" --strategy no-such --list
refused "one gear at a time" --fast --quick
refused "wants a name" --strategy
refused "wants a name" --strategy '.*'
refused "unknown argument" --soon
tools/test.sh --help >"$work/names" || fail "--help is no success"
for option in --fast --quick --strategy --all --werror --no-cache --list; do
	grep -q -- "$option" "$work/names" || fail "--help lacks $option"
	case $option in --list | --werror) continue ;; esac
	grep -q -- "tools/test.sh.*$option" CONTRIBUTING.md ||
		fail "CONTRIBUTING.md lacks $option"
done
exit "$failed"
