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
finish
