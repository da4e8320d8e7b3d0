# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2120,SC2154 # T is tap.sh's
#
# What the tests of suites on real ZFS share, after tap.sh: the guest that tests/vm/zfs.t leaves, with
# what the suites want.
#
#	suites_setup           the configuration $T/zolkit.conf and $root; or skips all
#	suites_packages NAME PACKAGE...   Debian's packages go into the guest; NAME is of the mark there
#	suites_zts             the ZFS Test Suite of the same version as that ZFS goes into the guest
#	suites_source DIR DEST FILE   a source tree goes into the guest
#	z ARGS...              zolkit for that guest
#	verdicts [RUN]         "NAME VERDICT" lines
#	field TEST KEY         of the newest run
#	results                how each test of the newest run ended, for a log

# shellcheck source=tests/lib/zfs.sh
. "$ZOL_TOP/tests/lib/zfs.sh"

suites_setup() {
	local dir=$ZOL_TOP/build/vm
	((EUID == 0)) || skip_all 'a guest is entered as root'
	[[ -s $dir/zfs-guest ]] || skip_all 'no guest with ZFS (zfs.t makes it)'
	root=$(cat "$dir/zfs-guest")
	[[ -x $root/sbin/zpool ]] || skip_all "no ZFS in $root"
	command -v qemu-system-x86_64 >/dev/null || skip_all 'no qemu-system-x86_64'
	# Shells that start programs all day take a third of the time so, under TCG; nobody writes into the tree meanwhile.
	cat "$dir/zolkit.conf" - >"$T/zolkit.conf" <<-EOT
		[chroot]
		code = $dir/code
		[vm]
		cache = loose
		smp = 1
	EOT
	# The checkout's description of the suites, and a database of the test's own.
	export ZOL_TEST_DB=$T/results.db
}

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo "$@"; }
test_run() { z test run --db "$ZOL_TEST_DB" "$@"; }
report() { z test report --db "$ZOL_TEST_DB" "${1:-last}" -f json; }
verdicts() { report "$@" | jq -r '.tests[] | .name + " " + (.verdict // "none")'; }
field() { report | jq -r ".tests[] | select(.name == \"$1\") | .$2"; }
results() { report | jq -r '.tests[] | "\(.verdict // "none") \(.name) (\((.ms // 0) / 1000) s) \(.reason // "")"'; }

suites_packages() { # NAME PACKAGE...
	local name=$1
	shift
	[[ -e $root/var/lib/zolkit-$name ]] && return 0
	rm -f "$ZFS_CACHE"/apt/archives/*.deb
	zfs_apt "$root/var/lib/dpkg/status" -- --yes --no-install-recommends --download-only install "$@" || return 1
	compgen -G "$ZFS_CACHE/apt/archives/*.deb" >/dev/null || return 0 # all are there
	z -q chroot run --no-code --bind "$ZFS_CACHE/apt/archives:/mnt/debs:ro" -- sh -c \
		'DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io --force-confold --force-depends -i /mnt/debs/*.deb' \
		>"$ZFS_CACHE/dpkg-$name.log" 2>&1 || { tail -n 5 "$ZFS_CACHE/dpkg-$name.log" >&2; return 1; }
	: >"$root/var/lib/zolkit-$name"
}

# Only the suite's own files: what it tests was built in the guest.
suites_zts() {
	local deb version
	version=$(sed -n 's/^Version: *//p' "$ZOL_TOP/build/vm/code/zfs/META")
	[[ -e $root/usr/share/zfs/zfs-tests.sh ]] && return 0
	rm -f "$ZFS_CACHE"/apt/archives/*.deb
	zfs_apt -- download zfs-test || return 1
	deb=$(find "$ZFS_CACHE/apt/archives" -maxdepth 1 -name "zfs-test_$version-*.deb")
	[[ -n $deb ]] || { echo "no zfs-test $version" >&2; return 1; }
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink ./usr/share/zfs
}

# A source tree becomes DEST in the guest, where it is built; FILE is one that it must have.
suites_source() { # DIR DEST FILE
	[[ -e $root$2/$3 ]] && return 0
	mkdir -p "$root$2"
	cp -a "$1/." "$root$2/"
	[[ -e $root$2/$3 ]]
}
