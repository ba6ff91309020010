#!/bin/sh
# SPDX-License-Identifier: MIT
# One tarball that measures on any Linux of this architecture, uninstalled.
set -eu

prog=bundle
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tools/packages.sh
. "$root/tools/packages.sh"

usage()
{
	cat <<-'END'
	usage: tools/bundle.sh [--binary FILE] [OUT.tar.gz]

	Packs the ringswap binary with its shared objects, loader, matrices,
	chart scripts and licences. Without --binary it builds the release
	preset first. OUT is ringswap-VERSION-linux-ARCH.tar.gz here if not
	given. Charts need gnuplot on the machine that draws them.
	END
}

binary=
out=
while [ $# -gt 0 ]; do
	case $1 in
	--binary)
		[ $# -gt 1 ] || die "--binary wants a file"
		binary=$2
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) die "unknown argument '$1' (--binary or --help)" ;;
	*)
		[ -z "$out" ] || die "one output, not '$out' and '$1'"
		out=$1
		;;
	esac
	shift
done

version=$(sed -n 's/^project(ringswap VERSION \([0-9.]*\).*/\1/p' \
	"$root/CMakeLists.txt")
[ -n "$version" ] || die "found no version in CMakeLists.txt"
name=ringswap-$version-linux-$(uname -m)
out=${out:-$name.tar.gz}
case $out in /*) ;; *) out=$PWD/$out ;; esac
if [ -n "$binary" ]; then
	[ -x "$binary" ] || die "no program: $binary"
	case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
fi
cd "$root"

if [ -z "$binary" ]; then
	step "build: build/release/tools/ringswap"
	quietly build/bundle.log cmake --preset release ||
		die "cmake failed (log: build/bundle.log)"
	quietly build/bundle.log cmake --build --preset release \
		--target ringswap ||
		die "the build failed (log: build/bundle.log)"
	binary=build/release/tools/ringswap
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
top=$scratch/$name
mkdir -p "$top/bin" "$top/lib" "$top/licenses"

# What the loader would load here; the loader itself comes with a full path.
# glibc opens libgcc_s by name when a thread is cancelled.
libraries()
{
	ldd "$binary" | awk '
		/not found/ { print "missing: " $1 > "/dev/stderr"; exit 1 }
		$2 == "=>" { print $3; next }
		$1 ~ /^\// { print $1 }'
	cc -print-file-name=libgcc_s.so.1
}

libraries >"$scratch/libraries" ||
	die "a shared object of $binary is not there"
loader=$(grep -E '/ld-[^/]*\.so[^/]*$' "$scratch/libraries") ||
	die "$binary has no loader (is it static?)"
loader=${loader##*/}

# The package that owns a file, by the path it is known under: a merged /usr
# has two for each.
package_of()
{
	real=$(readlink -f "$1")
	for path in "$1" "$real" "${real#/usr}" "/usr$1"; do
		# Lines of diversions name no owner of what is there.
		owner=$(dpkg-query -S "$path" 2>/dev/null |
			sed -n '/^diversion /!{s/[:,].*//p;q;}')
		[ -n "$owner" ] || continue
		printf '%s\n' "$owner"
		return
	done
	return 1
}

have dpkg-query || die "licences come from Debian's packages: no dpkg-query"
step "pack: binary, $(sort -u "$scratch/libraries" | wc -l) shared objects"
while IFS= read -r library; do
	cp -L "$library" "$top/lib/" || die "cannot copy $library"
	package=$(package_of "$library") ||
		die "no package owns $library: its licence is unknown"
	cp -L "/usr/share/doc/$package/copyright" \
		"$top/licenses/$package.txt" ||
		die "package $package has no copyright file"
done <"$scratch/libraries"
# What is inside the program itself has no shared object to tell of it.
inside=
if grep -aq urcu_memb "$binary"; then
	archive=$(pkg-config --variable=libdir liburcu-memb)/liburcu-memb.a
	package=$(package_of "$archive") ||
		die "no package owns $archive: its licence is unknown"
	cp -L "/usr/share/doc/$package/copyright" "$top/licenses/$package.txt" ||
		die "package $package has no copyright file"
	commit=$("$binary" --version | sed 's/.*(commit \([^,]*\),.*/\1/')
	inside="$package (LGPL-2.1 or later) is linked into bin/ringswap. Whoever
wants another version of it builds ringswap from its sources, which are under
the MIT licence: version $version, commit $commit."
fi
cp "$binary" "$top/bin/ringswap"
cp LICENSE "$top/licenses/ringswap.txt"

# Debian's notices name these texts instead of holding them.
grep -hoE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]' \
	"$top"/licenses/*.txt | sort -u | while IFS= read -r text; do
	[ ! -f "$text" ] || cp -L "$text" "$top/licenses/${text##*/}"
done

mkdir "$top/matrices" "$top/plots"
if [ -d bench/plan/matrices ]; then
	cp bench/plan/matrices/*.json "$top/matrices/"
fi
cp plots/*.gp plots/render.sh plots/README.md "$top/plots/"
cp -R plots/lib "$top/plots/lib"

sed "s/@LOADER@/$loader/" >"$top/ringswap" <<'END'
#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs ringswap with the shared objects beside it, from wherever it lies.
self=$(readlink -f "$0" 2>/dev/null) || self=$0
RINGSWAP_HOME=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd) || exit 1
export RINGSWAP_HOME
exec "$RINGSWAP_HOME/lib/@LOADER@" --library-path "$RINGSWAP_HOME/lib" \
	"$RINGSWAP_HOME/bin/ringswap" "$@"
END
chmod 755 "$top/ringswap" "$top/bin/ringswap" "$top/lib/$loader"

sed "s/@LOADER@/$loader/; s/@NAME@/$name/" >"$top/README.txt" <<'END'
ringswap: swap a live per-CPU ring buffer, prove it right, measure the cost.

Nothing needs to be installed; the kernel should be 4.14 or newer.

    tar xzf @NAME@.tar.gz
    @NAME@/ringswap topo
    @NAME@/ringswap run --matrix quick --out here.json

Bring here.json back and compare it with another machine's:

    ringswap compare there.json here.json

Where there is no /bin/sh, start it as the script `ringswap` would:

    export RINGSWAP_HOME=/path/to/@NAME@
    $RINGSWAP_HOME/lib/@LOADER@ --library-path $RINGSWAP_HOME/lib \
        $RINGSWAP_HOME/bin/ringswap topo

RINGSWAP_HOME names the directory that holds matrices/ and plots/.
`ringswap plot` needs gnuplot, which is not in here.
A run needs /proc and says so; the rest works without it.
licenses/ holds the notices of everything that is, by Debian's package names;
each package's sources are at https://sources.debian.org.
END
[ -z "$inside" ] || printf '%s\n' "$inside" >>"$top/README.txt"

# The same sources make the same tarball, whoever packs them and when.
stamp=$(git -c safe.directory='*' log -1 --format=%ct 2>/dev/null) ||
	stamp=$(date +%s)
mkdir -p "$(dirname "$out")" || die "cannot create the directory of $out"
if ! tar -C "$scratch" --sort=name --owner=0 --group=0 --numeric-owner \
	--mtime="@$stamp" -I 'gzip -9n' -cf "$out.partial" "$name"; then
	rm -f "$out.partial"
	die "cannot write $out"
fi
mv "$out.partial" "$out"
step "done: $out ($(wc -c <"$out") bytes)"
