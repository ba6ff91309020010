#!/bin/sh
# SPDX-License-Identifier: MIT
# verify: what is refused, what is told, and what the exit status says.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

run 0 verify --help
shows "usage: ringswap verify"
shows "Examples:"

refused 2 "--no-such" verify --no-such
refused 2 "-Z" verify -Z
refused 2 "sideways" verify sideways
refused 2 "unknown mode \"hope\"" verify --mode hope
refused 2 "unknown strategy \"prayer\"" verify --strategy prayer
refused 2 "--seconds" verify --seconds soon
refused 2 "--seconds" verify --seconds 0
refused 2 "--seed" verify --seed dice
refused 2 "needs a value" verify --mode
run 2 verify --fault asteroid
grep -q 'unknown fault "asteroid"' err || fail "does not name the fault"
grep -q 'sleeps-inside' err || fail "does not list the faults"
refused 1 "nowhere" verify --replay nowhere

# A sound strategy holds, an unsound one is caught: both as claimed.
run 0 verify --mode torture --strategy barrier --seconds 0.5 --seed 1
shows "holds"
shows "verdict: as claimed"
run 0 verify --mode torture --strategy racy --seconds 2 --seed 1
shows "caught"
shows "!!! torture racy"

# JSON alone on stdout.
run 0 verify --mode torture --strategy barrier --seconds 0.2 --json
is_json
shows '"ringswap-verify/1"'
shows '"as-claimed": true'

run 0 verify --fault sleeps-inside --strategy barrier
shows "ETIMEDOUT"
"$ringswap" verify --mode torture --strategy unsync --seconds 0.2 \
	>/dev/full 2>err && fail "verify to a full disk succeeds"
finish
