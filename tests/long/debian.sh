#!/bin/sh
# SPDX-License-Identifier: MIT
# The tree as git has it builds, measures and passes in a Debian that holds
# nothing else and has no locale: tools/quickstart.sh and, after it,
# tools/test.sh --quick install what they need and run there.
#
# usage: debian.sh SUITE
# DEBIAN_MIRROR: where packages come from (default: deb.debian.org)
set -eu
suite=$1
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
cd "$(dirname "$0")/../.."
. tools/checks/lib.sh

[ "$(id -u)" -eq 0 ] || skip "only root can make a root"
command -v debootstrap >/dev/null || skip "no debootstrap to make a root with"
unshare --mount true 2>/dev/null || skip "no right to mount in a root"
git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1 ||
	skip "no git tree to take the sources from"

root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase "$suite" "$root/debian" "$mirror" \
	>"$root/debootstrap.log" 2>&1 || {
	tail -n 3 "$root/debootstrap.log"
	skip "debootstrap had no $suite from $mirror"
}
[ ! -e /etc/resolv.conf ] ||
	cp -L /etc/resolv.conf "$root/debian/etc/resolv.conf"
mkdir "$root/debian/ringswap"
tracked '*' | tar -cf - -T - | tar -xf - -C "$root/debian/ringswap"

# The mounts end with the process that made them.
# shellcheck disable=SC2016 # $1 is the inner shell's own
unshare --mount sh -ec '
	mount --make-rprivate /
	mount --rbind /proc "$1/proc"
	mount --rbind /sys "$1/sys"
	mount --rbind /dev "$1/dev"
	exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		sh -ec "cd /ringswap; tools/quickstart.sh; tools/test.sh --quick"' \
	sh "$root/debian"
