#!/bin/sh
# SPDX-License-Identifier: MIT
# What the command is denied is said, and is never evidence against a strategy:
# signals, descriptors, processes, memory, /proc, system calls.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
tried=
cells='--matrix smoke'

# started STATUSES WORDS COMMAND...: a run of $cells by that command exits with
# one of STATUSES, and result or stderr has WORDS; no sound strategy is accused
started()
{
	statuses=$1
	words=$2
	shift 2
	rm -f x.json x.journal
	# shellcheck disable=SC2086 # several words
	"$@" run $cells --rounds 1 --out x.json >out 2>err
	status=$?
	tried="$tried, $words"
	case $statuses in
	*"$status"*) ;;
	*) fail "$*: exit status $status, not one of $statuses" ;;
	esac
	grep -qsF -- "$words" err x.json || fail "$*: nobody says \"$words\""
	grep -qs '"status":"\(invalid\|crashed\|timed-out\)"' x.journal &&
		fail "$*: evidence against a strategy"
	# nothing that did not happen is ok
	grep -qs '"status":"ok".*"outcomes":{"ok":0,"deferred":0,' x.json &&
		fail "$*: ok without a swap"
}

# On a loaded machine cells can be unmeasured beside what is denied: 0 or 1.
if env --block-signal=TERM true 2>/dev/null; then
	started 01 "is blocked in this thread" \
		env --block-signal "$ringswap"
fi
if command -v prlimit >/dev/null 2>&1; then
	started 1 "no process could be started: Too many open files" \
		prlimit --nofile=8 "$ringswap"
	started 01 "the limit of pending signals is reached" \
		prlimit --sigpending=0 "$ringswap"
	started 01 '"status":"ok"' prlimit --memlock=0 "$ringswap"
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null 2>&1; then
		# Nobody may look into the folder of a tree that is root's.
		chmod 777 .
		cp "$ringswap" ./ringswap
		mkdir home
		cp -R "$sources/bench/plan/matrices" home/
		chmod -R a+rX ringswap home
		started 1 "Resource temporarily unavailable" setpriv \
			--reuid=65534 --regid=65534 --clear-groups \
			env RINGSWAP_HOME="$PWD/home" \
			prlimit --nproc=1 ./ringswap
		rm -f lock
	fi
fi
# Before anything is measured, in one line.
# shellcheck disable=SC2016 # $@ is the inner shell's
if unshare --mount sh -c 'umount -l /proc && [ ! -e /proc/self ]' 2>/dev/null
then
	started 1 "/proc/self/exe: No such file or directory" \
		unshare --mount sh -c 'umount -l /proc && exec "$@"' sh \
		"$ringswap"
	# A sanitizer needs /proc itself, and says so too.
	[ "$(grep -cv "^==[0-9]*==" err)" -eq 1 ] || fail "no /proc: not one line"
	[ ! -e x.journal ] || fail "no /proc: a journal was begun"
fi

# --- System calls that a filter refuses, or kills for ---

# unavailable NAME: the cells of that name are, and say why
unavailable()
{
	python3 - "$1" <<-'END' || fail "$call $how: $1 is not unavailable"
	import json, sys
	cells = [c for c in json.load(open("x.json"))["cells"]
	         if c["strategy"] == sys.argv[1]]
	sys.exit(any(c["status"] != "unavailable" or
	             not c["reason"] for c in cells))
	END
}

# part CALL [NAME...]: nothing but these needs it, and all else is measured
part()
{
	call=$1
	shift
	for how in eperm enosys kill; do
		started 01 '"status":"ok"' "$deny" "$call" $how "$ringswap"
		grep -q ': failed:' err &&
			! grep -q ': failed:.*watchdog' err &&
			fail "$call $how: something failed"
		command -v python3 >/dev/null 2>&1 || continue
		for name; do
			unavailable "$name"
		done
	done
}

# needed CALL: what kills for it is named in one line, before anything is
# measured; that it is refused is nobody's fault
needed()
{
	call=$1
	for how in eperm enosys; do
		started 01 '' "$deny" "$call" $how "$ringswap"
	done
	how='kill'
	# Where a library calls it before main(), nobody is there to say so.
	"$deny" "$call" kill "$ringswap" --version >out 2>err
	[ $? -ne 159 ] || return 0 # SIGSYS
	started 1 "kills whoever calls $call(2)" "$deny" "$call" $how "$ringswap"
	[ "$(wc -l <err)" -eq 1 ] || fail "$call $how: not one line"
	[ ! -e x.journal ] || fail "$call $how: a journal was begun"
}

# survives CALL: what looks and does not measure says what it lacks
survives()
{
	for arguments in list topo "doctor --noise-ms 1" \
		"verify --mode litmus --seconds 1"; do
		# shellcheck disable=SC2086 # several words
		"$deny" "$1" kill "$ringswap" $arguments >out 2>err ||
			fail "$1 kill: $arguments: $?"
	done
}

# A sanitizer makes calls of its own.
if [ -x "$deny" ] && "$deny" getcpu enosys "$ringswap" --version >out 2>err &&
	! grep -q sanitizer out; then
	part membarrier membarrier rcu
	part rt_tgsigqueueinfo ipi-signal
	part tgkill signal
	cells='--scenario swap --strategy barrier'
	for call in perf_event_open sched_setscheduler mlock timer_create \
		getcpu get_mempolicy capget; do
		part $call
	done
	for call in sched_setaffinity sched_yield rt_sigprocmask getrusage \
		prctl clone3 wait4 flock; do
		needed $call
	done
	for call in membarrier rt_tgsigqueueinfo sched_setaffinity mlock \
		perf_event_open sched_setscheduler; do
		survives $call
	done
	# What is not nested has not the numbers of nested writers.
	for how in eperm kill; do
		"$deny" timer_create $how "$ringswap" run --scenario swap \
			--strategy barrier --writer-state nested --rounds 1 \
			--out x.json >out 2>err
		[ $? -eq 1 ] || fail "timer_create $how: nested all the same"
	done
fi
[ -n "$tried" ] || {
	echo "nothing could be denied here"
	exit 77
}
finish
