#!/bin/sh
# SPDX-License-Identifier: MIT
# A build that lacks Google Benchmark and a strategy says what it would take.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

refused 4 "no Google Benchmark" bench
refused 4 "(Debian: " bench --matrix smoke --benchmark_filter=write/
refused 4 "ringswap run" bench --help
run 0 --help
shows "bench"
run 0 list
grep -qE '^  far-away +libfar \(Debian: libfar-dev\)$' out ||
	fail "does not say what far-away would take"
run 0 list --json
is_json
grep -A 1 '"far-away"' out | grep -q '"missing": "libfar' ||
	fail "JSON does not say what far-away would take"
refused 2 "far-away was not built, for want of libfar" \
	run --strategy far-away
cat >one.json <<'END'
{"schema": "ringswap-matrix/1", "name": "one", "description": "",
 "slices": [{"name": "s", "axes": {"scenario": "write",
   "strategy": ["barrier", "far-away"]}}]}
END
run 0 check one.json
shows "a valid matrix"
grep -qE '(^|[^0-9])1 cell' out || fail "far-away's cell is not left out"
sed 's/"barrier", //' one.json >none.json
refused 2 "no cell" check none.json
finish
