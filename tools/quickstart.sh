#!/bin/sh
# SPDX-License-Identifier: MIT
# From a fresh clone to measured results and charts of this machine.
set -eu

prog=quickstart
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
# shellcheck source=tools/packages.sh
. tools/packages.sh

case ${1-} in
'') ;;
-h | --help)
	cat <<-'END'
	usage: tools/quickstart.sh

	Installs what is missing (apt-get, as root or by sudo), builds
	build/release, measures the matrix `quick` (under a minute) and draws
	its charts. Results: out/quick.json; those of an earlier call stay as
	out/quick.prev.json.
	END
	exit 0
	;;
*) die "unknown argument '$1' (there is only --help)" ;;
esac

# shellcheck disable=SC2086 # one word a package
install_packages build $packages_to_build

step "configure: build/release"
quietly build/configure.log cmake --preset release ||
	die "cmake failed (log: build/configure.log)"

step "build: build/release/tools/ringswap"
quietly build/build.log cmake --build --preset release --target ringswap ||
	die "the build failed (log: build/build.log)"

step "measure: ringswap run --matrix quick (under a minute)"
mkdir -p out || die "cannot write to $root/out"
[ ! -s out/quick.json ] || mv -f out/quick.json out/quick.prev.json
# What it has found is kept for the end, be it bad news or good.
status=0
build/release/tools/ringswap run --matrix quick --out out/quick.json \
	>out/quick.txt || status=$?
[ $status -eq 0 ] || {
	cat out/quick.txt
	die "ringswap run failed with status $status"
}

step "charts: ringswap plot out/quick.json"
quietly build/plot.log build/release/tools/ringswap plot out/quick.json \
	-o out/quick-charts --format svg,png ||
	die "ringswap plot failed (log: build/plot.log)"

step "done"
cat <<END
result   out/quick.json, as a text out/quick.txt
charts   out/quick-charts/
next     build/release/tools/ringswap list
         build/release/tools/ringswap run --help
END
[ ! -s out/quick.prev.json ] || cat <<END
before   out/quick.prev.json (ringswap compare out/quick.prev.json out/quick.json)
END
echo
cat out/quick.txt
