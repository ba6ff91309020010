# SPDX-License-Identifier: MIT
# What the check scripts share. Sourced, not run, from the repository root.
# shellcheck shell=sh

# skip WHY: this machine cannot run the check.
skip()
{
	printf 'SKIP: %s\n' "$*"
	exit 77
}

# tracked PATTERN...: files of the tree by git's patterns, one a line. Where
# the sources came without git, or without its program, all files count.
tracked()
{
	if git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' ls-files -- "$@"
	else
		find . -name .git -prune -o -path ./build -prune -o \
			-path ./out -prune -o -type f -print |
			sed 's|^\./||' | by_pattern "$@"
	fi | sort | existing
}

by_pattern()
{
	while IFS= read -r file; do
		for pattern; do
			# shellcheck disable=SC2254 # it is a pattern
			case $file in $pattern)
				printf '%s\n' "$file"
				break
				;;
			esac
		done
	done
}

# Leave out what was deleted and not yet committed.
existing()
{
	while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}
