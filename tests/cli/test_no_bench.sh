#!/bin/sh
# SPDX-License-Identifier: MIT
# bench of a build without Google Benchmark: what is missing, how to get it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

refused 4 "no Google Benchmark" bench
refused 4 "(Debian: " bench --matrix smoke --benchmark_filter=write/
refused 4 "ringswap run" bench --help
run 0 --help
shows "bench"
run 0 list
finish
