#!/bin/sh
# SPDX-License-Identifier: MIT
# Minutes of torture, shared by all strategies, from nothing. The page that
# keeps the figures of the long soak stays as it is.
#
# usage: soak.sh SOAK MINUTES
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '<!-- soak: begin -->\n<!-- soak: end -->\n' >"$work/page.md"
status=0
"$1" "$work/state.tsv" "$work/page.md" "$2" || status=$?
cat "$work/page.md"
[ -s "$work/state.tsv" ] || { echo "soak: nothing was tortured"; exit 1; }
exit "$status"
