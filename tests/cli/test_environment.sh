#!/bin/sh
# SPDX-License-Identifier: MIT
# What the command is denied is said, and is never evidence against a strategy:
# signals, descriptors, processes, memory, /proc.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

RINGSWAP_LOCK=$work/lock
export RINGSWAP_LOCK
tried=

# started STATUSES WORDS COMMAND...: smoke by that command exits with one of
# STATUSES, and result or stderr has WORDS; no sound strategy is accused
started()
{
	statuses=$1
	words=$2
	shift 2
	rm -f x.json x.journal
	"$@" run --matrix smoke --rounds 1 --out x.json >out 2>err
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
		chmod 777 .
		cp "$ringswap" ./ringswap
		started 1 "Resource temporarily unavailable" setpriv \
			--reuid=65534 --regid=65534 --clear-groups \
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
[ -n "$tried" ] || {
	echo "nothing could be denied here"
	exit 77
}
finish
