# SPDX-License-Identifier: MIT
# What the scripts beside this file share: steps, and packages by need.
# Sourced, not run:   prog=quickstart; . "$root/tools/packages.sh"
# shellcheck shell=sh

# Debian's names; other systems find out by them what to install.
packages_to_build='git build-essential cmake ninja-build pkg-config
	libbenchmark-dev libhwloc-dev libjansson-dev liburcu-dev gnuplot-nox'
# shellcheck disable=SC2034 # read by test.sh
packages_to_test="$packages_to_build"' libcmocka-dev clang clang-format
	shellcheck valgrind python3 libxml2-utils r-mathlib binutils'

step()
{
	printf '==> %s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${prog:-ringswap}" "$*" >&2
	exit 1
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

# quietly LOG COMMAND...: its output goes to LOG and is shown if it fails.
quietly()
{
	quietly_log=$1
	shift
	mkdir -p "${quietly_log%/*}"
	"$@" >"$quietly_log" 2>&1 && return
	quietly_status=$?
	tail -n 40 "$quietly_log" >&2
	return "$quietly_status"
}

compiles()
{
	echo 'int main(void) { return 0; }' |
		"$1" -x "$2" -o /dev/null - >/dev/null 2>&1
}

# Asks for what a package gives, not for the package: this works on every
# distribution, and with libraries that somebody built himself.
have_package()
{
	case $1 in
	build-essential) compiles cc c && compiles c++ c++ ;;
	ninja-build) have ninja ;;
	libbenchmark-dev) pkg-config --exists benchmark ;;
	libhwloc-dev) pkg-config --exists hwloc ;;
	libjansson-dev) pkg-config --exists jansson ;;
	liburcu-dev) pkg-config --exists liburcu-memb ;;
	libcmocka-dev) pkg-config --exists cmocka ;;
	r-mathlib) pkg-config --exists libRmath ;;
	gnuplot-nox) have gnuplot ;;
	libxml2-utils) have xmllint ;;
	binutils) have objdump ;;
	clang) compiles clang c && compiles clang++ c++ ;;
	*) have "$1" ;;
	esac 2>/dev/null
}

# missing_packages PACKAGE...: those of them that are not there, on one line.
missing_packages()
{
	missing=
	for package; do
		have_package "$package" || missing="$missing $package"
	done
	printf '%s\n' "${missing# }"
}

# Rights to install: as root, or through a sudo that can ask or need not.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif have sudo && { [ -t 0 ] || sudo -n true; } 2>/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		return 1
	fi
}

# install_packages LOGDIR PACKAGE...: afterwards all of them are there.
install_packages()
{
	install_log=$1/packages.log
	shift
	missing=$(missing_packages "$@")
	if [ -z "$missing" ]; then
		step "packages: nothing is missing"
		return
	fi
	if ! have apt-get; then
		die "missing, and no apt-get here; Debian calls it: $missing"
	fi
	if ! as_root true; then
		die "no right to install; as root: apt-get install $missing"
	fi
	step "packages: installing $missing"
	quietly "$install_log" as_root apt-get update ||
		step "apt-get update failed: trying with the lists at hand"
	# shellcheck disable=SC2086 # one word a package
	quietly "$install_log" as_root apt-get -o DPkg::Lock::Timeout=120 \
		install -y --no-install-recommends $missing ||
		die "apt-get install failed (log: $install_log): $missing"
	still=$(missing_packages "$@")
	[ -z "$still" ] || die "installed, but still not usable: $still"
}
