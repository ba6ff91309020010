#!/bin/sh
# SPDX-License-Identifier: MIT
# A build names the commit that it is of, not that of its configuration, and
# compiles one file for it.
# usage: commit.sh SOURCE GENERATOR CC
set -u

source=$1
generator=$2
cc=$3
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
command -v git >/dev/null || {
	echo "SKIP: git is not installed"
	exit 77
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "FAILED: $*"
	sed 's/^/  /' "$work/log"
	exit 1
}

in_tree()
{
	git -C "$work/tree" -c user.name=test -c user.email=test \
		-c init.defaultBranch=main -c commit.gpgSign=false \
		-c core.hooksPath=/dev/null "$@" >"$work/log" 2>&1 ||
		fail "git $*"
}

# These sources as they lie here, as a repository of one commit.
mkdir "$work/tree"
: >"$work/log"
(cd "$source" && . tools/checks/lib.sh && tracked '*' |
	tar -cf - -T -) | tar -C "$work/tree" -xf - || fail "no sources"
in_tree init
in_tree add -A
in_tree commit -m first

configure()
{
	cmake -S "$1" -B "$2" -G "$generator" -DCMAKE_C_COMPILER="$cc" \
		-DBUILD_TESTING=OFF >"$work/log" 2>&1 || fail "no configuration"
}

build()
{
	cmake --build "$1" --target bench_machine >"$work/log" 2>&1 ||
		fail "does not build"
}

# names BUILD COMMIT: what is built there says so
names()
{
	printf '%s\n' '#include "bench/machine/commit.h"' '#include <stdio.h>' \
		'int main(void) { return puts(bench_commit()) < 0; }' \
		>"$work/main.c"
	$cc -I"$source" -o "$work/main" "$work/main.c" \
		"$1/bench/machine/libbench_commit.a" || fail "does not link"
	[ "$("$work/main")" = "$2" ] ||
		fail "names $("$work/main"), not $2"
}

# compiled FILES: the last build compiled so many
compiled()
{
	[ "$(grep -c 'Building C object' "$work/log")" -eq "$1" ] ||
		fail "does not compile $1 files"
}

head_of()
{
	git -C "$1" rev-parse --short=12 HEAD
}

configure "$work/tree" "$work/build"
build "$work/build"
names "$work/build" "$(head_of "$work/tree")"
build "$work/build"
compiled 0

echo >>"$work/tree/README.md"
build "$work/build"
compiled 1
names "$work/build" "$(head_of "$work/tree")-dirty"

in_tree commit -a -m second
build "$work/build"
compiled 1
names "$work/build" "$(head_of "$work/tree")"
touch "$work/tree/untracked" "$work/tree/README.md"
build "$work/build"
compiled 0

# As in a hook of another repository.
git init -q "$work/other"
GIT_DIR=$work/other/.git GIT_INDEX_FILE=$work/other/index build "$work/build"
compiled 0

# A work tree has a file for a folder.
in_tree worktree add -b side "$work/side"
configure "$work/side" "$work/side-build"
echo >>"$work/side/README.md"
build "$work/side-build"
names "$work/side-build" "$(head_of "$work/side")-dirty"

# Sources of a tarball, unpacked inside another repository.
mkdir "$work/other/tree"
(cd "$work/tree" && git archive HEAD) | tar -C "$work/other/tree" -xf -
configure "$work/other/tree" "$work/tarball-build"
build "$work/tarball-build"
names "$work/tarball-build" unknown
exit 0
