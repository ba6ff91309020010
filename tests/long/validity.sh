#!/bin/sh
# SPDX-License-Identifier: MIT
# One run of every matrix of known truths, and the report that says what was
# found: in a folder that is thrown away, so that no earlier build counts.
#
# usage: validity.sh RINGSWAP RINGSWAP_VALIDITY REPORTER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
VALIDITY_RUNS=1 VALIDITY_FULL=0 \
	"$here/../validity/measure.sh" "$1" "$2" "$3" "$work/results" \
	"$work/report.md"
cat "$work/report.md"
grep -q '^## Planted in the write' "$work/report.md"
