#!/bin/sh
# SPDX-License-Identifier: MIT
# --version: one line with the version, the commit, the build and the compiler.
# usage: test_version.sh COMMAND VERSION BUILD-TYPE COMPILER
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run 0 --version
[ "$(wc -l <out)" -eq 1 ] || fail "not one line"
grep -qE "^ringswap $2 \(commit (unknown|[0-9a-f]{12,}(-dirty)?), $3, $4 [0-9.]+(, sanitizer [a-z]+)?\)\$" \
	out || fail "not version, commit, $3 and $4"
"$ringswap" --version >/dev/full 2>err && fail "a full disk succeeds"
finish
