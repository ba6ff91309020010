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
refused 2 "--seconds" verify --seconds 0x1
refused 2 "--seconds" verify --seconds ' 1'
refused 2 "--bound" verify --mode explore --bound all
refused 2 "--bound" verify --mode explore --bound 99
refused 2 "unknown model \"power\"" verify --mode explore --model power
run 2 verify --mode explore --scenario picnic
grep -q 'unknown scenario "picnic"' err || fail "does not name the scenario"
grep -q 'two-swappers' err || fail "does not list the scenarios"
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

# One scenario, one model, one bound: exhausted, or caught.
run 0 verify --mode explore --strategy barrier --scenario 2w1s --model tso \
	--bound 2
shows "1 of 1 cells exhausted"
# Two preemptions are too few for the race, three are not.
run 0 verify --mode explore --strategy racy --scenario 2w1s --model sc --bound 2
shows "not caught"
run 0 verify --mode explore --strategy racy --scenario 2w1s --bound 3 --save kept
shows "C1"
file=$(echo kept/racy.2w1s.sc.*)
run 0 verify --replay "$file" --svg replay.svg
shows "safe to read"
grep -q '</svg>' replay.svg || fail "the timeline is no SVG"
sed 's/^promise .*/promise C7/' "$file" >kept/damaged
run 3 verify --replay kept/damaged
run 0 verify --variants
shows "late write"
run 0 verify --mode step --strategy unsync --seconds 5
shows "step"
# Where liburcu is: its grace period may not be waited for in a handler.
if "$ringswap" list --json | grep -q '"name": "rcu"'; then
	run 0 verify --mode explore --strategy rcu --scenario handler-swap
	shows "unavailable"
fi

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
